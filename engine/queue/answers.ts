/** What a caller is told of a job, and when: at once, within the time that they gave, or at its end. */

import { Problem } from '../../contract/errors.ts';
import type { JobError } from '../../contract/job.ts';
import { isFinal, isWaiting } from '../../contract/states.ts';
import type { Submission } from '../../contract/submission.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { SubmitAnswer, SubmitOptions } from './backend.ts';
import type { Dispatch } from './dispatch.ts';
import type { Measurements } from './measure.ts';
import { deadlineErrorName } from './outcome.ts';
import { waitOf } from './plan.ts';
import { RowAnswer } from './row-answer.ts';
import type { Waiters } from './waiters.ts';

/** A job that was submitted, or that stands in its place. `isDuplicate`: another one that held its unique key. */
export type Standing = { row: JobRow; how: 'new' | 'replayed'; isDuplicate: boolean };

export type AnswerParts = {
  store: Store;
  dispatch: Dispatch;
  waiters: Waiters;
  measurements: Measurements;
  now: () => number;
  isStopping: () => boolean;
};

export class Answers {
  readonly #parts: AnswerParts;

  constructor(parts: AnswerParts) {
    this.#parts = parts;
  }

  /** At once where nobody waits. A refusal too says when it is the one of before. @throws Problem */
  answer(standing: Standing, submission: Submission, options: SubmitOptions): SubmitAnswer | Promise<SubmitAnswer> {
    const { row, how, isDuplicate } = standing;
    const replayed = how === 'replayed';
    if (isDuplicate) return new RowAnswer(200, row, { replayed, preferenceApplied: undefined, isDuplicate });
    const asked = submission.waitMs ?? options.waitMs;
    // A hybrid job is answered as `respond-async` asks, whether or not it was asked for.
    const goesOn = options.respondAsync || row.mode === 'hybrid';
    const preferenceApplied = asked !== undefined ? `wait=${Math.ceil(asked / 1000)}` : goesOn ? 'respond-async' : undefined;
    const wait = waitOf(row, asked);
    if (wait === 0) return new RowAnswer(202, row, { replayed, preferenceApplied, isDuplicate });
    if (replayed || !isFinal(row.state)) return this.#answerLater(standing, wait, preferenceApplied);
    // It was written with its end (queue/unwritten-runs.ts).
    this.#held(row);
    return this.#answerOf(row, wait, replayed, preferenceApplied);
  }

  async #answerLater({ row, how }: Standing, wait: 'end' | number, preferenceApplied: string | undefined): Promise<SubmitAnswer> {
    const replayed = how === 'replayed';
    try {
      // A job that stood before may have ended in the very transaction that found it, as may one past its deadline in that of its insert.
      const current = replayed || row.deadline_at !== null ? (this.#parts.store.jobs.readJob(row.seq) ?? row) : row;
      const then = await (wait === 'end' ? this.#waitForEnd(current) : this.#waitUpTo(current, wait));
      return this.#answerOf(then, wait, replayed, preferenceApplied);
    } catch (error) {
      if (!replayed || !(error instanceof Problem)) throw error;
      throw new Problem(error.code, error.message, { ...error.extras, isReplay: true });
    } finally {
      if (!replayed) this.#held(row);
    }
  }

  /** @param row as it is after the wait */
  #answerOf(row: JobRow, wait: 'end' | number, replayed: boolean, preferenceApplied: string | undefined): SubmitAnswer {
    // A sync call that ended within a bounded wait is answered as one without bounds.
    if (wait === 'end' || (row.mode === 'sync' && isFinal(row.state))) this.#refuseUnlessCompleted(row);
    return new RowAnswer(isFinal(row.state) ? 200 : 202, row, { replayed, preferenceApplied, isDuplicate: false });
  }

  #held(row: JobRow): void {
    this.#parts.measurements.usage.held(row.task, row.mode, this.#parts.now() - row.created_at);
  }

  async #waitUpTo(row: JobRow, waitMs: number): Promise<JobRow> {
    if (isFinal(row.state)) return row;
    const wakeup = await this.#parts.waiters.wait(row.seq, waitMs);
    if (wakeup === 'timeout') return this.#parts.dispatch.runningRow(row.seq) ?? this.#parts.store.jobs.readJob(row.seq) ?? row;
    if (wakeup.row) return wakeup.row;
    throw deletedMeanwhile(row);
  }

  /** Until the end or the deadline, `timeoutMs` from submission, or from a person's retry since: then the job is cancelled. */
  async #waitForEnd(row: JobRow): Promise<JobRow> {
    if (isFinal(row.state)) return row;
    const { store, dispatch, waiters, now } = this.#parts;
    const jobId = jobIdOf(row);
    const wakeup = await waiters.wait(row.seq, Math.max(0, Math.max(row.created_at, row.run_at) + row.timeout_ms - now()));
    if (wakeup !== 'timeout') {
      if (wakeup.row) return wakeup.row;
      throw deletedMeanwhile(row);
    }
    if (this.#parts.isStopping())
      throw new Problem('shutting-down', 'The engine stopped before the job ended.', { jobId, retryAfterMs: 5_000 });
    await dispatch.cancelAtDeadline(row.seq);
    await store.commit.write(
      'must',
      () => {
        const current = store.jobs.readJob(row.seq);
        return current && isWaiting(current.state) ? store.jobs.cancelWaiting(current, now()) : null;
      },
      (cancelled) => {
        if (cancelled) dispatch.announceEnd(cancelled);
      },
    );
    const ended = store.jobs.readJob(row.seq);
    if (ended?.state === 'completed') return ended;
    throw deadlineExceeded(row);
  }

  #refuseUnlessCompleted(row: JobRow): void {
    if (row.state === 'completed') return;
    const error: JobError =
      row.error === null ? { name: 'Cancelled', message: 'The job was cancelled.' } : (JSON.parse(row.error) as JobError);
    if (error.name === deadlineErrorName) throw row.state === 'cancelled' ? deadlineExceeded(row) : pastDeadline(row, error);
    throw new Problem('task-failed', `${row.state === 'cancelled' ? 'The job was cancelled' : 'The task failed'}: ${error.message}`, {
      jobId: jobIdOf(row),
      error,
    });
  }
}

function deletedMeanwhile(row: JobRow): Problem {
  return new Problem('not-found', 'The job was deleted while it was waited for.', { jobId: jobIdOf(row) });
}

function pastDeadline(row: JobRow, error: JobError): Problem {
  return new Problem('deadline-exceeded', error.message, { jobId: jobIdOf(row), error });
}

function deadlineExceeded(row: JobRow): Problem {
  return new Problem(
    'deadline-exceeded',
    `The job did not end within ${row.timeout_ms} ms and was cancelled. Give it a longer timeoutMs, or submit it async.`,
    { jobId: jobIdOf(row) },
  );
}
