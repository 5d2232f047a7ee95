import type { Compensation, Purpose } from './compensation.ts';
import type { Json, JsonObject } from './json.ts';
import type { AttemptOutcome, FinalState, JobState } from './states.ts';

export const modes = ['sync', 'async', 'hybrid', 'auto'] as const;
export type Mode = (typeof modes)[number];

export const laneNames = ['interactive', 'io', 'cpu'] as const;
export type LaneName = (typeof laneNames)[number];

/** What a failed attempt left behind. `details` is what the task attached, e.g. a command's exit code and last output. */
export type JobError = {
  name: string;
  message: string;
  code?: string;
  stack?: string;
  details?: Json;
};

/** A task to run when another job has failed. */
export type OnFailure = { task: string; payload: JsonObject };

export type Progress = { percent: number; message: string | null };

/** Why `auto` chose as it did, or why a hybrid job was answered without a promise. Times in milliseconds. */
export type Decision = {
  mode: 'sync' | 'async' | 'hybrid' | 'wait';
  reason: string;
  p95Ms: number | null;
  samples: number;
  waitMs: number | null;
};

/** What a list's row and an event carry: a job without what it was given and what it gave. */
export type JobSummary = {
  id: string;
  task: string;
  queue: string;
  mode: Mode;
  lane: LaneName;
  state: JobState;
  priority: number;
  attempt: number;
  /** Grows with every attempt that does not count (crashed, interrupted, snoozed), so that what is left never shrinks by one of them. */
  maxAttempts: number;
  error: JobError | null;
  progress: Progress | null;
  tags: string[];
  uniqueKey: string | null;
  workflowId: string | null;
  /** The schedule that made it. */
  scheduleId: string | null;
  /** The schedule's slot that it was made for; null also for a run by hand. */
  slotAt: string | null;
  purpose: Purpose;
  /** The job that this one makes up for: a rollback, or what its caller gave as `onFailure`. */
  compensates: string | null;
  /** Of a job that ended dead or cancelled, what was done about it; null as long as there was no need. */
  compensation: Compensation | null;
  createdAt: string;
  runAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  timeoutMs: number;
};

export type ResultFile = { path: string /** Inside the home. */; bytes: number };
/** Who is told of a job's end, without the secrets of it (contract/notify.ts). */
export type JobNotification =
  | { type: 'webhook'; url: string; on: FinalState[] }
  | { type: 'email'; to: string[]; on: FinalState[] }
  | { type: 'desktop'; on: FinalState[] };

export type Job = JobSummary & {
  payload: JsonObject;
  result: Json;
  /** What a hybrid job's caller was answered before the work was done. */
  optimistic: Json;
  /** What its caller wants to run if it ends dead or cancelled, in place of the task's own `rollback`. */
  onFailure: OnFailure | null;
  decision: Decision | null;
  /** When it has to have ended, from `deadlineMs`. */
  deadlineAt: string | null;
  concurrencyKey: string | null;
  /** The service that it calls, as in `GET /v1/circuits`; null where its task names none. */
  circuit: string | null;
  /** What was submitted, once someone has changed the payload; null while it is unchanged. */
  firstPayload: JsonObject | null;
  /** Of a dead job: names its group in `GET /v1/dead-letters/groups`. */
  fingerprint: string | null;
  /** Set when the result is too large to stand here: `result` is null then, and `GET /v1/jobs/{id}/result` gives it. */
  resultFile?: ResultFile;
  /** Who is told of its end. */
  notify: JobNotification[];
  /** Set only in the answer to a submission whose `unique` key was taken. */
  duplicate?: true;
};

export type Attempt = {
  attempt: number;
  lane: LaneName;
  thread: number | null;
  startedAt: string;
  finishedAt: string | null;
  /** null while it runs. */
  outcome: AttemptOutcome | null;
  error: JobError | null;
};

export const logStreams = ['stdout', 'stderr', 'log', 'system'] as const;
export type LogStream = (typeof logStreams)[number];

export type LogLine = { at: string; attempt: number; stream: LogStream; text: string };
