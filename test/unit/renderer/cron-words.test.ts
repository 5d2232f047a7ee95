import { describe, expect, it } from 'vitest';
import { cronWords } from '../../../renderer/features/schedules/cron-words.ts';

describe('a cron pattern in words', () => {
  it.each([
    ['30 2 * * *', 'every day at 02:30'],
    ['0 30 2 * * *', 'every day at 02:30'],
    ['@daily', 'every day at 00:00'],
    ['@weekly', 'every Sunday at 00:00'],
    ['0 9,17 * * *', 'every day at 09:00 and 17:00'],
    ['0 9 * * MON-FRI', 'Monday to Friday at 09:00'],
    ['0 9 * * 1,3,7', 'every Monday, Wednesday and Sunday at 09:00'],
    ['15 6 1 * *', 'on day 1 of each month at 06:15'],
    ['0 6 L * *', 'on the last day of each month at 06:00'],
    ['0 0 24 12 *', 'every 24 December at 00:00'],
    ['* * * * *', 'every minute'],
    ['*/5 * * * *', 'every 5 minutes'],
    ['*/15 * * * SAT', 'every 15 minutes, every Saturday'],
    ['0 * * * *', 'every hour on the hour'],
    ['20 */6 * * *', 'every 6 hours at 20 past'],
    ['*/10 * * * * *', 'every 10 seconds'],
    ['* * * * * *', 'every second'],
  ])('%s: %s', (cron, words) => {
    expect(cronWords(cron)).toBe(words);
  });

  // Each has a sentence that would be nearly right.
  it.each([
    ['*/7 * * * *', 'the last step of each hour is shorter'],
    ['0 */5 * * *', 'the last step of each day is shorter'],
    ['0 0 1 * MON', 'a day or a weekday is enough'],
    ['0 0 * * +MON', 'a form of its own'],
    ['0 0 * * MON#2', 'a form of its own'],
    ['0 0 1-7 */3 MON', 'ranges'],
    ['5 4 * * * * 2030', 'years'],
    ['15 30 2 * * *', 'seconds that are not 0'],
    ['61 2 * * *', 'no pattern at all'],
    ['', 'nothing'],
  ])('%s has none: %s', (cron) => {
    expect(cronWords(cron)).toBeNull();
  });
});
