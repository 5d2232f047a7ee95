/** What the planner says of a run's load, for the run to be held against. */

import type { Mode } from '../contract/job.ts';
import type { Workload } from '../contract/lab.ts';
import type { LabModeResult, LabPrediction } from '../contract/lab-run.ts';
import { compare } from './comparison.ts';
import type { Overhead } from './overhead.ts';
import { plan } from './plan.ts';
import { distributionOf } from './service-time.ts';

export type PredictedRun = {
  mode: Mode;
  workload: Workload;
  /** Jobs that can run at once in the mode's lane. */
  places: number;
  /** How long requests come, in milliseconds. */
  windowMs: number;
  cores: number;
  /** As it was measured before the run; null: not. */
  overhead: Overhead | null;
};

/**
 * Null where the model has nothing to say: `auto`, whose jobs run in several lanes and as it learns; a task, whose service time nobody
 * gave; and sync calls that keep a core busy, which share the cores rather than wait for one.
 */
export function predictionFor(
  { mode, workload, places, windowMs, cores, overhead }: PredictedRun,
  measured: Pick<LabModeResult, 'utilisation' | 'wait' | 'completion'>,
): LabPrediction | null {
  const { work, arrivalsPerSecond, arrivals, failureRate, seed } = workload;
  if (mode === 'auto' || work.kind !== 'model' || windowMs <= 0) return null;
  if (mode === 'sync' && work.lane === 'cpu' && places > cores) return null;
  const planned = plan({
    ...{ arrivalsPerSecond, arrivals, service: work.service, failureRate, seed, workers: places, durationMs: windowMs },
    ...(overhead && { overheadMs: overhead.totalMs }),
    mode: mode === 'sync' ? 'sync' : 'async',
  });
  const { wait, completion } = measured;
  // The engine's times of start and end hold a part of the overhead; the plan's utilisation none.
  const { meanMs } = distributionOf(work.service);
  return {
    ...{ method: planned.method, why: planned.why, stable: planned.stable, places: planned.places, refusedShare: planned.refusedShare },
    numbers: compare(
      { ...planned, utilisation: planned.utilisation * (1 + (overhead?.insideMs ?? 0) / meanMs) },
      {
        utilisation: measured.utilisation,
        ...(mode === 'sync' ? {} : { waitP50Ms: wait?.p50Ms ?? null, waitP95Ms: wait?.p95Ms ?? null, waitP99Ms: wait?.p99Ms ?? null }),
        latencyP95Ms: completion?.p95Ms ?? null,
      },
    ),
  };
}
