/** How a submission is to be tried again, as a person chooses it. Pure. */

import type { Backoff } from '../../../contract/retry.ts';
import type { SubmissionInput } from '../../../contract/submission.ts';

/** `task`: as the task's file says. `list`: every delay by itself. */
export const retryWays = ['task', 'exponential', 'linear', 'fixed', 'list'] as const;
export type RetryWay = (typeof retryWays)[number];

/** Empty texts and null: leave it to the task. Seconds, because people think in them. */
export type RetryChoices = {
  way: RetryWay;
  baseSeconds: number | null;
  maxSeconds: number | null;
  /** Seconds between commas or spaces. */
  delays: string;
  forSeconds: number | null;
};

export const untouchedRetry: RetryChoices = { way: 'task', baseSeconds: null, maxSeconds: null, delays: '', forSeconds: null };

export const retryWayWords: Readonly<Record<RetryWay, string>> = {
  task: 'As the task says',
  exponential: 'Twice as long each time',
  linear: 'Longer by the same each time',
  fixed: 'The same each time',
  list: 'A list of delays',
};

/** What is sent of it; undefined when nothing was chosen. */
export function retryOf(
  maxAttempts: number | null,
  { way, baseSeconds, maxSeconds, delays, forSeconds }: RetryChoices,
): SubmissionInput['retry'] {
  const retry: NonNullable<SubmissionInput['retry']> = {};
  if (maxAttempts !== null) retry.maxAttempts = maxAttempts;
  if (way === 'list') {
    const listed = delaysIn(delays);
    if (listed.length > 0) retry.delaysMs = listed;
  } else if (way !== 'task') {
    retry.backoff = way satisfies Backoff;
    if (baseSeconds !== null) retry.baseMs = Math.round(baseSeconds * 1000);
    if (maxSeconds !== null && way !== 'fixed') retry.maxMs = Math.round(maxSeconds * 1000);
  }
  if (forSeconds !== null) retry.retryForMs = Math.round(forSeconds * 1000);
  return Object.keys(retry).length === 0 ? undefined : retry;
}

/** What is no number stays one that the engine refuses, at its place in the list. */
function delaysIn(text: string): number[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  return words.map((word) => Math.round(Number(word) * 1000));
}

export function retryWords({ way, delays, forSeconds }: RetryChoices): string[] {
  const words: string[] = [];
  if (way === 'list' && delaysIn(delays).length > 0) words.push(`delays ${delays.trim()} s`);
  else if (way !== 'task' && way !== 'list') words.push(`${way} delays`);
  if (forSeconds !== null) words.push(`retries for ${forSeconds} s`);
  return words;
}
