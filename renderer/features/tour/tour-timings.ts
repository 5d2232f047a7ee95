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
export type Span = { kind: 'caller' | 'waiting' | 'work' | 'rollback'; fromMs: number; toMs: number; open: boolean };

type Timed = Pick<JobSummary, 'state' | 'createdAt' | 'startedAt' | 'finishedAt'>;

/**
 * @param now by this window's clock, for what has not ended
 * The engine's times count from the job's creation: the request's way there, well under a millisecond, is left out.
 */
export function spansOf(request: SentRequest, job: Timed | undefined, rollback: Timed | undefined, now: number): Span[] {
  const spans: Span[] = [{ kind: 'caller', fromMs: 0, toMs: request.feltMs, open: false }];
  if (!job) return spans;
  const origin = Date.parse(job.createdAt);
  spans.push(...spansOfWork(job, 'work', origin, now));
  if (rollback) spans.push(...spansOfWork(rollback, 'rollback', origin, now));
  return spans;
}

function spansOfWork(job: Timed, kind: 'work' | 'rollback', origin: number, now: number): Span[] {
  const since = (at: string | null) => (at === null ? null : Math.max(0, Date.parse(at) - origin));
  const nowMs = Math.max(0, now - origin);
  const createdMs = since(job.createdAt) ?? 0;
  const startedMs = since(job.startedAt);
  const ended = isFinal(job.state);
  const endMs = Math.max(createdMs, (ended ? since(job.finishedAt) : null) ?? nowMs);
  const workFromMs = startedMs ?? endMs;
  const spans: Span[] = [];
  if (workFromMs > createdMs) spans.push({ kind: 'waiting', fromMs: createdMs, toMs: workFromMs, open: startedMs === null && !ended });
  if (startedMs !== null) spans.push({ kind, fromMs: startedMs, toMs: Math.max(startedMs, endMs), open: !ended });
  return spans;
}

/** When the work had ended, in milliseconds after the job's creation; null as long as it has not. */
export function doneAfterMs(job: Timed | undefined): number | null {
  if (!job || !isFinal(job.state) || job.finishedAt === null) return null;
  return Math.max(0, Date.parse(job.finishedAt) - Date.parse(job.createdAt));
}
