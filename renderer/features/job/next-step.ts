/** What comes after a failure. */

import type { JobSummary } from '../../../contract/job.ts';

export type NextStep = {
  text: string;
  /** What the countdown runs to; null when nothing is timed. */
  until: string | null;
};

/** What happens to a job that has failed at least once. A redriven job's error is that of its last run. */
export function nextStep(job: Pick<JobSummary, 'state' | 'attempt' | 'maxAttempts' | 'runAt' | 'mode'>): NextStep {
  const next = job.attempt + 1;
  switch (job.state) {
    case 'retryable':
      return { text: `Attempt ${next} of ${Math.max(next, job.maxAttempts)} starts`, until: job.runAt };
    case 'dead':
      return {
        text:
          job.attempt < job.maxAttempts
            ? `It was given up after attempt ${job.attempt}: this kind of failure is not retried. Fix the cause, then retry it.`
            : `It will not be tried again: ${job.maxAttempts === 1 ? 'its only attempt' : `all ${job.maxAttempts} attempts`} failed. Fix the cause, then retry it.`,
        until: null,
      };
    case 'executing':
      return { text: `Attempt ${job.attempt} of ${job.maxAttempts} is running.`, until: null };
    case 'available':
      return { text: 'It waits for a free place, then runs again.', until: null };
    case 'scheduled':
      return { text: 'It runs again', until: job.runAt };
    case 'cancelled':
      return { text: 'It was cancelled and will not be tried again.', until: null };
    case 'blocked':
      return { text: 'It waits for other jobs.', until: null };
    case 'completed':
      return { text: 'A later attempt succeeded.', until: null };
  }
}
