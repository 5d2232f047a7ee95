/** What the engine has measured of a task, as a load for the planner. */

import type { Client } from '../contract/client.ts';
import type { ServiceTime } from '../contract/lab.ts';
import type { RetryPolicy } from '../contract/retry.ts';
import { defaultOverheadMs } from '../lab/load.ts';
import { UsageError } from './failures.ts';

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
const newest = 500;

/** @throws UsageError when nothing was measured; Problem */
export async function measuredLoad(client: Client, name: string, now: number): Promise<MeasuredLoad> {
  const { stats, defaults, lane } = await client.call('getTask', { params: { name } });
  const { p50Ms, p95Ms, p99Ms } = stats;
  if (p50Ms === null || p95Ms === null || p99Ms === null)
    throw new UsageError(`Nothing was measured of ${name} yet. Run some of its jobs, or give --service and --rate.`);
  const { jobs } = await client.call('listJobs', { query: { task: [name], limit: newest, order: '-createdAt' } });
  const oldest = jobs.at(-1);
  const spanMs = oldest === undefined ? 0 : now - Date.parse(oldest.createdAt);
  const points = [
    { quantile: 0.5, ms: p50Ms },
    { quantile: 0.95, ms: p95Ms },
    { quantile: 0.99, ms: p99Ms },
  ];
  const held = jobs
    .flatMap(({ state, startedAt, finishedAt }) =>
      state === 'completed' && startedAt !== null && finishedAt !== null ? [Date.parse(finishedAt) - Date.parse(startedAt)] : [],
    )
    .sort((a, b) => a - b);
  const medianHeldMs = held[Math.floor(held.length / 2)] ?? 0;
  return {
    // On a busy machine the way to the thread and back takes longer than it usually does.
    overheadMs: Math.max(defaultOverheadMs, medianHeldMs - p50Ms),
    task: name,
    lane,
    service: { kind: 'percentiles', points },
    samples: stats.samples,
    failureRate: stats.failureRate ?? 0,
    retry: defaults.retry,
    arrivalsPerSecond: jobs.length < 2 || spanMs <= 0 ? undefined : (jobs.length * 1000) / spanMs,
  };
}
