/** What the engine's lanes and the worker threads say to each other. Payloads and results travel as JSON text: it is what the store holds. */

import type { CircuitDeclaration } from './circuit.ts';
import type { JobError, LogStream } from './job.ts';
import type { JsonObject } from './json.ts';
import type { RetryPolicy } from './retry.ts';
import type { TaskDeclares } from './task.ts';

/** Where a task's code is. `url` of a file carries its version as a query, so that a changed file is a new module. */
export type TaskModule = { kind: 'built-in'; name: string } | { kind: 'file'; name: string; url: string };

/** The Piscina task that opens a session on a thread: it resolves when the port closes. */
export type ThreadSession = {
  port: unknown;
  home: string;
  /** Nobody waits for what runs on it: where cores are short, threads with callers who wait go first. */
  background: boolean;
};

export type ThreadJob = {
  /** Names this run among all runs of this engine. */
  run: number;
  jobId: string;
  attempt: number;
  module: TaskModule;
  payload: string;
  /** Which function of the task; `run` when it is left out. */
  purpose?: 'rollback' | 'predict';
  /** A CompensatedJob as JSON, for a run that makes up for another job. */
  compensates?: string;
  /** `Parents` as JSON text; only of a job that depends on others. */
  parents?: string;
};

export type AbortReason = 'cancelled' | 'timed-out' | 'stopping';

export type ToThread =
  | { type: 'run'; jobs: ThreadJob[] }
  | { type: 'abort'; run: number; reason: AbortReason }
  | { type: 'describe'; request: number; module: TaskModule }
  | { type: 'ping'; ping: number }
  /** Nothing is expected soon: memory that is not used is given back. */
  | { type: 'rest' }
  /** No more will come: close the port once the running jobs have ended. */
  | { type: 'close' };

/** How a run ended, as its thread saw it. */
export type ThreadResult =
  /** `fileBytes`: the result lies in a file of the home (result-file.ts), synced, and `result` is `null` instead. */
  | { kind: 'succeeded'; result: string; fileBytes?: number }
  | { kind: 'failed'; error: JobError; retryAfterMs?: number }
  | { kind: 'failed-for-good'; error: JobError }
  | { kind: 'snoozed'; ms: number }
  /** The signal was aborted and the run has ended because of it. */
  | { kind: 'aborted'; reason: AbortReason; error: JobError | null }
  /** The module does not load, or holds no task. */
  | { kind: 'not-loaded'; error: JobError };

export type ThreadOutcome = { run: number; result: ThreadResult; runMs: number };

/** Past the job's log limits nothing more is sent but one `system` line that says so. */
export type ThreadOutput =
  | { run: number; kind: 'log'; at: number; stream: LogStream; text: string }
  | { run: number; kind: 'progress'; percent: number; message: string | null };

/** What a module says of itself; every value a plain JSON one. */
export type TaskDescription = {
  title: string;
  description: string;
  lane: 'io' | 'cpu';
  input: JsonObject;
  result: JsonObject;
  timeoutMs: number | null;
  retry: Partial<RetryPolicy>;
  declares: TaskDeclares;
  concurrency: number | null;
  concurrencyPerKey: number;
  circuit: CircuitDeclaration | null;
  examples: JsonObject[];
  hasPredict: boolean;
  hasRollback: boolean;
};

/** Of one thread, in bytes: what its JavaScript uses, and what that holds outside of it (buffers). What was not collected yet counts. */
export type ThreadMemory = { heapBytes: number; externalBytes: number };

export type FromThread =
  | ({ type: 'outcomes'; outcomes: ThreadOutcome[] } & ThreadMemory)
  | { type: 'output'; output: ThreadOutput[] }
  /** A task's `predict` is about to be called: its code is loaded, and its time begins. Sent at once, as it may block the thread. */
  | { type: 'predicting'; run: number }
  | { type: 'described'; request: number; description: TaskDescription }
  | { type: 'not-described'; request: number; error: JobError }
  | ({ type: 'pong'; ping: number; utilization: number } & ThreadMemory);
