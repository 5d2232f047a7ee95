/** What a task is, for its author: built-in ones and the user's own look the same. */

import type { CircuitDeclaration } from './circuit.ts';
import type { JobError } from './job.ts';
import type { Json, JsonObject } from './json.ts';
import type { RetryPolicy } from './retry.ts';
import type { FinalState } from './states.ts';

export const builtInTasks = ['shell.run', 'http.request', 'image.convert', 'file.hash'] as const;

/** What a compensating run is told of the job that it makes up for, as that one ended. */
export type CompensatedJob = {
  jobId: string;
  /** What its caller was promised; null: nothing. */
  optimistic: Json;
  /** Why it failed; null when it was cancelled before it ran. */
  error: JobError | null;
};
/** A parent that is dead or cancelled, or whose result is left out as all of them together are too large. */
export type ParentFailure = { state: FinalState; jobId: string; error: JobError | null };

/** As it travels to a thread. */
export type Parents = { results: Record<string, Json>; failures: Record<string, ParentFailure> };

export type TaskContext = {
  /** Stays the same over all attempts: pass it on as an idempotency key. */
  readonly jobId: string;
  /** 1 for the first; never repeats within a job. */
  readonly attempt: number;
  /** Aborts on cancel, timeout and a stopping engine; `signal.reason` is `'cancelled'`, `'timed-out'` or `'stopping'`. */
  readonly signal: AbortSignalLike;
  /** Results of the jobs this one depends on, by name. One that has not completed is absent: `parentFailures` says why. */
  readonly parents: Readonly<Record<string, Json>>;
  /** In a `rollback`, and in a job that another one names as its `onFailure`; null anywhere else. */
  readonly compensates: CompensatedJob | null;
  /** What became of the jobs this one depends on that have no result in `parents`, by name. */
  readonly parentFailures: Readonly<Record<string, ParentFailure>>;
  /** W3C `traceparent` for outgoing calls. */
  readonly traceparent: string;
  /** One line (or several) for the job's log. */
  log(text: string, stream?: 'stdout' | 'stderr' | 'log'): void;
  /** @param percent 0…100 */
  progress(percent: number, message?: string): void;
  /** An error that is never retried: `throw task.failForGood('…')`. */
  failForGood(message: string, details?: Json): Error;
  /** An error that is retried after `ms` rather than after the policy's delay: what a `Retry-After` asks for. */
  retryAfter(ms: number, message: string, details?: Json): Error;
  /** Ends this run without using an attempt and starts anew in `ms`: `throw task.snooze(60_000)`. */
  snooze(ms: number): Error;
};

/** The part of the platform's AbortSignal that a task needs; the real one is given. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** What its author knows of a task and no measurement tells. */
export type TaskDeclares = {
  idempotent?: boolean;
  interactive?: boolean;
  needsResult?: boolean;
  retryable?: boolean;
  consistency?: 'strong' | 'eventual';
};

export type TaskDefinition<Payload = never, Result = unknown> = {
  title?: string;
  description?: string;
  /** `cpu` (default): one job a thread. `io`: many. */
  lane?: 'io' | 'cpu';
  /** JSON Schema 2020-12 of the payload; anything goes without one. */
  input?: JsonObject;
  result?: JsonObject;
  timeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  /** Names and codes of errors that no other attempt can mend, e.g. `['SyntaxError', 'ENOENT']`: the job is dead at once. */
  nonRetryable?: string[];
  declares?: TaskDeclares;
  /** How many of its jobs may run at once, over all queues and lanes; as many as the lanes take without it. */
  concurrency?: number;
  /** How many jobs of one `concurrencyKey` may run at once; 1 without it. */
  concurrencyPerKey?: number;
  /** Which service it calls, and which errors are that service's fault: its jobs wait while it is down. */
  circuit?: CircuitDeclaration;
  examples?: JsonObject[];
  run(payload: Payload, task: TaskContext): Result | Promise<Result>;
  /** The answer of a hybrid job before its work is done; within 50 ms, and without effects. */
  predict?(payload: Payload): Result | Promise<Result>;
  /** Takes back what was promised of a hybrid job that ended dead or cancelled. A job of its own, retried as any other: it may run more than once. */
  rollback?(payload: Payload, task: TaskContext): unknown;
};

/** What a task says of itself, apart from what it does. */
export type TaskDeclaration = Omit<TaskDefinition, 'run' | 'predict' | 'rollback'>;

/** Only adds types; a plain object is as good. */
export function defineTask<Payload, Result>(definition: TaskDefinition<Payload, Result>): TaskDefinition<Payload, Result> {
  return definition;
}
