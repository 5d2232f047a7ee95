/** Common cron patterns in words. Anything else stays as it was written: a wrong sentence would be worse than none. Pure. */

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const shortDays = weekdays.map((day) => day.slice(0, 3).toUpperCase());

const nicknames: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

const months = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
] as const;

/** @returns null for a pattern that has no short sentence */
export function cronWords(cron: string): string | null {
  const written = cron.trim().toLowerCase();
  const fields = (nicknames[written] ?? cron.trim()).split(/\s+/);
  if (fields.length === 6 && fields[0] === '0') fields.shift();
  if (fields.length === 6) return secondsWords(fields);
  if (fields.length !== 5) return null;
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  const days = dayWords(day, month, weekday);
  if (days === null) return null;
  const often = oftenWords(minute, hour);
  if (often !== null) return days === 'every day' ? often : `${often}, ${days}`;
  const at = numberIn(minute, 0, 59);
  const hours = numbersIn(hour, 0, 23);
  if (at === null || hours === null) return null;
  return `${days} at ${listed(hours.map((each) => `${twoDigits(each)}:${twoDigits(at)}`))}`;
}

function secondsWords([second = '', ...rest]: readonly string[]): string | null {
  if (rest.some((field) => field !== '*')) return null;
  if (second === '*') return 'every second';
  const step = stepIn(second, 60);
  return step === null ? null : `every ${step} seconds`;
}

/** Patterns that come again within the hour or each hour. */
function oftenWords(minute: string, hour: string): string | null {
  const step = stepIn(minute, 60);
  if (hour === '*' && minute === '*') return 'every minute';
  if (hour === '*' && step !== null) return `every ${step} minutes`;
  const at = numberIn(minute, 0, 59);
  if (at === null) return null;
  const past = at === 0 ? 'on the hour' : `at ${at} past`;
  if (hour === '*') return `every hour ${past}`;
  const hourStep = stepIn(hour, 24);
  return hourStep === null ? null : `every ${hourStep} hours ${past}`;
}

function dayWords(day: string, month: string, weekday: string): string | null {
  if (month !== '*') {
    const only = numberIn(month, 1, 12);
    const date = numberIn(day, 1, 31);
    return only === null || date === null || weekday !== '*' ? null : `every ${date} ${months[only - 1]}`;
  }
  if (day === '*' && weekday === '*') return 'every day';
  if (weekday === '*') {
    const dates = numbersIn(day, 1, 31);
    if (day.toUpperCase() === 'L') return 'on the last day of each month';
    return dates === null ? null : `on day ${listed(dates.map(String))} of each month`;
  }
  if (day !== '*') return null;
  const range = weekday.toUpperCase();
  if (range === '1-5' || range === 'MON-FRI') return 'Monday to Friday';
  const named = range.split(',').map(weekdayIn);
  return named.some((each) => each === null) ? null : `every ${listed(named.map(String))}`;
}

function weekdayIn(text: string): string | null {
  const number = numberIn(text, 0, 7);
  const index = number === null ? shortDays.indexOf(text) : number % 7;
  return weekdays[index] ?? null;
}

/** A step of n from the first on, where n divides the whole: only then does "every n" hold across its end too. */
function stepIn(field: string, whole: number): number | null {
  const step = /^\*\/(\d{1,2})$/.exec(field)?.[1];
  const count = Number(step);
  return step !== undefined && count > 1 && whole % count === 0 ? count : null;
}

function numberIn(field: string, least: number, most: number): number | null {
  const number = Number(field);
  return /^\d{1,2}$/.test(field) && number >= least && number <= most ? number : null;
}

function numbersIn(field: string, least: number, most: number): number[] | null {
  const numbers = field.split(',').map((each) => numberIn(each, least, most));
  return numbers.every((each) => each !== null) && numbers.length <= 4 ? numbers : null;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
