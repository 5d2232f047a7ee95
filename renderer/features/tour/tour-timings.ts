/** How long a request of the tour held its caller, and when its work was done: the spans that are drawn beneath each other. Pure. */

import type { JobSummary } from '../../../contract/job.ts';
import { isFinal } from '../../../contract/states.ts';

/** What is kept of a request that was sent: enough to tell its story again after a restart. Times in milliseconds. */
export type SentRequest = {
  jobId: string;
  /** By this window's clock. */
  sentAt: number;
  /** Until the answer was there, as this window felt it. */
  feltMs: number;
  /** The answer held the end of the work, and not only its job's id. */
  endInAnswer: boolean;
};

/** From when to when, in milliseconds after the request; `open`: it still goes on. */
export type Span = { kind: 'caller' | 'waiting' | 'work' | 'failed'; fromMs: number; toMs: number; open: boolean };

export type TimedJob = Pick<JobSummary, 'state' | 'createdAt' | 'startedAt' | 'finishedAt'>;

export function callerSpan({ feltMs }: SentRequest): Span {
  return { kind: 'caller', fromMs: 0, toMs: feltMs, open: false };
}

/**
 * @param job the request's own, or the one that makes up for it
 * @param origin as `originOf` gives it @param now by this window's clock, for what has not ended
 */
export function spansOf(job: TimedJob, origin: number, now: number): Span[] {
  const since = (at: string | number) => Math.max(0, (typeof at === 'string' ? Date.parse(at) : at) - origin);
  const createdMs = since(job.createdAt);
  const ended = isFinal(job.state);
  const endMs = Math.max(createdMs, since(ended ? (job.finishedAt ?? now) : now));
  const startMs = job.startedAt === null ? endMs : Math.min(endMs, since(job.startedAt));
  const spans: Span[] = [];
  if (startMs > createdMs) spans.push({ kind: 'waiting', fromMs: createdMs, toMs: startMs, open: job.startedAt === null && !ended });
  if (job.startedAt !== null) spans.push({ kind: job.state === 'dead' ? 'failed' : 'work', fromMs: startMs, toMs: endMs, open: !ended });
  return spans;
}

/**
 * When the request was sent, by the engine's clock. The two clocks may differ, but its job was made while its caller waited,
 * so what they say of that is believed only as far as it lies within.
 */
export function originOf({ sentAt, feltMs }: SentRequest, { createdAt }: TimedJob): number {
  const created = Date.parse(createdAt);
  return created - Math.min(Math.max(0, created - sentAt), feltMs);
}

/** When the work had ended, in milliseconds after the request; null as long as it has not. */
export function doneAfterMs(request: SentRequest, job: TimedJob): number | null {
  if (!isFinal(job.state) || job.finishedAt === null) return null;
  const doneMs = Math.max(0, Date.parse(job.finishedAt) - originOf(request, job));
  // What the answer told of was over by then; the engine's times are whole milliseconds, and may be one past it.
  return request.endInAnswer ? Math.min(doneMs, request.feltMs) : doneMs;
}
