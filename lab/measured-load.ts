/** What was measured of a task, as a load for the planner. */

import type { Job } from '../contract/job.ts';
import type { ServiceTime } from '../contract/lab.ts';
import type { Task } from '../contract/resources.ts';
import type { RetryPolicy } from '../contract/retry.ts';
import { defaultOverheadMs } from './load.ts';

export type MeasuredLoad = {
  task: string;
  lane: 'io' | 'cpu';
  service: ServiceTime;
  samples: number;
  failureRate: number;
  retry: RetryPolicy;
  /** Undefined where fewer than two jobs are kept. */
  arrivalsPerSecond: number | undefined;
  /** How much longer jobs keep their place than their task runs, in milliseconds. */
  overheadMs: number;
};

/** The newest jobs, as many as a page holds, tell how fast they come now. */
export const newestJobs = 500;
/** With fewer, the engine's own percentiles of the last thousand runs are better. */
const enoughJobs = 100;
/** Times of jobs are whole milliseconds. */
const coarseMs = 10;

/**
 * @param jobs the task's newest `newestJobs`, the newest first
 * @returns null when nothing was measured yet
 */
export function measuredLoadOf(
  { name, stats, defaults, lane }: Pick<Task, 'name' | 'stats' | 'defaults' | 'lane'>,
  jobs: readonly Pick<Job, 'state' | 'createdAt' | 'startedAt' | 'finishedAt'>[],
  now: number,
): MeasuredLoad | null {
  const { p50Ms, p95Ms, p99Ms } = stats;
  if (p50Ms === null || p95Ms === null || p99Ms === null) return null;
  const oldest = jobs.at(-1);
  const spanMs = oldest === undefined ? 0 : now - Date.parse(oldest.createdAt);
  const held = jobs
    .flatMap(({ state, startedAt, finishedAt }) =>
      state === 'completed' && startedAt !== null && finishedAt !== null ? [Date.parse(finishedAt) - Date.parse(startedAt)] : [],
    )
    .sort((a, b) => a - b);
  const medianHeldMs = held[Math.floor(held.length / 2)] ?? 0;
  const overheadMs = Math.max(0, medianHeldMs - p50Ms);
  const three = [
    { quantile: 0.5, ms: p50Ms },
    { quantile: 0.95, ms: p95Ms },
    { quantile: 0.99, ms: p99Ms },
  ];
  // Three percentiles say nothing of a task that is fast nine times in ten; its newest jobs do, to the millisecond.
  const points = held.length < enoughJobs || p50Ms < coarseMs ? three : percentilesOf(held.map((ms) => Math.max(0, ms - overheadMs)));
  return {
    // On a busy machine the way to the thread and back takes longer than it usually does.
    overheadMs: Math.max(defaultOverheadMs, overheadMs),
    task: name,
    lane,
    service: { kind: 'percentiles', points },
    samples: stats.samples,
    failureRate: stats.failureRate ?? 0,
    retry: defaults.retry,
    arrivalsPerSecond: jobs.length < 2 || spanMs <= 0 ? undefined : (jobs.length * 1000) / spanMs,
  };
}

/** Each hundredth. @param sorted ascending, not empty */
export function percentilesOf(sorted: readonly number[]): { quantile: number; ms: number }[] {
  return Array.from({ length: 99 }, (_, at) => ({
    quantile: (at + 1) / 100,
    ms: sorted[Math.ceil(((at + 1) * sorted.length) / 100) - 1] ?? 0,
  }));
}
