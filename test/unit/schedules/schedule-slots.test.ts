import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronSlots, intervalSlots, type Slots, upcoming } from '../../../engine/queue/schedule-slots.ts';
import { timeZoneNamed } from '../../../engine/queue/zone-clock.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A Friday to the Monday after, around the night in which the clocks change. */
const weekends = [
  { zone: 'Europe/Berlin', change: 'forward', from: '2026-03-27T00:00:00Z' },
  { zone: 'Europe/Berlin', change: 'back', from: '2026-10-23T00:00:00Z' },
  { zone: 'America/New_York', change: 'forward', from: '2026-03-06T00:00:00Z' },
  { zone: 'America/New_York', change: 'back', from: '2026-10-30T00:00:00Z' },
  { zone: 'Australia/Lord_Howe', change: 'forward (by half an hour)', from: '2026-10-02T00:00:00Z' },
  { zone: 'Australia/Lord_Howe', change: 'back (by half an hour)', from: '2026-04-03T00:00:00Z' },
] as const;
const weekendMs = 96 * hour;

/** What the wall's clock shows at each minute, written as UTC would be. Knows nothing of the code under test. */
function readings(zone: string, from: number): { instant: number; wall: number }[] {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, dateStyle: 'short', timeStyle: 'short', hourCycle: 'h23' });
  return Array.from({ length: weekendMs / minute }, (_, n) => {
    const instant = from + n * minute;
    const [, day, month, year, hours, minutes] = /(\d+)\/(\d+)\/(\d+), (\d+):(\d+)/.exec(format.format(instant)) ?? [];
    return { instant, wall: Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hours), Number(minutes)) };
  });
}

/** The rules, minute by minute: the first time that the wall shows a reading, or else the first moment after the gap. */
function expected(shown: { instant: number; wall: number }[], matches: (wall: Date) => boolean): number[] {
  const slots = new Set<number>();
  const [first, last] = [shown[0]?.wall ?? 0, shown.at(-1)?.wall ?? 0];
  for (let wall = first; wall <= last; wall += minute) {
    if (!matches(new Date(wall))) continue;
    const at = shown.find((reading) => reading.wall === wall) ?? shown.find((reading) => reading.wall > wall);
    if (at) slots.add(at.instant);
  }
  return [...slots].sort((a, b) => a - b);
}

function within(slots: Slots, from: number, to: number): number[] {
  const found: number[] = [];
  for (let at = slots.next(from - 1); at !== null && at <= to; at = slots.next(at)) found.push(at);
  return found;
}

const some = (max: number) => fc.uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 6 });

describe.each(weekends)('the weekend in which clocks in $zone go $change', ({ zone, from }) => {
  const start = Date.parse(from);
  const shown = readings(zone, start);
  const end = shown.at(-1)?.instant ?? start;
  // Readings before the first one that was written down belong to the days before.
  const settled = start + 2 * hour;

  test('has each slot of any pattern at most once, none early, those of the skipped hour at its end', () => {
    fc.assert(
      fc.property(some(59), fc.oneof(some(23), some(3)), (minutes, hours) => {
        const slots = cronSlots(`${minutes.join(',')} ${hours.join(',')} * * *`, zone);
        const wanted = expected(shown, (wall) => minutes.includes(wall.getUTCMinutes()) && hours.includes(wall.getUTCHours()));
        expect(within(slots, settled, end)).toEqual(wanted.filter((at) => at >= settled));
      }),
      { numRuns: 60 },
    );
  });

  test('has the same slots whichever moment they are asked from, forwards and backwards', () => {
    fc.assert(
      fc.property(some(59), some(4), fc.integer({ min: settled, max: end }), (minutes, hours, at) => {
        const slots = cronSlots(`${minutes.join(',')} ${hours.join(',')} * * *`, zone);
        const all = within(slots, settled, end);
        expect(slots.next(at) ?? 0).toBeGreaterThan(at);
        expect(all.find((slot) => slot > at) ?? slots.next(at)).toBe(slots.next(at));
        expect(all.findLast((slot) => slot <= at) ?? slots.newest(at)).toBe(slots.newest(at));
      }),
      { numRuns: 200 },
    );
  });

  test('has a slot for each second that the wall shows for the first time', () => {
    const slots = cronSlots('* * * * * *', zone);
    const change = shown.find(({ instant, wall }, index) => wall - instant !== offsetBefore(index))?.instant ?? Number.NaN;
    const around = shown.filter(({ instant }) => Math.abs(instant - change) <= 90 * minute);
    const all = within(slots, change - 90 * minute, change + 91 * minute - 1);
    expect(all.every((at, index) => index === 0 || at > (all[index - 1] ?? at))).toBe(true);
    expect(all).toHaveLength(new Set(around.map(({ wall }) => wall)).size * 60);
  });

  function offsetBefore(index: number): number {
    const reading = shown[Math.max(0, index - 1)];
    return reading ? reading.wall - reading.instant : 0;
  }
});

describe('a cron pattern', () => {
  const runs = (cron: string, zone: string, from: string, count: number) =>
    upcoming(cronSlots(cron, zone), cronSlots(cron, zone).next(Date.parse(from)), count).map((at) => new Date(at).toISOString());

  test('of a nightly job runs it once on each day, also when its hour is skipped or comes twice', () => {
    expect(runs('0 30 2 * * *', 'Europe/Berlin', '2026-03-27T12:00:00Z', 3)).toEqual([
      '2026-03-28T01:30:00.000Z',
      '2026-03-29T01:00:00.000Z',
      '2026-03-30T00:30:00.000Z',
    ]);
    expect(runs('0 30 2 * * *', 'Europe/Berlin', '2026-10-24T12:00:00Z', 3)).toEqual([
      '2026-10-25T00:30:00.000Z',
      '2026-10-26T01:30:00.000Z',
      '2026-10-27T01:30:00.000Z',
    ]);
  });

  test('takes five fields, or six with seconds first, names and the last day of a month', () => {
    expect(runs('0 9 * * MON-FRI', 'UTC', '2026-01-30T10:00:00Z', 2)).toEqual(['2026-02-02T09:00:00.000Z', '2026-02-03T09:00:00.000Z']);
    expect(runs('*/20 * * * * *', 'UTC', '2026-01-30T10:00:00Z', 2)).toEqual(['2026-01-30T10:00:20.000Z', '2026-01-30T10:00:40.000Z']);
    expect(runs('0 0 L * *', 'UTC', '2026-02-01T00:00:00Z', 1)).toEqual(['2026-02-28T00:00:00.000Z']);
  });

  test('that has a year is over after it', () => {
    expect(runs('0 0 12 24 12 * 2026', 'UTC', '2026-01-01T00:00:00Z', 5)).toEqual(['2026-12-24T12:00:00.000Z']);
  });

  test.each(['61 * * * *', '* * *', '', 'every day', '2026-01-01T00:00:00', '@reboot', '*/0 * * * *'])('is not "%s"', (cron) => {
    expect(() => cronSlots(cron, 'UTC')).toThrow(expect.objectContaining({ code: 'invalid-request' }));
  });

  test('a slot is never before the wall shows it, in any zone there is', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    fc.assert(
      fc.property(
        zones,
        fc.integer({ min: Date.UTC(2024, 0, 1), max: Date.UTC(2030, 0, 1) }),
        fc.integer({ min: 0, max: 23 }),
        (zone, at, hours) => {
          const slots = cronSlots(`0 30 ${hours} * * *`, zone);
          const slot = slots.next(at) ?? 0;
          const shownHour = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeStyle: 'short', hourCycle: 'h23' }).format(slot);
          const [shownHours = 0, shownMinutes = 0] = shownHour.split(':').map(Number);
          expect(slot).toBeGreaterThan(at);
          // A skipped hour at midnight shows the first minutes of the day for 23:30 of the day before: none is known to exist.
          expect(shownHours * 60 + shownMinutes).toBeGreaterThanOrEqual(hours * 60 + 30);
          expect(slots.newest(slot)).toBe(slot);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('an interval', () => {
  test('has its slots on a grid that begins when the schedule was made, with no slot at its beginning', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 10_000 }),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: -1_000, max: 20_000 }),
        (anchor, every, at) => {
          const slots = intervalSlots(anchor, every);
          const grid = Array.from({ length: 25_000 / every + 2 }, (_, n) => anchor + (n + 1) * every);
          expect(slots.next(at)).toBe(grid.find((slot) => slot > at));
          expect(slots.newest(at)).toBe(grid.findLast((slot) => slot <= at) ?? null);
        },
      ),
    );
  });
});

describe('a time zone', () => {
  test('is known by its IANA name, in any case', () => {
    expect(timeZoneNamed('europe/berlin')).toBe('Europe/Berlin');
    expect(timeZoneNamed('UTC')).toBe('UTC');
  });

  test.each(['Mars/Olympus', '+01:00', '', 'Europe'])('is not "%s"', (name) => {
    expect(timeZoneNamed(name)).toBeNull();
  });
});
