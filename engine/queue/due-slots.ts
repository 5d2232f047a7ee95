/** What becomes of the slots that are due: which run, which are left out, and which comes next. Pure. */

import { limits } from '../../contract/limits.ts';
import type { MissedRule } from '../../contract/schedule.ts';
import type { Slots } from './schedule-slots.ts';

/** Noticed so late, a slot counts as missed: a busy engine is never that late, one that slept is. In milliseconds. */
export const toleratedMs = 30_000;

export type DueFacts = {
  /** The first slot that was not dealt with; not after `now`. */
  nextAt: number;
  now: number;
  /** Since when the engine runs: slots before it were missed, however few milliseconds ago. */
  runningSince: number;
  missed: MissedRule;
  /** How many may run now; the rest stays due. */
  most: number;
};

export type DueSlot = { at: number; wasMissed: boolean };

export type Due = {
  /** Oldest first. */
  run: DueSlot[];
  /** The newest of those that were missed and are left out. */
  leftOut: number | null;
  /** The first slot that is still to be dealt with, due already or not; null: there are no more. */
  nextAt: number | null;
};

/**
 * A slot was missed when the engine did not run at its time, when it is noticed more than 30 s late, or when the next one is
 * due as well. `skip` leaves missed slots out, `once` runs the newest of all that are due, `all` runs each, of more than 1,000 the newest 1,000.
 */
export function dueSlots(slots: Slots, { nextAt, now, runningSince, missed, most }: DueFacts): Due {
  const newest = Math.max(slots.newest(now) ?? nextAt, nextAt);
  const newestMissed = newest < runningSince || now - newest > toleratedMs;
  const before = newest > nextAt ? slots.newest(newest - 1) : null;
  if (missed !== 'all') {
    const nextOne = slots.next(Math.max(now, newest));
    if (missed === 'skip' && newestMissed) return { run: [], leftOut: newest, nextAt: nextOne };
    return { run: [{ at: newest, wasMissed: newestMissed || before !== null }], leftOut: before, nextAt: nextOne };
  }
  const first = firstMadeUp(slots, nextAt, newest);
  const run: DueSlot[] = [];
  let at: number | null = first;
  for (; at !== null && at <= newest && run.length < most; at = slots.next(at)) {
    run.push({ at, wasMissed: newestMissed || at < newest });
  }
  return { run, leftOut: first > nextAt ? slots.newest(first - 1) : null, nextAt: at };
}

/** The first of the newest 1,000 slots from `nextAt` to `newest`. */
function firstMadeUp(slots: Slots, nextAt: number, newest: number): number {
  let first = newest;
  for (let found = 1; found < limits.missedSlots && first > nextAt; found++) first = slots.newest(first - 1) ?? nextAt;
  return Math.max(first, nextAt);
}
