/** A job with everything that belongs to it, kept up to date while it is shown. */

import { useEffect, useState } from 'react';
import { Problem } from '../../../contract/errors.ts';
import type { Attempt, Job, JobError } from '../../../contract/job.ts';
import { client } from '../../data/client.ts';
import { isJobEvent, useEventBatches, useLiveJob } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';

export type ShownJob = {
  /** undefined while it is read for the first time. */
  job: Job | undefined;
  attempts: readonly Attempt[];
  error: Problem | Error | undefined;
  /** It was there, or never was, and is no more. */
  gone: boolean;
  reload(): void;
};

const attemptsPage = 500;
/** A job has at most 1,000 counted attempts; what is beyond three pages was given back over and over. */
const pagesMost = 3;

export function useJob(id: string): ShownJob {
  const [deleted, setDeleted] = useState<string | null>(null);
  const live = useLiveJob(id);
  const read = useResource(`job ${id}`, (signal) => client.call('getJob', { params: { id }, signal }));
  const attempts = useResource(`job ${id} attempts`, (signal) => readAttempts(id, signal));

  const reloadJob = read.reload;
  const reloadAttempts = attempts.reload;
  useEventBatches((events) => {
    const own = events.filter(isJobEvent).filter(({ job }) => job.id === id);
    if (own.some(({ type }) => type === 'job.deleted')) {
      setDeleted(id);
      return;
    }
    // Progress is all in the summary; anything else may have changed what a summary leaves out.
    if (own.every(({ type }) => type === 'job.progress')) return;
    reloadJob();
    reloadAttempts();
  });
  useEffect(() => () => setDeleted((current) => (current === id ? null : current)), [id]);

  const notFound = read.error instanceof Problem && read.error.code === 'not-found';
  const job = read.data && live ? { ...read.data, ...live, error: fullError(read.data.error, live.error) } : read.data;
  return {
    job,
    attempts: attempts.data ?? [],
    error: notFound ? undefined : read.error,
    gone: notFound || deleted === id,
    reload: () => {
      reloadJob();
      reloadAttempts();
    },
  };
}

/** A summary's error lacks what the task attached to it and may be cut: of the same error the one that was read tells more. */
function fullError(read: JobError | null, live: JobError | null): JobError | null {
  const same = read !== null && live !== null && read.name === live.name && read.message.startsWith(live.message);
  return same ? read : live;
}

async function readAttempts(id: string, signal: AbortSignal): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < pagesMost; page++) {
    const query = cursor === undefined ? { limit: attemptsPage } : { limit: attemptsPage, cursor };
    const answer = await client.call('listAttempts', { params: { id }, query, signal });
    attempts.push(...answer.attempts);
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return attempts;
}
