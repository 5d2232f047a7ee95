/** When a place will be free on a lane that is full: what a refused caller is told to wait. Pure. */

/** A run that holds a place. Times in milliseconds. */
export type HoldingRun = {
  elapsedMs: number;
  /** What is left until its timeout ends it. */
  leftMs: number;
  /** The share of its task's runs that are longer than `ms`. */
  shareOver: (ms: number) => number;
};

/** A place is free once all that holds it has ended: a thread with several short runs holds one place of a whole thread. */
export type HeldPlace = readonly HoldingRun[];

/** Where nothing is known of when a place is free. */
const unknownMs = 1_000;
const longestMs = 3_600_000;

/**
 * The time by which a place is free in half of all cases, in milliseconds. The chance that none is free after `t` is the
 * product, over all places, of the chance that each is still held; of a run that has gone on for `e` that is the share of
 * its task's runs that are longer than `e + t`, among those that are longer than `e`. Of a run that has outlasted all that
 * was measured the best guess is that half of it is over (Gott 1993): it is still there after `t` with `e / (e + t)`.
 */
export function placeFreeInMs(places: readonly HeldPlace[]): number {
  if (places.length === 0) return unknownMs;
  const noneFree = (t: number) => places.reduce((chance, place) => chance * heldAfter(place, t), 1);
  let most = 1;
  while (noneFree(most) > 0.5 && most < longestMs) most *= 2;
  let least = most === 1 ? 0 : most / 2;
  while (most - least > Math.max(1, most / 100)) {
    const middle = (least + most) / 2;
    if (noneFree(middle) > 0.5) least = middle;
    else most = middle;
  }
  return most;
}

function heldAfter(place: HeldPlace, t: number): number {
  let allEnded = 1;
  for (const run of place) allEnded *= 1 - runsAfter(run, t);
  return 1 - allEnded;
}

function runsAfter({ elapsedMs, leftMs, shareOver }: HoldingRun, t: number): number {
  if (t >= leftMs) return 0;
  const survived = shareOver(elapsedMs);
  if (survived > 0) return shareOver(elapsedMs + t) / survived;
  const elapsed = Math.max(1, elapsedMs);
  return elapsed / (elapsed + t);
}
