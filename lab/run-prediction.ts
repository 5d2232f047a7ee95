/** What the planner says of a run's load, for the run to be held against. */

import type { Mode } from '../contract/job.ts';
import type { ServiceTime, Workload } from '../contract/lab.ts';
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
  /** As the run has measured it: a busy machine stretches what the workload asks for. Null: too little was measured. */
  service: ServiceTime | null;
};

/**
 * Null where the model has nothing to say: `auto`, whose jobs run in several lanes and as it learns; a task, whose service time nobody
 * gave; and sync calls that keep a core busy, which share the cores rather than wait for one.
 */
export function predictionFor(
  { mode, workload, places, windowMs, cores, overhead, service: measuredService }: PredictedRun,
  measured: Pick<LabModeResult, 'utilisation' | 'wait' | 'completion'>,
): LabPrediction | null {
  const { work, arrivalsPerSecond, arrivals, failureRate, seed } = workload;
  if (mode === 'auto' || work.kind !== 'model' || windowMs <= 0) return null;
  if (mode === 'sync' && work.lane === 'cpu' && places > cores) return null;
  const service = measuredService ?? work.service;
  const insideMs = overhead?.insideMs ?? 0;
  // What was measured from start to end holds the part of the overhead that lies inside.
  const overheadMs = overhead && (measuredService === null ? overhead.totalMs : Math.max(0, overhead.totalMs - insideMs));
  const planned = plan({
    ...{ arrivalsPerSecond, arrivals, service, failureRate, seed, workers: places, durationMs: windowMs },
    ...(overheadMs !== null && { overheadMs }),
    mode: mode === 'sync' ? 'sync' : 'async',
  });
  const { method, why, stable, refusedShare } = planned;
  const stretched = measuredService === null ? 1 + insideMs / distributionOf(service).meanMs : 1;
  const { wait, completion } = measured;
  return {
    ...{ method, why, stable, refusedShare, places: planned.places, service: measuredService === null ? 'given' : 'measured' },
    numbers: compare(
      { ...planned, utilisation: planned.utilisation * stretched },
      {
        utilisation: measured.utilisation,
        ...(mode === 'sync' ? {} : { waitP50Ms: wait?.p50Ms ?? null, waitP95Ms: wait?.p95Ms ?? null, waitP99Ms: wait?.p99Ms ?? null }),
        latencyP95Ms: completion?.p95Ms ?? null,
      },
    ),
  };
}
