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

export type Progress = { percent: number; message: string | null };

/** Why `auto` chose as it did. Times in milliseconds. */
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
  createdAt: string;
  runAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  timeoutMs: number;
};

/** Who is told of a job's end, without the secrets of it (contract/notify.ts). */
export type JobNotification =
  | { type: 'webhook'; url: string; on: FinalState[] }
  | { type: 'email'; to: string[]; on: FinalState[] }
  | { type: 'desktop'; on: FinalState[] };

export type Job = JobSummary & {
  payload: JsonObject;
  result: Json;
  optimistic: Json;
  decision: Decision | null;
  /** When it has to have ended, from `deadlineMs`. */
  deadlineAt: string | null;
  concurrencyKey: string | null;
  /** What was submitted, once someone has changed the payload; null while it is unchanged. */
  firstPayload: JsonObject | null;
  /** Of a dead job: names its group in `GET /v1/dead-letters/groups`. */
  fingerprint: string | null;
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
