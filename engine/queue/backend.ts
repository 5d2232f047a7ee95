/**
 * The queue as `api` sees it, in the field's own terms. Nothing here knows SQLite: another connection
 * (BullMQ on Redis, say) may stand behind it. Methods that say so throw `Problem`.
 */

import type { Readable } from 'node:stream';
import type { Backup, BackupRequest } from '../../contract/backup.ts';
import type { Circuit } from '../../contract/circuit.ts';
import type { Diagnosis } from '../../contract/diagnosis.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { Example, ExampleLoad, LoadedExample } from '../../contract/example.ts';
import type { DeadListQuery, DeliveryListQuery, EventQuery, JobListQuery, WorkflowListQuery } from '../../contract/filter.ts';
import type { Attempt, Job, LogLine } from '../../contract/job.ts';
import type { LabPreset, LabRun, LabRunPatch, LabRunRequest, LabRunSummary } from '../../contract/lab-run.ts';
import type { Delivery, Endpoint, EndpointInput, EndpointPatch } from '../../contract/notify.ts';
import type { DeadGroup, DeadSelection, JobActionRequest, RedriveRequest } from '../../contract/operations.ts';
import type { PolledJob } from '../../contract/polling.ts';
import type { Operation, Queue, QueuePatch, Series, Stats, Task, Workers } from '../../contract/resources.ts';
import type { Retention, RetentionPatch } from '../../contract/retention.ts';
import type { JobPage, LogPage } from '../../contract/routes.ts';
import type { Schedule, ScheduleInput, SchedulePatch, SchedulePreview, SchedulePreviewInput } from '../../contract/schedule.ts';
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
  /** The job as it is written, of a connection that keeps jobs as JSON: to parse it only to write it again takes longer than all else. */
  written?: WrittenJob;
};

/** `text`: the page as JSON, of a connection that keeps jobs so. */
export type ListedPage = JobPage & { readonly text?: string };

/** `text` is the job as JSON. */
export type WrittenJob = PolledJob & { id: string; text: string };

export type NumberedEngineEvent = { id: number; event: EngineEvent };

/** A result as JSON text, of any size. */
export type StoredResult = { bytes: number; open: () => Readable };

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
  /** A caller has read a job: polls are counted for the advice on its task. @param heldMs how long the answer was held; null: it was not to be held */
  noteRead(job: Job, heldMs: number | null): void;
  listJobs(query: JobListQuery): Promise<ListedPage>;
  listDead(query: DeadListQuery): Promise<ListedPage>;
  /** The largest first. */
  listDeadGroups(page: { limit: number; cursor: string | undefined }): Promise<{ groups: DeadGroup[]; next: string | null }>;
  listAttempts(id: string, page: { limit: number; cursor: string | undefined }): Promise<{ attempts: Attempt[]; next: string | null }>;
  /** @throws Problem not-found, wrong-state of a job that is not completed */
  readResult(id: string): Promise<StoredResult>;
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
  /** The newest first, running and ended ones. */
  listOperations(page: { limit: number; cursor: string | undefined }): Promise<{ operations: Operation[]; next: string | null }>;
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

  listExamples(): Promise<Example[]>;
  /** The task can be submitted to when it returns. @throws Problem not-found, wrong-state (a changed file is there), storage-full */
  loadExample(name: string, load: ExampleLoad): Promise<LoadedExample>;
  /** @throws Problem not-found, wrong-state (it is not loaded, or was changed) */
  removeExample(name: string): Promise<void>;

  /** By name: those that have failed within a day. */
  listCircuits(page: { limit: number; cursor: string | undefined }): Promise<{ circuits: Circuit[]; next: string | null }>;
  /** @throws Problem not-found, of `resetCircuit` also storage-full */
  getCircuit(name: string): Promise<Circuit>;
  resetCircuit(name: string): Promise<Circuit>;

  listSchedules(page: { limit: number; cursor: string | undefined }): Promise<{ schedules: Schedule[]; next: string | null }>;
  /** @throws Problem unknown-task, unknown-queue, invalid-request, storage-full; those of one schedule also not-found */
  makeSchedule(input: ScheduleInput): Promise<Schedule>;
  /** @throws Problem invalid-request, as `makeSchedule` does */
  previewSchedule(input: SchedulePreviewInput): Promise<SchedulePreview>;
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
  /** @param deep looks at everything, however long it takes */
  diagnose(deep: boolean): Promise<Diagnosis>;
  /** Answers once it has begun. @throws Problem invalid-request, wrong-state, storage-full */
  startBackup(request: BackupRequest): Promise<Backup>;
  /** @throws Problem not-found */
  getBackup(id: string): Promise<Backup>;
  getRetention(): Promise<Retention>;
  /** What is no longer to be kept is let go of from now on. @throws Problem storage-full */
  patchRetention(patch: RetentionPatch): Promise<Retention>;
  listDeliveries(query: DeliveryListQuery): Promise<{ deliveries: Delivery[]; next: string | null }>;
  /** @throws Problem not-found */
  getDelivery(id: string): Promise<Delivery>;
  /** @throws Problem not-found, wrong-state, storage-full */
  redeliver(id: string): Promise<Delivery>;
  listEndpoints(page: { limit: number; cursor: string | undefined }): Promise<{ endpoints: Endpoint[]; next: string | null }>;
  /** @throws Problem wrong-state, storage-full; those of one endpoint also not-found */
  makeEndpoint(input: EndpointInput): Promise<Endpoint>;
  getEndpoint(id: string): Promise<Endpoint>;
  patchEndpoint(id: string, patch: EndpointPatch): Promise<Endpoint>;
  deleteEndpoint(id: string): Promise<void>;

  workers(): Promise<Workers>;
  stats(): Promise<Stats>;
  series(range: { from: number; to: number; stepMs: number | undefined }): Promise<Series>;

  /**
   * Delivers each matching event from now on; with `after`, first those since that number, or one `reset` when they
   * are gone. `deliver` is called once per turn with all events of the turn.
   */
  subscribe(query: EventQuery, after: number | null, deliver: (events: NumberedEngineEvent[]) => void): EventSubscription;
}

/** The lab: workloads sent for real, each run on an engine of its own, so that it is no part of a queue. */
export interface LabBackend {
  presets(): LabPreset[];
  /** The newest first. */
  list(page: { limit: number; cursor: string | undefined }): { runs: LabRunSummary[]; next: string | null };
  /** With what it has measured so far. @throws Problem not-found */
  get(id: string): LabRun;
  /** Answers once it is noted. @throws Problem invalid-request, wrong-state (another one goes on), storage-full */
  start(request: LabRunRequest): Promise<LabRun>;
  /** Answers once nothing of it runs any more. @throws Problem not-found, wrong-state */
  stop(id: string): Promise<LabRun>;
  /** @throws Problem not-found, storage-full */
  rename(id: string, patch: LabRunPatch): Promise<LabRun>;
  /** @throws Problem not-found, wrong-state while it goes on, storage-full */
  delete(id: string): Promise<void>;
}
