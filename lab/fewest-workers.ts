/** The fewest workers that reach a target. */

import { fewestServers } from './erlang.ts';
import { isUnstable, type Load, withPlaces } from './load.ts';
import { exactByFormula } from './plan-method.ts';
import { waitingWith } from './queueing.ts';
import { canSimulateSteadily, simulateSteadily } from './steady-state.ts';

export const mostWorkers = 20_000_000;
/** Enough for a p95 while several numbers of workers are tried. */
const jobsOfTrial = 100_000;

/** For the wait's 95th percentile, in milliseconds. Null when no number of workers reaches it, as under a rate limit that is too tight. */
export function fewestForWait(load: Load, waitP95Ms: number): number | null {
  const guess = fewestByFormula(load, waitP95Ms);
  if (guess === null || load.arrivalsPerSecond === 0) return guess;
  const trial = withPlaces(load, guess);
  if (exactByFormula(load) || (!isUnstable(trial) && !canSimulateSteadily(trial))) return guess;
  const reaches = (places: number) => {
    const tried = withPlaces(load, places);
    return !isUnstable(tried) && (simulateSteadily(tried, jobsOfTrial).wait.quantile(0.95) ?? 0) <= waitP95Ms;
  };
  return searchedFrom(guess, reaches, load.rateLimit === null ? mostWorkers : guess * 64);
}

/** For the share of sync calls that find no place. */
export function fewestForRefusals(load: Load, refusedShare: number): number | null {
  return fewestServers(load.erlangs, mostWorkers, (_, blocked) => blocked <= refusedShare);
}

function fewestByFormula(load: Load, waitP95Ms: number): number | null {
  const { erlangs, meanHeldMs, arrivalScv, heldScv: serviceScv } = load;
  if (load.rateLimit && load.attemptsPerSecond >= (load.rateLimit.max * 1000) / load.rateLimit.perMs) return null;
  return fewestServers(
    erlangs,
    mostWorkers,
    (servers, _, waits) =>
      servers > erlangs &&
      waitingWith({ servers, erlangs, meanServiceMs: meanHeldMs, arrivalScv, serviceScv }, waits).quantileMs(0.95) <= waitP95Ms,
  );
}

/** `reaches` is false up to a number and true from there on: strides away from the guess, then halves. */
function searchedFrom(guess: number, reaches: (places: number) => boolean, most: number): number | null {
  let stride = Math.max(1, Math.round(guess / 50));
  let low = guess;
  let high = guess;
  if (reaches(guess)) {
    while (low > 0 && (low === high || reaches(low))) {
      high = low;
      low = Math.max(0, low - stride);
      stride *= 2;
    }
  } else {
    do {
      if (high >= most) return null;
      low = high;
      high = Math.min(most, high + stride);
      stride *= 2;
    } while (!reaches(high));
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (reaches(middle)) high = middle;
    else low = middle;
  }
  return high;
}
