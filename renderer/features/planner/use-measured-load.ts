/** What the engine has measured of a task, as a load. */

import { measuredLoadOf, newestJobs } from '../../../lab/measured-load.ts';
import { client } from '../../data/client.ts';
import { type Resource, useResource } from '../../data/resource.ts';

/** @param task null reads nothing. `data` is null for a task of which nothing was measured. */
export function useMeasuredLoad(task: string | null): Resource<ReturnType<typeof measuredLoadOf>> {
  return useResource(task === null ? null : `measured load ${task}`, async (signal) => {
    const name = task ?? '';
    const [described, { jobs }] = await Promise.all([
      client.call('getTask', { params: { name }, signal }),
      client.call('listJobs', { query: { task: [name], limit: newestJobs, order: '-createdAt' }, signal }),
    ]);
    return measuredLoadOf(described, jobs, Date.now());
  });
}
