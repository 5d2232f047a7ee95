/** Which limits let ended jobs go. Pure. */

import type { KeptJobs, RetentionReason, RetentionSettings } from '../../contract/retention.ts';
import type { FinalState } from '../../contract/states.ts';
import type { PageUse } from '../store/retention.ts';

/** Under pressure of space in this order: what a person may still have to act on goes last. */
export const sizeOrder: readonly FinalState[] = ['completed', 'cancelled', 'dead'];

/** What is to go of one state: jobs that ended before a time, or at most so many of the oldest. */
export type Excess = { reason: RetentionReason; before: number; most: number };

/** @param count how many there are, exactly */
export function excessOf(kept: KeptJobs, count: number, now: number): Excess[] {
  const excess: Excess[] = [];
  if (count === 0) return excess;
  if (kept.forMs !== null) excess.push({ reason: 'age', before: now - kept.forMs, most: Number.POSITIVE_INFINITY });
  if (kept.count !== null && count > kept.count)
    excess.push({ reason: 'count', before: Number.MAX_SAFE_INTEGER, most: count - kept.count });
  return excess;
}

/** What counts against `maxBytes`. */
export function usedBytes({ pageBytes, pages, free }: PageUse, resultBytes: number): number {
  return (pages - free) * pageBytes + resultBytes;
}

export function isOverSize({ maxBytes }: RetentionSettings, use: PageUse, resultBytes: number): boolean {
  return maxBytes !== null && usedBytes(use, resultBytes) > maxBytes;
}

/** 4 MiB with pages of 4 KiB. */
const leastSlack = 1_024;
const stepPages = 128;

/**
 * How many pages to give back to the disk in one step. A twentieth of the file stays free: the next jobs would only make
 * the file grow again, and each page that is given back costs a page that is moved.
 */
export function pagesToGiveBack({ pages, free }: PageUse): number {
  const slack = Math.max(leastSlack, Math.ceil(pages / 20));
  return Math.min(stepPages, Math.max(0, free - slack));
}
