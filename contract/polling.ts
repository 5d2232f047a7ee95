/** How often to ask for a job that is not final. */

import type { Job } from './job.ts';
import { isFinal, type JobState } from './states.ts';

export type PolledJob = { state: JobState; createdAtMs: number; runAtMs: number };

const shortestMs = 1_000;
const longestMs = 60_000;

/**
 * Milliseconds until the next poll: until the job is due or a tenth of its age, whichever is longer, from 1 s to 60 s. A
 * tenth, so that a poller learns of the end at most a tenth later than it could, at a number of polls that grows with the
 * logarithm of the job's length. null: the job is final, and there is nothing to ask any more.
 */
export function pollDelayMs({ state, createdAt, runAt }: Pick<Job, 'state' | 'createdAt' | 'runAt'>, now: number): number | null {
  return pollDelayFrom({ state, createdAtMs: Date.parse(createdAt), runAtMs: Date.parse(runAt) }, now);
}

/** As `pollDelayMs`, with its times in milliseconds since 1970. */
export function pollDelayFrom({ state, createdAtMs, runAtMs }: PolledJob, now: number): number | null {
  if (isFinal(state)) return null;
  const untilDue = state === 'scheduled' || state === 'retryable' ? runAtMs - now : 0;
  return Math.min(longestMs, Math.max(shortestMs, untilDue, (now - createdAtMs) / 10));
}
