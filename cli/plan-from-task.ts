/** Asks the running engine what it has measured of a task. */

import type { Client } from '../contract/client.ts';
import { type MeasuredLoad, measuredLoadOf, newestJobs } from '../lab/measured-load.ts';
import { UsageError } from './failures.ts';

/** @throws UsageError when nothing was measured; Problem */
export async function measuredLoad(client: Client, name: string, now: number): Promise<MeasuredLoad> {
  const task = await client.call('getTask', { params: { name } });
  const { jobs } = await client.call('listJobs', { query: { task: [name], limit: newestJobs, order: '-createdAt' } });
  const measured = measuredLoadOf(task, jobs, now);
  if (measured === null) throw new UsageError(`Nothing was measured of ${name} yet. Run some of its jobs, or give --service and --rate.`);
  return measured;
}
