/** What the queue is given to run jobs with. The real lanes are in engine/lanes; tests pass a fake. */

import type { JobError, LaneName } from '../../contract/job.ts';
import type { RecycledThread, Workers } from '../../contract/resources.ts';
import type { AbortReason, TaskDescription, TaskModule, ThreadOutput, ThreadResult } from '../../contract/thread.ts';

/** How much of a thread a run takes, in parts of `threadRoom`: a run of `threadRoom` has the thread to itself. */
export const threadRoom = 10_000;
/** A run of an `io` task on its own lane: four threads carry 10,000 jobs in flight. */
export const ioRoom = threadRoom / 2_500;

export type RunRequest = {
  run: number;
  jobId: string;
  attempt: number;
  module: TaskModule;
  payload: string;
  /** `Parents` as JSON text; only of a job that depends on others. */
  parents?: string;
  /** Milliseconds until it is aborted with `timed-out`. */
  timeoutMs: number;
  room: number;
  /** Which function of the task; `run` when it is left out. */
  purpose?: 'rollback' | 'predict';
  /** A CompensatedJob as JSON. */
  compensates?: string;
};

export type PredictRequest = { module: TaskModule; payload: string; room: number };

/** What a task's `predict` said, as JSON text, or why it said nothing in time. */
export type Prediction =
  | { kind: 'predicted'; value: string }
  | { kind: 'failed'; message: string }
  | { kind: 'late' }
  | { kind: 'not-loaded' };

export type RunResult =
  | ThreadResult
  /** Its thread went down. `blame` is 1 for a run that was alone on it, 1/n for one of n. */
  | { kind: 'crashed'; error: JobError; blame: number }
  /** Its thread was ended because of a neighbour; not its fault. */
  | { kind: 'interrupted' };

export type RunReport = { run: number; thread: number; result: RunResult; runMs: number };

export type LaneListener = {
  /** Each run that was started is reported exactly once, before its room is free again. */
  ended(reports: RunReport[]): void;
  output(output: ThreadOutput[]): void;
  /** Which thread a run was given to. */
  placed(run: number, thread: number): void;
  /** A thread takes no more runs and ends after those it has. */
  recycled(thread: RecycledThread): void;
};

export interface Lanes {
  listen(listener: LaneListener): void;
  /** How many more runs of this size fit now. */
  places(lane: LaneName, room: number): number;
  /** Only as many as `places` allows. Messages leave at the end of the turn, in arrays. */
  start(lane: LaneName, request: RunRequest): void;
  /** What was started leaves now: before this thread waits for a disk, or turns to its callers. */
  send(): void;
  /**
   * Calls a task's `predict` on the interactive lane; only where `places` allows one. Answers `predictMs` after the call at the
   * latest, before which the code of a task that the thread has not run yet gets a second to load. Never rejects.
   */
  predict(request: PredictRequest): Promise<Prediction>;
  /** Signals the task; if it has not ended after the grace period, its thread is ended. */
  abort(run: number, reason: AbortReason): void;
  workers(): Workers;
}

/** Says what the code of a task says of itself. */
export interface TaskReader {
  describe(module: TaskModule): Promise<{ description: TaskDescription } | { error: JobError }>;
}
