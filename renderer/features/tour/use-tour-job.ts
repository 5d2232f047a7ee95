/** The job of a request, and the one that makes up for it, as they go on. */

import { Problem } from '../../../contract/errors.ts';
import type { Job } from '../../../contract/job.ts';
import { client } from '../../data/client.ts';
import { isJobEvent, useLiveJob } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';

export type TourJob = {
  /** undefined while it is read for the first time, and when there is none. */
  job: Job | undefined;
  rollback: Job | undefined;
  error: Error | undefined;
  /** It was deleted meanwhile, or is of another home. */
  gone: boolean;
  reload(): void;
};

const everyMs = 300;

export function useTourJob(id: string | null): TourJob {
  const first = useOneJob(id);
  const rollback = useOneJob(first.job?.compensation?.jobId ?? null);
  return { ...first, rollback: rollback.job };
}

function useOneJob(id: string | null): Omit<TourJob, 'rollback'> {
  const live = useLiveJob(id ?? '');
  const { data, error, reload } = useResource(id === null ? null : `job ${id}`, (signal) =>
    client.call('getJob', { params: { id: id ?? '' }, signal }),
  );
  // A summary has no result, and no promise.
  useReloadOn(reload, (event) => isJobEvent(event) && event.job.id === id && event.type !== 'job.progress', everyMs);
  const gone = error instanceof Problem && error.code === 'not-found';
  return { job: data && !gone ? { ...data, ...live } : undefined, error: gone ? undefined : error, gone, reload };
}
