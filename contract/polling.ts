/** How often to ask for a job that is not final. */

import type { Job } from './job.ts';
import { isFinal } from './states.ts';

const shortestMs = 1_000;
const longestMs = 60_000;

/**
 * Milliseconds until the next poll: until the job is due or a tenth of its age, whichever is longer, from 1 s to 60 s. A
 * tenth, so that a poller learns of the end at most a tenth later than it could, at a number of polls that grows with the
 * logarithm of the job's length. null: the job is final, and there is nothing to ask any more.
 */
export function pollDelayMs(job: Pick<Job, 'state' | 'createdAt' | 'runAt'>, now: number): number | null {
  if (isFinal(job.state)) return null;
  const age = now - Date.parse(job.createdAt);
  const untilDue = job.state === 'scheduled' || job.state === 'retryable' ? Date.parse(job.runAt) - now : 0;
  return Math.min(longestMs, Math.max(shortestMs, untilDue, age / 10));
}
