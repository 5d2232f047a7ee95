/** What a task is given beside its payload. Members are made when they are touched, and keep working when they are taken apart: `run(payload, { log, signal })`. */

import type { LogStream } from '../contract/job.ts';
import type { Json } from '../contract/json.ts';
import type { CompensatedJob, ParentFailure, Parents, TaskContext } from '../contract/task.ts';
import { failForGood, retryAfter, snooze } from './task-errors.ts';

/** As the built-in tasks see it: the platform's own signal, and the home for what they note there. */
export type BuiltInContext = Omit<TaskContext, 'signal'> & { readonly signal: AbortSignal; readonly home: string };

/** What a run lends its task. */
export type ContextSource = {
  readonly job: { readonly jobId: string; readonly attempt: number; readonly compensates?: string; readonly parents?: string };
  readonly home: string;
  readonly signal: AbortSignal;
  log(text: string, stream: LogStream): void;
  progress(percent: number, message: string | undefined): void;
};

const noParents: Parents = { results: Object.freeze({}), failures: Object.freeze({}) };

export class JobContext implements BuiltInContext {
  readonly #run: ContextSource;
  #log: TaskContext['log'] | null = null;
  #progress: TaskContext['progress'] | null = null;
  #traceparent: string | null = null;
  #parents: Parents | null = null;

  constructor(run: ContextSource) {
    this.#run = run;
  }

  get jobId(): string {
    return this.#run.job.jobId;
  }

  get attempt(): number {
    return this.#run.job.attempt;
  }

  get home(): string {
    return this.#run.home;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get parents(): Readonly<Record<string, Json>> {
    return this.#allParents().results;
  }

  get parentFailures(): Readonly<Record<string, ParentFailure>> {
    return this.#allParents().failures;
  }

  get compensates(): CompensatedJob | null {
    const { compensates } = this.#run.job;
    return compensates === undefined ? null : (JSON.parse(compensates) as CompensatedJob);
  }

  get traceparent(): string {
    this.#traceparent ??= traceparentOf(this.#run.job.jobId);
    return this.#traceparent;
  }

  get log(): TaskContext['log'] {
    this.#log ??= (text, stream = 'log') => this.#run.log(String(text), stream);
    return this.#log;
  }

  get progress(): TaskContext['progress'] {
    this.#progress ??= (percent, message) => this.#run.progress(percent, message);
    return this.#progress;
  }

  get failForGood(): TaskContext['failForGood'] {
    return failForGood;
  }

  get retryAfter(): TaskContext['retryAfter'] {
    return retryAfter;
  }

  get snooze(): TaskContext['snooze'] {
    return snooze;
  }

  #allParents(): Parents {
    const { parents } = this.#run.job;
    this.#parents ??= parents === undefined ? noParents : (JSON.parse(parents) as Parents);
    return this.#parents;
  }
}

/**
 * W3C Trace Context, version 00. All attempts of a job share one trace: a UUID's 16 bytes are the trace id
 * (another kind of id is hashed to as many); the parent id is new for each run. Flag 01: recorded.
 */
function traceparentOf(jobId: string): string {
  // Few tasks ask for it, and a thread that waits for work need not hold the forty modules of it.
  const { createHash, randomBytes } = process.getBuiltinModule('node:crypto');
  const digits = jobId.replaceAll('-', '').toLowerCase();
  const traceId = /^[0-9a-f]{32}$/.test(digits) ? digits : createHash('sha256').update(jobId).digest('hex').slice(0, 32);
  return `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
}
