import type { CompensationState, Purpose } from '../../contract/compensation.ts';
import type { Decision, Job, JobError, JobSummary, LaneName, Mode, OnFailure, Progress } from '../../contract/job.ts';
import { isNestedDeeper, type Json, type JsonObject } from '../../contract/json.ts';
import { resultFilePath } from '../../contract/result-file.ts';
import type { JobState } from '../../contract/states.ts';
import type { UniqueScope } from '../../contract/submission.ts';
import type { CompensatedJob } from '../../contract/task.ts';
import { formatJobId } from './job-id.ts';
import { notificationsIn } from './notify-text.ts';
import { scheduleIdOf, slotAtOf } from './schedule-slot.ts';

/** A row of `jobs`, as SQLite gives it: times in milliseconds since 1970, JSON as text. */
export type JobRow = {
  seq: number;
  nonce: number;
  created_at: number;
  state: JobState;
  task: string;
  queue: string;
  mode: Mode;
  lane: LaneName;
  priority: number;
  attempt: number;
  max_attempts: number;
  budget: number;
  crashes: number;
  run_at: number;
  started_at: number | null;
  finished_at: number | null;
  timeout_ms: number;
  unique_key: string | null;
  workflow_id: string | null;
  tags: string;
  retry: string;
  progress: string | null;
  decision: string | null;
  error: string | null;
  payload: string;
  first_payload: string | null;
  optimistic: string | null;
  result: string | null;
  /** Of the first attempt since the last fresh start. */
  first_started_at: number | null;
  deadline_ms: number | null;
  deadline_at: number | null;
  concurrency_key: string | null;
  unique_scope: UniqueScope | null;
  /** The service that it calls (contract/circuit.ts). */
  circuit: string | null;
  /** store/schedule-slot.ts; null: no schedule made it. */
  schedule_slot: string | null;
  /** What all jobs that died of the same cause share; set exactly while it is dead. */
  fingerprint: string | null;
  /** Of a result in a file (store/result-files.ts); null for one in the row. */
  result_bytes: number | null;
  purpose: Purpose;
  /** An Undo as JSON: what to do if it ends dead or cancelled; null: nothing was asked for. */
  on_failure: string | null;
  /** A CompensatedJob as JSON: the job that this one makes up for. */
  compensates: string | null;
  compensation: CompensationState | null;
  compensated_by: string | null;
  /** Who is to be told of its end (contract/notify.ts), secrets included; null: nobody. */
  notify: string | null;
};

/** What is done about a failure: what the caller asked for, or the task's own `rollback` if it had one when the job was accepted. */
export type Undo = OnFailure | { rollback: boolean };

export const jobColumns = [
  'seq',
  'nonce',
  'created_at',
  'state',
  'task',
  'queue',
  'mode',
  'lane',
  'priority',
  'attempt',
  'max_attempts',
  'budget',
  'crashes',
  'run_at',
  'started_at',
  'finished_at',
  'timeout_ms',
  'tags',
  'retry',
  'payload',
  'result',
  'first_started_at',
  'purpose',
  'unique_key',
  'workflow_id',
  'progress',
  'decision',
  'error',
  'first_payload',
  'optimistic',
  'deadline_ms',
  'deadline_at',
  'concurrency_key',
  'unique_scope',
  'circuit',
  'schedule_slot',
  'fingerprint',
  'result_bytes',
  'on_failure',
  'compensates',
  'compensation',
  'compensated_by',
  'notify',
] as const satisfies readonly (keyof JobRow)[];

/** In the order of `jobColumns`. Written out: to look 43 names up in an object takes a tenth of what a job costs in a batch. */
export function jobValues(row: JobRow): unknown[] {
  return [
    row.seq,
    row.nonce,
    row.created_at,
    row.state,
    row.task,
    row.queue,
    row.mode,
    row.lane,
    row.priority,
    row.attempt,
    row.max_attempts,
    row.budget,
    row.crashes,
    row.run_at,
    row.started_at,
    row.finished_at,
    row.timeout_ms,
    row.tags,
    row.retry,
    row.payload,
    row.result,
    row.first_started_at,
    row.purpose,
    row.unique_key,
    row.workflow_id,
    row.progress,
    row.decision,
    row.error,
    row.first_payload,
    row.optimistic,
    row.deadline_ms,
    row.deadline_at,
    row.concurrency_key,
    row.unique_scope,
    row.circuit,
    row.schedule_slot,
    row.fingerprint,
    row.result_bytes,
    row.on_failure,
    row.compensates,
    row.compensation,
    row.compensated_by,
    row.notify,
  ];
}

export function jobIdOf(row: Pick<JobRow, 'seq' | 'created_at' | 'nonce'>): string {
  return formatJobId({ seq: row.seq, createdAt: row.created_at, nonce: row.nonce });
}

export function timeOf(ms: number): string;
export function timeOf(ms: number | null): string | null;
export function timeOf(ms: number | null): string | null {
  if (ms === null) return null;
  // Jobs come many in a millisecond, and each is mostly due when it comes.
  if (ms !== lastMs) {
    lastTime = new Date(ms).toISOString();
    lastMs = ms;
  }
  return lastTime;
}

let lastMs = Number.NaN;
let lastTime = '';

function parsed<Value>(text: string | null): Value | null {
  return text === null ? null : (JSON.parse(text) as Value);
}

/** With room for what is put around it: SQLite takes 1,000 levels for JSON, and JSON.stringify in the engine some 3,000. */
const writableDepth = 900;

/** Only rows of before `limits.resultDepth` hold such a text. */
export function isTooDeepToWrite(json: string | null): json is string {
  return json !== null && isNestedDeeper(json, writableDepth);
}

/** What a task gave back; shown as its text where nobody could write it as JSON again. */
export function givenBack(json: string | null): Json {
  return isTooDeepToWrite(json) ? json : parsed<Json>(json);
}

export function summaryOf(row: JobRow): JobSummary {
  return {
    id: jobIdOf(row),
    task: row.task,
    queue: row.queue,
    mode: row.mode,
    lane: row.lane,
    state: row.state,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    error: parsed<JobError>(row.error),
    progress: parsed<Progress>(row.progress),
    tags: JSON.parse(row.tags) as string[],
    uniqueKey: row.unique_key,
    workflowId: row.workflow_id,
    scheduleId: row.schedule_slot === null ? null : scheduleIdOf(row.schedule_slot),
    slotAt: row.schedule_slot === null ? null : timeOf(slotAtOf(row.schedule_slot)),
    purpose: row.purpose,
    compensates: row.compensates === null ? null : (JSON.parse(row.compensates) as CompensatedJob).jobId,
    compensation: row.compensation === null ? null : { state: row.compensation, jobId: row.compensated_by },
    createdAt: timeOf(row.created_at),
    runAt: timeOf(row.run_at),
    startedAt: timeOf(row.started_at),
    finishedAt: timeOf(row.finished_at),
    timeoutMs: row.timeout_ms,
  };
}

export function jobOf(row: JobRow): Job {
  const { id, task, queue, mode, lane, state, priority, attempt, maxAttempts, ...rest } = summaryOf(row);
  return {
    ...{ id, task, queue, mode, lane, state, priority, attempt, maxAttempts },
    payload: JSON.parse(row.payload) as JsonObject,
    result: givenBack(row.result),
    optimistic: givenBack(row.optimistic),
    onFailure: onFailureOf(row),
    decision: parsed<Decision>(row.decision),
    firstPayload: row.first_payload === row.payload ? null : parsed<JsonObject>(row.first_payload),
    fingerprint: row.fingerprint,
    notify: notificationsIn(row.notify),
    ...rest,
    deadlineAt: timeOf(row.deadline_at),
    concurrencyKey: row.concurrency_key,
    ...(row.result_bytes === null ? {} : { resultFile: { path: resultFilePath(id, row.attempt), bytes: row.result_bytes } }),
    circuit: row.circuit,
  };
}

function onFailureOf(row: JobRow): OnFailure | null {
  const undo = parsed<Undo>(row.on_failure);
  return undo !== null && 'task' in undo ? undo : null;
}
