/** What the planner says of a run's load, for the run to be held against. */

import type { Mode } from '../contract/job.ts';
import type { Workload } from '../contract/lab.ts';
import type { LabModeResult, LabPrediction } from '../contract/lab-run.ts';
import { compare } from './comparison.ts';
import { plan } from './plan.ts';

/**
 * Null where the model has nothing to say: `auto`, whose jobs run in several lanes and as it learns; a task, whose service time nobody
 * gave; and sync calls that keep a core busy, which share the cores rather than wait for one.
 * @param places jobs that can run at once in the mode's lane
 * @param windowMs how long requests come
 */
export function predictionFor(
  { mode, workload, places, windowMs, cores }: { mode: Mode; workload: Workload; places: number; windowMs: number; cores: number },
  measured: Pick<LabModeResult, 'utilisation' | 'wait' | 'completion'>,
): LabPrediction | null {
  const { work, arrivalsPerSecond, arrivals, failureRate, seed } = workload;
  if (mode === 'auto' || work.kind !== 'model' || windowMs <= 0) return null;
  if (mode === 'sync' && work.lane === 'cpu' && places > cores) return null;
  const planned = plan({
    ...{ arrivalsPerSecond, arrivals, service: work.service, failureRate, seed, workers: places, durationMs: windowMs },
    mode: mode === 'sync' ? 'sync' : 'async',
  });
  const { wait, completion } = measured;
  return {
    ...{ method: planned.method, why: planned.why, stable: planned.stable, places: planned.places, refusedShare: planned.refusedShare },
    numbers: compare(planned, {
      utilisation: measured.utilisation,
      ...(mode === 'sync' ? {} : { waitP50Ms: wait?.p50Ms ?? null, waitP95Ms: wait?.p95Ms ?? null, waitP99Ms: wait?.p99Ms ?? null }),
      latencyP95Ms: completion?.p95Ms ?? null,
    }),
  };
}
