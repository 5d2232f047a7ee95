/** What most tests of the queue have in common: a clock that only they move, and a rig that is sound when they are over. */

import { afterEach, beforeEach, expect, vi } from 'vitest';
import { openQueueRig, type QueueRig, type QueueRigOptions } from '../support/queue-rig.ts';
import { brokenInvariants } from './invariants.ts';

/**
 * For each test of the file; before its other hooks.
 * @param rig the test's, when it is over: is asked what it failed at and what its tables hold, and goes
 * @param now where the clock stands, in milliseconds since 1970; the real time without it
 */
export function underStillClock(rig: () => QueueRig, now?: number): void {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], ...(now !== undefined && { now }) });
  });
  afterEach(async () => {
    const { failures, db } = rig();
    expect(failures).toEqual([]);
    expect(brokenInvariants(db)).toEqual([]);
    await rig().dispose();
    vi.useRealTimers();
  });
}

/** Moves the clock at once, and lets the queue do what is then due. */
export async function pass(rig: QueueRig, ms: number): Promise<void> {
  vi.advanceTimersByTime(ms);
  await rig.turn();
}

/** The same home under a new engine, after a SIGKILL. */
export async function restarted(before: QueueRig, options: QueueRigOptions = {}): Promise<QueueRig> {
  await before.crash();
  const now = Date.now();
  vi.clearAllTimers();
  // Clearing them sets the clock back to where it began.
  vi.setSystemTime(now);
  const rig = await openQueueRig({ ...options, home: before.home });
  await rig.turn();
  return rig;
}
