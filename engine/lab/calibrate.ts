/** What this machine adds to a job at this hour, measured before a mode begins, so that a plan is held against the machine it was made for. */

import type { Overhead } from '../../lab/overhead.ts';
import { overheadOf } from '../../lab/overhead.ts';
import type { LabEngine } from './lab-engine.ts';
import { warmUpTask } from './stand-in.ts';

/** More places take too many jobs to fill, and jobs that never wait have no use for the figure. */
const mostPlaces = 256;
/** How long it may take, as far as the work goes, in milliseconds; each place has at least so many runs. */
const spentMs = 2_000;
const [fewestRounds, mostRounds] = [8, 25];
const pageJobs = 500;

/**
 * Fills the lane from its beginning to its end with jobs of a known length.
 * @param meanServiceMs of the workload: what a busy machine adds grows with the work @returns null where it means nothing
 */
export async function calibrate({ client }: LabEngine, places: number, meanServiceMs: number): Promise<Overhead | null> {
  if (places > mostPlaces) return null;
  const serviceMs = Math.round(Math.min(200, Math.max(5, meanServiceMs)));
  const rounds = Math.round(Math.min(mostRounds, Math.max(fewestRounds, spentMs / serviceMs)));
  const attempts = Math.min(places * rounds, pageJobs);
  const job = { task: warmUpTask, mode: 'async' as const, payload: { serviceMs, failingAttempts: 0 }, tags: ['calibration'] };
  const { ids } = await client.call('submitBatch', { body: { jobs: Array.from({ length: attempts }, () => job) } });
  // In line one behind the other: when the last ends, others may still run, a place each.
  for (const id of ids.slice(-places)) {
    for (let state = ''; state !== 'completed' && state !== 'dead' && state !== 'cancelled'; )
      ({ state } = await client.call('getJob', { params: { id }, query: { waitMs: 30_000 } }));
  }
  const { jobs } = await client.call('listJobs', { query: { task: [warmUpTask], tag: ['calibration'], limit: pageJobs } });
  const runs = jobs.flatMap(({ startedAt, finishedAt }) =>
    startedAt !== null && finishedAt !== null ? [{ from: Date.parse(startedAt), to: Date.parse(finishedAt) }] : [],
  );
  if (runs.length === 0) return null;
  const elapsedMs = Math.max(...runs.map(({ to }) => to)) - Math.min(...runs.map(({ from }) => from));
  const meanRunMs = runs.reduce((sum, { from, to }) => sum + to - from, 0) / runs.length;
  return {
    totalMs: overheadOf({ places, elapsedMs, attempts: runs.length, meanServiceMs: serviceMs }),
    insideMs: Math.max(0, meanRunMs - serviceMs),
  };
}
