/**
 * How fast a task is, for `auto`: from the share of its runs that are longer than the thresholds, with hysteresis, and quick
 * to see that a task has changed. Pure.
 */

/** Up to here a person feels no delay (Nielsen 1993, after Miller 1968). */
export const fastMs = 100;
/** Past here attention wanders (same source). */
export const slowMs = 1_000;
/** What was fast stays so up to here, and what was slow stays so down to there: a task near a threshold does not go to and fro. */
export const stillFastMs = 125;
export const stillSlowMs = 800;
/** Fewer runs than this say too little. */
export const enoughSamples = 5;
/** The latest runs, by which a change is seen. */
export const recentRuns = 40;

/** A pace holds for 19 of 20 runs: the 95th percentile. */
const longShare = 0.05;
/** One that is known holds until so many are longer: three of the 40 recent ones are, two are not. */
const stillShare = 0.07;
/** Fewer recent runs than this are no evidence against the many before them. */
const tellingRuns = 20;
/**
 * Recent runs that are less likely than this by what was known say that the task has changed. Of a task with a slow run in
 * fifty some stretch of 40 has five of them before long; to see none in 40 where many are slow is rarer.
 */
const surprising = { slower: 1e-4, faster: 5e-4 };

export type Pace = 'fast' | 'middle' | 'slow';

/** @returns the share of runs longer than `ms`, 0…1 */
export type ShareOver = (ms: number) => number;

/** @param before what it was found to be last; null: nothing yet */
export function paceOf(shareOver: ShareOver, before: Pace | null): Pace {
  const isFast = before === 'fast' ? shareOver(stillFastMs) <= stillShare : shareOver(fastMs) <= longShare;
  if (isFast) return 'fast';
  const mostOver = before === 'fast' || before === 'middle' ? stillShare : longShare;
  return shareOver(before === 'slow' ? stillSlowMs : slowMs) <= mostOver ? 'middle' : 'slow';
}

/**
 * Whether the recent runs show another pace than all that is remembered, and could hardly do so by chance: a task that has
 * changed. Then what is remembered is worth nothing any more. With 40 runs a task that slows down is seen at its third slow
 * run, one that recovers once 38 of 40 are fast; a task of which one run in fifty is slow is not seen to change at all.
 * @param remembered runs that the shares of `shareOver` stand for
 */
export function hasChanged(recent: readonly number[], shareOver: ShareOver, remembered: number, before: Pace | null): boolean {
  if (recent.length < tellingRuns) return false;
  const recentOver: ShareOver = (ms) => countOver(recent, ms) / recent.length;
  const now = paceOf(recentOver, before);
  const then = paceOf(shareOver, before);
  if (now === then) return false;
  const between = now === 'fast' || then === 'fast' ? (before === 'fast' ? stillFastMs : fastMs) : before === 'slow' ? stillSlowMs : slowMs;
  const over = countOver(recent, between);
  // What is remembered holds the recent runs as well: compared is what was before them.
  const earlierRuns = Math.max(1, remembered - recent.length);
  // What was never seen is not impossible, only rarer than could be seen.
  const least = 1 / (2 * earlierRuns);
  const share = Math.min(1 - least, Math.max(least, (shareOver(between) * remembered - over) / earlierRuns));
  return chanceOf(over, recent.length, share) < (over > recent.length * share ? surprising.slower : surprising.faster);
}

function countOver(runs: readonly number[], ms: number): number {
  let over = 0;
  for (const run of runs) if (run > ms) over++;
  return over;
}

/** The binomial distribution's tail on the side of `seen`: so many of `n`, or an even less expected number, where each is one with `share`. */
export function chanceOf(seen: number, n: number, share: number): number {
  let term = (1 - share) ** n;
  let below = 0;
  for (let k = 0; k < seen; k++) {
    below += term;
    term *= ((n - k) / (k + 1)) * (share / (1 - share));
  }
  return seen > n * share ? Math.max(0, 1 - below) : below + term;
}
