/**
 * The queue as `api` sees it, in the field's own terms. Nothing here knows SQLite: another connection
 * (BullMQ on Redis, say) may stand behind it. Methods that say so throw `Problem`.
 */

import type { EngineEvent } from '../../contract/events.ts';
import type { DeadListQuery, EventQuery, JobListQuery, WorkflowListQuery } from '../../contract/filter.ts';
import type { Attempt, Job, LogLine } from '../../contract/job.ts';
import type { DeadGroup, DeadSelection, JobActionRequest, RedriveRequest } from '../../contract/operations.ts';
import type { Operation, Queue, QueuePatch, Series, Stats, Task, Workers } from '../../contract/resources.ts';
import type { JobPage, LogPage } from '../../contract/routes.ts';
import type { Schedule, ScheduleInput, SchedulePatch } from '../../contract/schedule.ts';
import type { JobPatch, Submission } from '../../contract/submission.ts';
import type { Workflow, WorkflowInput, WorkflowRetry, WorkflowSummary } from '../../contract/workflow.ts';

export type SubmitOptions = {
  /** From `Prefer: respond-async`. */
  respondAsync: boolean;
  /** From `Prefer: wait=N` or `waitMs`; undefined: the mode decides. */
  waitMs: number | undefined;
  idempotency: { key: string /** SHA-256 of the body as sent. */; bodyHash: string } | undefined;
};

export type SubmitAnswer = {
  /** 200 when the job stands in its final state or a `unique` clash returned the job that stands, else 202. */
  status: 200 | 202;
  job: Job;
  /** The same idempotency key and body came before. */
  replayed: boolean;
  /** What was applied of `Prefer`: e.g. `respond-async` or `wait=5`. */
  preferenceApplied: string | undefined;
};

export type NumberedEngineEvent = { id: number; event: EngineEvent };

export interface EventSubscription {
  /** Ends the subscription; nothing is delivered after it. */
  close(): void;
}

export interface Backend {
  /** @throws Problem unknown-task, unknown-queue, invalid-request, lane-saturated, task-failed, deadline-exceeded, idempotency-mismatch, shutting-down, storage-full */
  submit(submission: Submission, options: SubmitOptions): Promise<SubmitAnswer>;
  submitBatch(submissions: Submission[]): Promise<string[]>;

  /** @throws Problem not-found */
  getJob(id: string): Promise<Job>;
  /** Answers when the job is final, is deleted (not-found) or `waitMs` have passed, with the job as it is then. */
  waitForJob(id: string, waitMs: number): Promise<Job>;
  listJobs(query: JobListQuery): Promise<JobPage>;
  listDead(query: DeadListQuery): Promise<JobPage>;
  /** The largest first. */
  listDeadGroups(page: { limit: number; cursor: string | undefined }): Promise<{ groups: DeadGroup[]; next: string | null }>;
  listAttempts(id: string, page: { limit: number; cursor: string | undefined }): Promise<{ attempts: Attempt[]; next: string | null }>;
  readLogs(id: string, page: { limit: number; cursor: string | undefined; tail: number | undefined }): Promise<LogPage>;
  /**
   * Hands over the job's lines from the start, then each new one; `end` once the job is final and its last line
   * was delivered, or the job was deleted. The lines of one call are in order and none is left out.
   */
  followLogs(id: string, listener: { lines(lines: LogLine[]): void; end(): void }): Promise<EventSubscription>;

  /** @throws Problem not-found, wrong-state, unknown-queue, invalid-request */
  patchJob(id: string, patch: JobPatch): Promise<Job>;
  cancelJob(id: string): Promise<Job>;
  retryJob(id: string): Promise<Job>;
  runJobNow(id: string): Promise<Job>;
  deleteJob(id: string): Promise<void>;

  /**
   * Operations on what is selected at the time of the call. They answer once accepted, and over few jobs once done.
   * @throws Problem not-found (of a fingerprint), invalid-request, rate-limited, shutting-down, storage-full
   */
  redrive(request: RedriveRequest): Promise<Operation>;
  discard(selection: DeadSelection): Promise<Operation>;
  actOnJobs(request: JobActionRequest): Promise<Operation>;
  /** @throws Problem not-found */
  getOperation(id: string): Promise<Operation>;
  /** @throws Problem not-found, wrong-state */
  stopOperation(id: string): Promise<Operation>;

  listTasks(): Promise<Task[]>;
  getTask(name: string): Promise<Task>;

  listQueues(): Promise<Queue[]>;
  getQueue(name: string): Promise<Queue>;
  makeQueue(name: string, options: QueuePatch): Promise<Queue>;
  patchQueue(name: string, patch: QueuePatch): Promise<Queue>;

  listSchedules(page: { limit: number; cursor: string | undefined }): Promise<{ schedules: Schedule[]; next: string | null }>;
  /** @throws Problem unknown-task, unknown-queue, invalid-request, storage-full; those of one schedule also not-found */
  makeSchedule(input: ScheduleInput): Promise<Schedule>;
  getSchedule(id: string): Promise<Schedule>;
  patchSchedule(id: string, patch: SchedulePatch): Promise<Schedule>;
  deleteSchedule(id: string): Promise<void>;
  /** @throws Problem wrong-state while a job of it is unfinished and `overlap` is `skip` */
  runSchedule(id: string): Promise<Job>;
  listScheduleJobs(id: string, page: { limit: number; cursor: string | undefined }): Promise<{ jobs: Job[]; next: string | null }>;

  /** Newest first. */
  listWorkflows(query: WorkflowListQuery): Promise<{ workflows: WorkflowSummary[]; next: string | null }>;
  /**
   * All of its jobs or none.
   * @throws Problem unknown-task, unknown-queue, invalid-request, wrong-state (a unique key is taken), backlog-full, idempotency-mismatch,
   * shutting-down, storage-full
   */
  submitWorkflow(input: WorkflowInput, idempotency: SubmitOptions['idempotency']): Promise<{ workflow: Workflow; replayed: boolean }>;
  /** @throws Problem not-found */
  getWorkflow(id: string): Promise<Workflow>;
  /** Answers when it has ended, is deleted (not-found) or `waitMs` have passed, with the workflow as it is then. */
  waitForWorkflow(id: string, waitMs: number): Promise<Workflow>;
  /** @throws Problem not-found, wrong-state; `retryWorkflow` also invalid-request */
  cancelWorkflow(id: string): Promise<Workflow>;
  retryWorkflow(id: string, retry: WorkflowRetry): Promise<Workflow>;
  deleteWorkflow(id: string): Promise<void>;

  workers(): Promise<Workers>;
  stats(): Promise<Stats>;
  series(range: { from: number; to: number; stepMs: number | undefined }): Promise<Series>;

  /**
   * Delivers each matching event from now on; with `after`, first those since that number, or one `reset` when they
   * are gone. `deliver` is called once per turn with all events of the turn.
   */
  subscribe(query: EventQuery, after: number | null, deliver: (events: NumberedEngineEvent[]) => void): EventSubscription;
}
