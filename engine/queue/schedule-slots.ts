/**
 * The moments at which a schedule is due. croner reads the pattern and finds readings of the wall's clock, as though it
 * were UTC's; which moments these are is decided here (zone-clock.ts), so that the rules for changed clocks are ours: a
 * slot in a skipped hour comes at the first moment after it, and slots that fall together there are one; a slot in a
 * repeated hour comes the first time and not again.
 */

import { Cron } from 'croner';
import { invalid } from '../../contract/errors.ts';
import { timeZoneNamed, type ZoneClock, zoneClock } from './zone-clock.ts';

/** All in milliseconds since 1970. */
export type Slots = {
  /** The first slot after this moment; null: there is none. */
  next(after: number): number | null;
  /** The last slot at this moment or before; null: there is none. */
  newest(atOrBefore: number): number | null;
};

/** The last moment that a Date can say is far away; a pattern that finds nothing by year 9999 is over. */
const lastMoment = Date.UTC(9999, 11, 31, 23, 59, 59);

/** @throws Problem invalid-request for a pattern that is none */
export function cronSlots(cron: string, timeZone: string): Slots {
  const pattern = readPattern(cron);
  const clock = zoneClock(timeZone);
  return { next: (after) => nextOf(pattern, clock, after), newest: (at) => newestOf(pattern, clock, at) };
}

/** At `anchor + n · every`, n ≥ 1. */
export function intervalSlots(anchor: number, every: number): Slots {
  return {
    next: (after) => anchor + Math.max(1, Math.floor((after - anchor) / every) + 1) * every,
    newest(atOrBefore) {
      const n = Math.floor((atOrBefore - anchor) / every);
      return n >= 1 ? anchor + n * every : null;
    },
  };
}

/** The next `count` slots from `first` on, itself included. */
export function upcoming(slots: Slots, first: number | null, count: number): number[] {
  const found: number[] = [];
  for (let at = first; at !== null && found.length < count; at = slots.next(at)) found.push(at);
  return found;
}

/** @throws Problem invalid-request */
export function checkedTimeZone(name: string): string {
  const timeZone = timeZoneNamed(name);
  if (timeZone === null) throw invalid('/timeZone', 'must be an IANA time zone, e.g. "Europe/Berlin" or "UTC"');
  return timeZone;
}

function readPattern(cron: string): Cron {
  const written = cron.trim();
  // croner also takes a single time, which is no schedule.
  if (!written.startsWith('@') && written.split(/\s+/).length < 5)
    throw invalid('/cron', 'must have five fields (minute hour day month weekday), or six with seconds first, e.g. "0 30 2 * * *"');
  try {
    return new Cron(written, { timezone: 'UTC', paused: true });
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw invalid('/cron', `is not a cron pattern: ${said}`);
  }
}

function nextOf(pattern: Cron, clock: ZoneClock, after: number): number | null {
  let wall: Date | null = new Date(clock.wallAt(after));
  for (;;) {
    wall = pattern.nextRun(wall);
    if (!wall || wall.getTime() > lastMoment) return null;
    const instant = clock.instantOf(wall.getTime());
    // Of readings that fall together after a gap, those that are left.
    if (instant > after) return instant;
  }
}

function newestOf(pattern: Cron, clock: ZoneClock, atOrBefore: number): number | null {
  // croner looks before a moment; patterns know whole seconds.
  const [wall] = pattern.previousRuns(1, new Date(clock.wallAt(atOrBefore) + 1));
  return wall ? clock.instantOf(wall.getTime()) : null;
}
