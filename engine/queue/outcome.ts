/** The one reader of a task's result: turns how a run ended into one change of its job. Pure. */

import type { JobError } from '../../contract/job.ts';
import { askedWaitLimitMs, type RetryPolicy, type RetryStep, retryStep, uncountedAgeMs } from '../../contract/retry.ts';
import type { AttemptOutcome } from '../../contract/states.ts';
import type { FinalEnd, WaitingEnd } from '../store/attempt-end.ts';
import type { JobRow } from '../store/job-row.ts';
import type { RunResult } from './lanes.ts';

/** A job that took its threads or engines down this often is dead, whatever attempts it has left. */
export const crashLimit = 3;
/** Of a job that its deadline ended, or that of the caller who waited for it. */
export const deadlineErrorName = 'DeadlineExceeded';
/** Of an attempt that ran into its timeout. */
export const timedOutErrorName = 'TimedOut';
/** Shares of blame are sums of fractions. */
const tolerance = 1e-6;
/** Before a task whose file broke between claim and start is tried again, in milliseconds. */
const notLoadedWaitMs = 5_000;

export type Outcome = {
  outcome: AttemptOutcome;
  /** What the attempt keeps. */
  error: JobError | null;
  end: { final: FinalEnd } | { waiting: WaitingEnd };
};

export type Circumstances = {
  now: number;
  /** Uniform in [0, 1). */
  random: number;
  /** Someone asked for the job to be cancelled while it ran: only a success is stronger. */
  cancelRequested: boolean;
  /** It failed because of a service that was known to be down: no attempt is used, and it waits until the service is back. */
  spared?: boolean;
};

export function outcomeOf(row: JobRow, result: RunResult, circumstances: Circumstances): Outcome {
  const { now, cancelRequested } = circumstances;
  if (result.kind === 'succeeded') return completed(result.result, result.fileBytes);
  const error = errorOf(row, result);
  if (cancelRequested) return cancelled(error ?? cancelledError);
  if (row.deadline_at !== null && row.deadline_at <= now) return pastDeadline(row, result, error);
  switch (result.kind) {
    case 'failed':
      return failed(row, 'failed', result.error, circumstances, result.retryAfterMs);
    case 'failed-for-good':
      return dead('failed', result.error);
    case 'snoozed':
      return uncounted(row, 'snoozed', null, 'scheduled', now + Math.min(Math.max(0, result.ms), askedWaitLimitMs));
    case 'aborted':
      if (result.reason === 'cancelled') return cancelled(result.error ?? cancelledError);
      if (result.reason === 'timed-out') return failed(row, 'timed-out', timedOutError(row, result.error), circumstances);
      return interrupted(row);
    case 'interrupted':
      return interrupted(row);
    case 'crashed':
      return crashed(row, result.error, result.blame);
    case 'not-loaded':
      return uncounted(row, 'interrupted', result.error, 'scheduled', now + notLoadedWaitMs);
  }
}

function completed(result: string, fileBytes: number | undefined): Outcome {
  const kept = fileBytes === undefined ? { result } : { result: null, resultBytes: fileBytes };
  return { outcome: 'succeeded', error: null, end: { final: { state: 'completed', ...kept, error: null } } };
}

function dead(outcome: AttemptOutcome, error: JobError): Outcome {
  return { outcome, error, end: { final: { state: 'dead', result: null, error: JSON.stringify(error) } } };
}

function cancelled(error: JobError): Outcome {
  return { outcome: 'cancelled', error, end: { final: { state: 'cancelled', result: null, error: JSON.stringify(error) } } };
}

function failed(
  row: JobRow,
  outcome: 'failed' | 'timed-out',
  error: JobError,
  { now, random, spared = false }: Circumstances,
  askedMs?: number,
): Outcome {
  const attemptsLeft = row.attempt < row.max_attempts || spared;
  const failures = row.attempt - (row.max_attempts - row.budget);
  const sinceFirstMs = Math.max(0, now - (row.first_started_at ?? now));
  const step: RetryStep = isSyncOnce(row)
    ? { kind: 'dead' }
    : retryStep(JSON.parse(row.retry) as RetryPolicy, { error, failures, attemptsLeft, askedMs, sinceFirstMs, random });
  // What waits without using attempts has to end as well.
  if (step.kind === 'dead' || (spared && sinceFirstMs > uncountedAgeMs)) return dead(outcome, error);
  if (step.kind === 'snooze') return uncounted(row, 'snoozed', error, 'scheduled', now + step.delayMs);
  // In line where it stood, ahead of those that came after it: its circuit holds it up there.
  if (spared) return uncounted(row, 'snoozed', error, 'available', row.run_at);
  const { max_attempts: maxAttempts, crashes } = row;
  return {
    outcome,
    error,
    end: { waiting: { state: 'retryable', runAt: now + step.delayMs, maxAttempts, crashes, error: JSON.stringify(error) } },
  };
}

/** However it ended, there is no time for another attempt. The attempt keeps its own error. */
function pastDeadline(row: JobRow, result: RunResult, error: JobError | null): Outcome {
  const failed = result.kind === 'failed' || result.kind === 'failed-for-good';
  const outcome: AttemptOutcome = failed ? 'failed' : result.kind === 'crashed' ? 'crashed' : 'timed-out';
  const deadline = deadlineError(row);
  const why = failed && error ? { ...deadline, message: `${deadline.message} Its last attempt failed: ${error.message}` } : deadline;
  return { ...dead(outcome, why), error: outcome === 'timed-out' ? deadline : error };
}

/** The attempt is not counted: there is one more to come. */
function uncounted(
  row: JobRow,
  outcome: AttemptOutcome,
  error: JobError | null,
  state: WaitingEnd['state'],
  runAt: number,
  crashes = row.crashes,
): Outcome {
  const kept = error === null ? row.error : JSON.stringify(error);
  return { outcome, error, end: { waiting: { state, runAt, maxAttempts: row.max_attempts + 1, crashes, error: kept } } };
}

/** Given back at a stop. Whoever waited for a sync job has been told, so it is not run behind their back. */
function interrupted(row: JobRow): Outcome {
  if (isSyncOnce(row)) {
    return { ...cancelled({ name: 'Interrupted', message: 'The engine stopped before it ended.' }), outcome: 'interrupted' };
  }
  return uncounted(row, 'interrupted', null, 'available', row.run_at);
}

function crashed(row: JobRow, error: JobError, blame: number): Outcome {
  const crashes = row.crashes + blame;
  if (crashes >= crashLimit - tolerance || isSyncOnce(row)) return dead('crashed', error);
  return uncounted(row, 'crashed', error, 'available', row.run_at, crashes);
}

function isSyncOnce(row: JobRow): boolean {
  return row.mode === 'sync' && row.budget === 1;
}

function errorOf(row: JobRow, result: Exclude<RunResult, { kind: 'succeeded' }>): JobError | null {
  if (result.kind === 'aborted' && result.reason === 'timed-out') return timedOutError(row, result.error);
  return 'error' in result ? result.error : null;
}

/** Why a job whose deadline has passed is dead. */
export function deadlineError({ deadline_ms }: Pick<JobRow, 'deadline_ms'>): JobError {
  return { name: deadlineErrorName, message: `It had not ended ${deadline_ms} ms after its submission (deadlineMs).` };
}

/** Why a job that waited in line for another attempt is dead; what it last failed with stands in its attempts. */
export function retryTimeOverError(row: Pick<JobRow, 'retry'>): JobError {
  const { retryForMs } = JSON.parse(row.retry) as RetryPolicy;
  return { name: 'RetryTimeOver', message: `Its next attempt could not begin within ${retryForMs} ms of its first one (retryForMs).` };
}

const cancelledError: JobError = { name: 'Cancelled', message: 'Cancelled while it ran.' };

/** With what the task could still say, e.g. a command's last output. */
function timedOutError(row: JobRow, last: JobError | null): JobError {
  return {
    ...(last?.details === undefined ? {} : { details: last.details }),
    name: timedOutErrorName,
    message: `It did not end within its ${row.timeout_ms} ms (timeoutMs).`,
  };
}
