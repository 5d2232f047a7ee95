/** Numbers as people read them. Pure. */

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Two units at the most: `850 ms`, `12.4 s`, `3 min 20 s`, `2 h 5 min`, `4 d 3 h`. @param ms negative ones count as 0 */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms);
  if (span < 1) return span === 0 ? '0 ms' : '<1 ms';
  if (span < 999.5) return `${Math.round(span)} ms`;
  if (span < 59_950) return `${(span / second).toFixed(1)} s`;
  // In whole seconds from here on, so that 59.96 s is a minute and not "0 min 59 s".
  const whole = Math.round(span / second) * second;
  const [unit, name, part, partName] =
    whole < hour
      ? ([minute, 'min', second, 's'] as const)
      : whole < day
        ? ([hour, 'h', minute, 'min'] as const)
        : ([day, 'd', hour, 'h'] as const);
  const count = Math.floor(whole / unit);
  const rest = Math.floor((whole % unit) / part);
  return rest === 0 ? `${count} ${name}` : `${count} ${name} ${rest} ${partName}`;
}

/** One unit, for narrow columns: `now`, `12s`, `3m`, `2h`, `4d`. */
export function formatSpan(ms: number): string {
  const span = Math.max(0, ms);
  if (span < second) return 'now';
  if (span < minute) return `${Math.floor(span / second)}s`;
  if (span < hour) return `${Math.floor(span / minute)}m`;
  if (span < day) return `${Math.floor(span / hour)}h`;
  return `${Math.floor(span / day)}d`;
}

/** Powers of 1024, as memory is counted: `512 B`, `3.4 KiB`, `120 MiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1023.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

const grouped = new Intl.NumberFormat('en');

export function formatCount(count: number): string {
  return grouped.format(count);
}

/** For places too narrow for every digit: exact below 100,000, then `120k`, `3.4M`. */
export function formatShort(count: number): string {
  if (count < 100_000) return grouped.format(count);
  if (count < 1_000_000) return `${Math.floor(count / 1000)}k`;
  return `${(Math.floor(count / 100_000) / 10).toFixed(1)}M`;
}

export function formatRate(perSecond: number): string {
  return `${perSecond >= 10 || perSecond === 0 ? formatCount(Math.round(perSecond)) : perSecond.toFixed(1)}/s`;
}

export function formatPercent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** With as many digits as a small share needs to be told from none: `42 %`, `4.2 %`, `0.013 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent.toLocaleString('en', { maximumFractionDigits: percent < 1 ? 3 : percent < 10 ? 1 : 0 })} %`;
}

/** An average, which need not be whole: `0.4`, `12.5`, `3,600,000`. */
export function formatAmount(amount: number): string {
  return amount.toLocaleString('en', { maximumFractionDigits: amount < 100 ? 1 : 0 });
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** Local time of day: `14:03:21`. */
export function formatClock(at: string | number): string {
  return clock.format(new Date(at));
}

/** Local date and time: `22 Nov 2026, 14:03:21`. */
export function formatMoment(at: string | number): string {
  return dayAndClock.format(new Date(at));
}
