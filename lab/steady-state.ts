/** How long a load has to be simulated before and while it is measured. */

import { isUnstable, type Load, retrySpanMs } from './load.ts';
import { distributionOf } from './service-time.ts';
import { type Scenario, type Simulated, simulate } from './simulation.ts';

/** Jobs of one simulation at most: about a second. */
export const simulatedJobs = 2_000_000;
const fewestJobs = 200_000;
/** Points of a series. */
const points = 61;

/**
 * How fast a line forgets how it began, in milliseconds: the relaxation time of M/M/c, S / (c·(1 − √ρ)²) (Morse, "Queues,
 * Inventories and Maintenance", 1958), times the variability, and not less than a long service.
 */
export function relaxationMs(load: Load): number {
  const used = Math.min(0.999, load.attemptsPerSecond / load.capacityPerSecond);
  const line = (load.meanHeldMs / (load.places * (1 - Math.sqrt(used)) ** 2)) * Math.max(1, (load.arrivalScv + load.heldScv) / 2);
  return Math.max(line, distributionOf(load.service).quantile(0.99));
}

function warmUpMs(load: Load): number {
  return 5 * relaxationMs(load) + retrySpanMs(load);
}

/** Whether the steady state can be simulated within the bound. */
export function canSimulateSteadily(load: Load): boolean {
  return load.arrivalsPerSecond > 0 && !isUnstable(load) && (load.arrivalsPerSecond * warmUpMs(load)) / 1000 < simulatedJobs / 2;
}

export function simulateSteadily(load: Load, fewest = fewestJobs): Simulated {
  const warmUp = warmUpMs(load);
  const perMs = load.arrivalsPerSecond / 1000;
  const wished = Math.max(fewest / perMs, 300 * relaxationMs(load));
  const durationMs = warmUp + Math.min(wished, simulatedJobs / perMs - warmUp);
  return simulate({ ...scenarioOf(load), backlog: 0, durationMs, warmUpMs: warmUp });
}

/** From idle, or from the backlog, for a time; several times over when it is short, so that the percentiles are no accident. */
export function simulateRuns(load: Load, durationMs: number): Simulated[] {
  const jobs = load.backlog + (load.arrivalsPerSecond * durationMs) / 1000;
  const runs = Math.max(1, Math.min(500, Math.floor(fewestJobs / Math.max(1, jobs))));
  return Array.from({ length: runs }, (_, run) => simulate({ ...scenarioOf(load), seed: load.seed + run, durationMs, warmUpMs: 0 }));
}

function scenarioOf(load: Load): Omit<Scenario, 'durationMs' | 'warmUpMs'> {
  const { seed, arrivalsPerSecond, arrivals, service, failureRate, retry, places, overheadMs, rateLimit, maxBacklog, priorities, backlog } =
    load;
  return {
    ...{
      seed,
      arrivalsPerSecond,
      arrivals,
      service,
      failureRate,
      retry,
      places,
      overheadMs,
      rateLimit,
      maxBacklog,
      priorities,
      backlog,
      points,
    },
    refusedWhenBusy: load.mode === 'sync',
  };
}
