/**
 * What a task may ask for by throwing. Marked by a registered symbol rather than by a class: a user's task may
 * reach the same functions through another copy of this module, where `instanceof` would say no.
 */

import type { Json } from '../contract/json.ts';

const requestMark = Symbol.for('switchyard.task-request');

export type TaskRequest = { kind: 'failed-for-good' } | { kind: 'retry-after'; ms: number } | { kind: 'snooze'; ms: number };

/** As long as a submission may be delayed; a longer wish is cut to it. */
const longestWaitMs = 366 * 86_400_000;

type Caller = (...parameters: never[]) => Error;

function marked(error: Error, request: TaskRequest, caller: Caller, details?: Json): Error {
  Error.captureStackTrace(error, caller);
  return Object.assign(error, { [requestMark]: request }, details === undefined ? {} : { details });
}

function wholeMilliseconds(ms: number, name: string): number {
  if (typeof ms !== 'number' || Number.isNaN(ms) || ms < 0) {
    throw new TypeError(`${name} needs a number of milliseconds of 0 or more, and was given ${String(ms)}`);
  }
  return Math.min(longestWaitMs, Math.ceil(ms));
}

/** An error that is never retried. */
export function failForGood(message: string, details?: Json): Error {
  return marked(new Error(message), { kind: 'failed-for-good' }, failForGood, details);
}

/** An error that is retried after `ms` milliseconds (at most 366 days). @throws TypeError when `ms` is not a number of 0 or more */
export function retryAfter(ms: number, message: string, details?: Json): Error {
  return marked(new Error(message), { kind: 'retry-after', ms: wholeMilliseconds(ms, 'retryAfter') }, retryAfter, details);
}

/** Starts the job anew in `ms` milliseconds (at most 366 days) without using an attempt. @throws TypeError as `retryAfter` */
export function snooze(ms: number): Error {
  const wait = wholeMilliseconds(ms, 'snooze');
  return marked(new Error(`snoozed for ${wait} ms`), { kind: 'snooze', ms: wait }, snooze);
}

/** What the thrown value asks for; null for an ordinary error. */
export function requestOf(thrown: unknown): TaskRequest | null {
  if (typeof thrown !== 'object' || thrown === null) return null;
  try {
    return (thrown as { [requestMark]?: TaskRequest })[requestMark] ?? null;
  } catch {
    // A proxy may throw whatever it is asked; it asks for nothing then.
    return null;
  }
}
