/** One attempt of a job on this thread, from the message that brings it to the outcome that goes back; exactly one outcome goes back. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { isNativeError } from 'node:util/types';
import type { LogStream } from '../contract/job.ts';
import { isNestedDeeper } from '../contract/json.ts';
import { limits } from '../contract/limits.ts';
import type { TaskDefinition } from '../contract/task.ts';
import type { AbortReason, ThreadJob, ThreadResult } from '../contract/thread.ts';
import { toJobError } from './job-error.ts';
import { JobLog } from './job-log.ts';
import { JobProgress } from './job-progress.ts';
import type { Outbox } from './outbox.ts';
import { JobContext } from './task-context.ts';
import { failForGood, requestOf } from './task-errors.ts';
import { readableBytes } from './text-limits.ts';

/** Which run the code that is executing belongs to; it follows timers, callbacks and promises. */
export const currentRun = new AsyncLocalStorage<Run>();

/** All that run on this thread now. */
export const runningRuns = new Set<Run>();

export type Runnable = Pick<TaskDefinition, 'run' | 'predict' | 'rollback'>;

/** What a job costs is what its task touches: signal, log and progress are made at first use. */
export class Run {
  readonly job: ThreadJob;
  readonly home: string;
  readonly #outbox: Outbox;
  readonly #onEnd: (run: Run) => void;
  #log: JobLog | null = null;
  #progress: JobProgress | null = null;
  #controller: AbortController | null = null;
  #abortReason: AbortReason | null = null;
  #started = false;
  #ended = false;
  #startedAt = performance.now();

  constructor(job: ThreadJob, home: string, outbox: Outbox, onEnd: (run: Run) => void) {
    this.job = job;
    this.home = home;
    this.#outbox = outbox;
    this.#onEnd = onEnd;
    runningRuns.add(this);
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortReason !== null) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Whole lines. Nothing is kept once the run has ended. */
  log(text: string, stream: LogStream): void {
    if (this.#ended) return;
    this.#log ??= new JobLog(this.job.run, this.#outbox);
    this.#log.add(text, stream);
  }

  /** Text in pieces, as a stream gives it. */
  write(text: string, stream: 'stdout' | 'stderr'): void {
    if (this.#ended) return;
    this.#log ??= new JobLog(this.job.run, this.#outbox);
    this.#log.write(text, stream);
  }

  progress(percent: number, message: string | undefined): void {
    if (this.#ended) return;
    this.#progress ??= new JobProgress(this.job.run, this.#outbox);
    this.#progress.set(percent, message);
  }

  /** The task hears of it and ends when it will. One that has not started yet ends here. */
  abort(reason: AbortReason): void {
    if (this.#ended || this.#abortReason !== null) return;
    this.#abortReason = reason;
    // Nobody waits for what a prediction says now: its place is free at once, unless it blocks its thread.
    if (!this.#started || this.job.purpose === 'predict') this.#end({ kind: 'aborted', reason, error: null });
    else this.#controller?.abort(reason);
  }

  /** The time that a prediction may take begins. */
  predicting(): void {
    this.#outbox.send({ type: 'predicting', run: this.job.run });
  }

  notLoaded(error: unknown): void {
    this.#end({ kind: 'not-loaded', error: toJobError(error) });
  }

  start(task: Runnable): void {
    if (this.#ended) return;
    this.#started = true;
    this.#startedAt = performance.now();
    let returned: unknown;
    try {
      returned = currentRun.run(this, callTask, task, this);
      // A task that answers at once ends at once, without a turn of the event loop.
      if (isThenable(returned)) {
        returned.then(
          (value) => this.#succeed(value),
          (thrown) => this.#fail(thrown),
        );
        return;
      }
    } catch (thrown) {
      this.#fail(thrown);
      return;
    }
    this.#succeed(returned);
  }

  /** An exception in one of the task's callbacks: what awaits that callback would wait for ever, so the run ends here and lets go of what it holds. */
  failByStray(thrown: unknown): void {
    if (this.#ended) return;
    const described = toJobError(thrown);
    const error = { ...described, message: `uncaught in a callback: ${described.message}` };
    const reason = this.#abortReason;
    this.#end(reason === null ? { kind: 'failed', error } : { kind: 'aborted', reason, error });
    this.#controller?.abort('stopping');
  }

  #succeed(value: unknown): void {
    if (this.#ended) return;
    const text = asJsonText(value);
    if (typeof text !== 'string') this.#end({ kind: 'failed-for-good', error: toJobError(text) });
    else if (fitsTheRow(text)) this.#end({ kind: 'succeeded', result: text });
    else void this.#succeedInFile(text);
  }

  async #succeedInFile(text: string): Promise<void> {
    // Loaded only by the few threads that ever have such a result.
    const { keepResultFile } = await import('./result-file.ts');
    try {
      const fileBytes = await keepResultFile(this.home, this.job.jobId, this.job.attempt, text);
      this.#end({ kind: 'succeeded', result: 'null', fileBytes });
    } catch (thrown) {
      const { message, ...error } = toJobError(thrown);
      this.#end({
        kind: 'failed',
        error: { ...error, message: `The result, ${readableBytes(Buffer.byteLength(text))}, could not be written: ${message}` },
      });
    }
  }

  #fail(thrown: unknown): void {
    if (this.#ended) return;
    const reason = this.#abortReason;
    if (reason !== null) {
      this.#end({ kind: 'aborted', reason, error: isAbortItself(thrown, reason) ? null : toJobError(thrown) });
      return;
    }
    const request = requestOf(thrown);
    if (request?.kind === 'snooze') this.#end({ kind: 'snoozed', ms: request.ms });
    else if (request?.kind === 'failed-for-good') this.#end({ kind: 'failed-for-good', error: toJobError(thrown) });
    else if (request?.kind === 'retry-after') this.#end({ kind: 'failed', error: toJobError(thrown), retryAfterMs: request.ms });
    else this.#end({ kind: 'failed', error: toJobError(thrown) });
  }

  #end(result: ThreadResult): void {
    if (this.#ended) return;
    this.#log?.end();
    this.#progress?.end();
    this.#ended = true;
    runningRuns.delete(this);
    this.#outbox.addOutcome({ run: this.job.run, result, runMs: performance.now() - this.#startedAt });
    this.#onEnd(this);
  }
}

function callTask(task: Runnable, run: Run): unknown {
  const payload = JSON.parse(run.job.payload) as never;
  switch (run.job.purpose) {
    case undefined:
      return task.run(payload, new JobContext(run));
    case 'rollback':
      if (!task.rollback) throw failForGood('The task has no function "rollback" any more, so what was promised could not be taken back.');
      return task.rollback(payload, new JobContext(run));
    case 'predict':
      if (!task.predict) throw failForGood('The task has no function "predict" any more.');
      run.predicting();
      return task.predict(payload);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Rejecting with the signal's reason or an AbortError is how a task says that it has stopped, and no error to keep. */
function isAbortItself(thrown: unknown, reason: AbortReason): boolean {
  return thrown === reason || (isNativeError(thrown) && thrown.name === 'AbortError');
}

/** The result as it is kept, or why it can't be. */
function asJsonText(value: unknown): string | Error {
  if (value === undefined) return 'null';
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (cause) {
    if (isOverflow(cause)) return nestedTooDeep();
    return new Error(`The result can't be kept, as it is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (text === undefined) return new Error(`The result can't be kept, as a ${typeof value} is no JSON.`);
  if (isNestedDeeper(text, limits.resultDepth)) return nestedTooDeep();
  const bytes = text.length * 3 <= limits.resultFileBytes ? 0 : Buffer.byteLength(text);
  if (bytes <= limits.resultFileBytes) return text;
  return new Error(
    `The result has ${readableBytes(bytes)} as JSON; at most ${readableBytes(limits.resultFileBytes)} are kept. Write it to a file and return the file's path.`,
  );
}

function nestedTooDeep(): Error {
  return new Error(`The result can't be kept, as it is nested deeper than ${limits.resultDepth} levels.`);
}

/** Of the stack: a text that is too long is a RangeError as well. */
function isOverflow(cause: unknown): boolean {
  return cause instanceof RangeError && cause.message.includes('call stack');
}

function fitsTheRow(text: string): boolean {
  return text.length * 3 <= limits.resultBytes || Buffer.byteLength(text) <= limits.resultBytes;
}
