/** The public interface as one table: the server answers by it, the client asks by it. */

import { z } from 'zod';
import { type Backup, backupSchema } from './backup.ts';
import type { Circuit } from './circuit.ts';
import { type Diagnosis, diagnosisQuerySchema } from './diagnosis.ts';
import { type Example, exampleLoadSchema, type LoadedExample } from './example.ts';
import {
  deadListSchema,
  deliveryListSchema,
  eventQuerySchema,
  jobListSchema,
  jobQuerySchema,
  logQuerySchema,
  pageSchema,
  seriesQuerySchema,
  workflowListSchema,
} from './filter.ts';
import type { Attempt, Job, LogLine } from './job.ts';
import type { Json } from './json.ts';
import { type LabPreset, type LabRun, type LabRunSummary, labRunPatchSchema, labRunSchema } from './lab-run.ts';
import type { Delivery, Endpoint } from './notify.ts';
import { endpointPatchSchema, endpointSchema } from './notify.ts';
import type { DeadGroup } from './operations.ts';
import { discardSchema, jobActionSchema, redriveSchema } from './operations.ts';
import type { Health, Info, Operation, Queue, Series, Stats, Task, Workers } from './resources.ts';
import { queueMakeSchema, queuePatchSchema } from './resources.ts';
import { type Retention, retentionPatchSchema } from './retention.ts';
import type { Schedule, SchedulePreview } from './schedule.ts';
import { schedulePatchSchema, schedulePreviewSchema, scheduleSchema } from './schedule.ts';
import { batchSchema, jobPatchSchema, submissionSchema } from './submission.ts';
import type { Workflow, WorkflowSummary } from './workflow.ts';
import { workflowRetrySchema, workflowSchema } from './workflow.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type Route<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType, Reply = unknown> = {
  readonly method: Method;
  /** Segments in braces are parameters. */
  readonly path: string;
  readonly summary: string;
  readonly query: Query;
  /** null: the call takes no body. */
  readonly body: Body | null;
  /** Answers with server-sent events rather than JSON. `when-asked`: only under `Accept: text/event-stream`. */
  readonly stream?: 'always' | 'when-asked';
  /** Never set: carries the reply's type. */
  readonly reply?: Reply;
};

const nothing = z.strictObject({});
type Nothing = typeof nothing;

function get<Reply>() {
  return <Query extends z.ZodType = Nothing>(path: string, summary: string, query?: Query): Route<Query, never, Reply> => ({
    method: 'GET',
    path,
    summary,
    query: query ?? (nothing as unknown as Query),
    body: null,
  });
}

function send<Reply>(method: Method) {
  // Two signatures rather than a default: `satisfies` below would widen a defaulted Body, and calls without a body would have to give one.
  function route(path: string, summary: string): Route<Nothing, never, Reply>;
  function route<Body extends z.ZodType>(path: string, summary: string, body: Body): Route<Nothing, Body, Reply>;
  function route(path: string, summary: string, body: z.ZodType | null = null): Route<Nothing, z.ZodType, Reply> {
    return { method, path, summary, query: nothing, body };
  }
  return route;
}

/**
 * The engine looks for a bounded time: a page may hold fewer than were asked for, even none, and go on at `next`; only without
 * `next` is there no more. `total` is then what was counted in that time, and not `exact`: there are at least so many,
 * and by samples of the rest about as many as `estimate` says, which else is the same.
 */
export type JobPage = { jobs: Job[]; next: string | null; total: number; exact: boolean; estimate: number };
export type LogPage = { lines: LogLine[]; next: string | null };

export const routes = {
  submitJob: send<Job>('POST')('/v1/jobs', 'Submit a job', submissionSchema),
  submitBatch: send<{ ids: string[] }>('POST')('/v1/jobs/batch', 'Submit many jobs: all are accepted or none', batchSchema),
  listJobs: get<JobPage>()('/v1/jobs', 'List jobs', jobListSchema),
  getJob: get<Job>()('/v1/jobs/{id}', 'Read a job, or wait for its end', jobQuerySchema),
  patchJob: send<Job>('PATCH')('/v1/jobs/{id}', 'Change a job that waits', jobPatchSchema),
  deleteJob: send<null>('DELETE')('/v1/jobs/{id}', 'Delete a job that does not run'),
  listAttempts: get<{ attempts: Attempt[]; next: string | null }>()(
    '/v1/jobs/{id}/attempts',
    'Every attempt of a job, oldest first',
    pageSchema,
  ),
  readLogs: {
    ...get<LogPage>()('/v1/jobs/{id}/logs', 'A job’s log; as an event stream it follows', logQuerySchema),
    stream: 'when-asked' as const,
  },
  getResult: get<Json>()('/v1/jobs/{id}/result', 'A completed job’s result alone, of any size'),
  cancelJob: send<Job>('POST')('/v1/jobs/{id}/cancel', 'Cancel a job; a running task is aborted'),
  retryJob: send<Job>('POST')('/v1/jobs/{id}/retry', 'Run a job again with fresh attempts, or a waiting retry now'),
  runJobNow: send<Job>('POST')('/v1/jobs/{id}/run-now', 'Make a scheduled or retryable job due now'),
  actOnJobs: send<Operation>('POST')(
    '/v1/jobs/actions',
    'Cancel, retry, delete or run now: everything that a filter matches',
    jobActionSchema,
  ),

  listDeadLetters: get<JobPage>()('/v1/dead-letters', 'List dead jobs', deadListSchema),
  listDeadGroups: get<{ groups: DeadGroup[]; next: string | null }>()(
    '/v1/dead-letters/groups',
    'Dead jobs by what they died of, the largest group first',
    pageSchema,
  ),
  redriveDeadLetters: send<Operation>('POST')('/v1/dead-letters/redrive', 'Run dead jobs again with fresh attempts', redriveSchema),
  discardDeadLetters: send<Operation>('POST')('/v1/dead-letters/discard', 'Delete dead jobs', discardSchema),
  listOperations: get<{ operations: Operation[]; next: string | null }>()(
    '/v1/operations',
    'Operations that run and the last ones that have ended, newest first',
    pageSchema,
  ),
  getOperation: get<Operation>()('/v1/operations/{id}', 'Read an operation'),
  stopOperation: send<Operation>('POST')('/v1/operations/{id}/stop', 'Stop an operation; what it has done stays done'),

  listTasks: get<{ tasks: Task[]; next: null }>()('/v1/tasks', 'Every task, built in and the user’s own'),
  getTask: get<Task>()('/v1/tasks/{name}', 'Read a task'),

  listExamples: get<{ examples: Example[]; next: null }>()('/v1/examples', 'Tasks that come with the program, and whether they are loaded'),
  loadExample: send<LoadedExample>('POST')(
    '/v1/examples/{name}/load',
    'Make an example a task; a file that was changed is only replaced when asked, and then kept',
    exampleLoadSchema,
  ),
  removeExample: send<null>('DELETE')('/v1/examples/{name}', 'Remove an example that was loaded and not changed; its jobs stay'),

  listQueues: get<{ queues: Queue[]; next: null }>()('/v1/queues', 'Every queue'),
  getQueue: get<Queue>()('/v1/queues/{name}', 'Read a queue'),
  makeQueue: send<Queue>('PUT')('/v1/queues/{name}', 'Make a queue, or set all of its options', queueMakeSchema),
  patchQueue: send<Queue>('PATCH')('/v1/queues/{name}', 'Pause or resume a queue, or change its limits', queuePatchSchema),

  listSchedules: get<{ schedules: Schedule[]; next: string | null }>()('/v1/schedules', 'Every schedule, oldest first', pageSchema),
  makeSchedule: send<Schedule>('POST')('/v1/schedules', 'Make a schedule', scheduleSchema),
  previewSchedule: send<SchedulePreview>('POST')(
    '/v1/schedules/preview',
    'The next runs that a schedule would have; nothing is made',
    schedulePreviewSchema,
  ),
  getSchedule: get<Schedule>()('/v1/schedules/{id}', 'Read a schedule'),
  patchSchedule: send<Schedule>('PATCH')('/v1/schedules/{id}', 'Change, pause or resume a schedule', schedulePatchSchema),
  deleteSchedule: send<null>('DELETE')('/v1/schedules/{id}', 'Delete a schedule; its jobs stay'),
  runSchedule: send<Job>('POST')('/v1/schedules/{id}/run', 'Make a job of a schedule now'),
  listScheduleJobs: get<{ jobs: Job[]; next: string | null }>()(
    '/v1/schedules/{id}/jobs',
    'The jobs that a schedule made, newest first',
    pageSchema,
  ),

  getDiagnosis: get<Diagnosis>()('/v1/diagnosis', 'What is wrong, what it means for the jobs, and what to do', diagnosisQuerySchema),
  startBackup: send<Backup>('POST')(
    '/v1/backups',
    'Copy the database into a file, as of one moment, while the engine goes on',
    backupSchema,
  ),
  getBackup: get<Backup>()('/v1/backups/{id}', 'Read how far a backup is, and how it ended'),
  getRetention: get<Retention>()('/v1/retention', 'How long ended jobs are kept, and the room they take'),
  patchRetention: send<Retention>('PATCH')('/v1/retention', 'Change how long ended jobs are kept', retentionPatchSchema),
  listCircuits: get<{ circuits: Circuit[]; next: string | null }>()(
    '/v1/circuits',
    'The outside services that have failed within a day, and whether they are called',
    pageSchema,
  ),
  getCircuit: get<Circuit>()('/v1/circuits/{name}', 'Read a circuit'),
  resetCircuit: send<Circuit>('POST')('/v1/circuits/{name}/reset', 'Close a circuit: what waits for it runs'),
  listDeliveries: get<{ deliveries: Delivery[]; next: string | null }>()(
    '/v1/deliveries',
    'Messages about the ends of jobs, newest first, each with its attempts',
    deliveryListSchema,
  ),
  getDelivery: get<Delivery>()('/v1/deliveries/{id}', 'Read a delivery'),
  redeliver: send<Delivery>('POST')('/v1/deliveries/{id}/redeliver', 'Send a message again'),
  listEndpoints: get<{ endpoints: Endpoint[]; next: string | null }>()(
    '/v1/endpoints',
    'Where webhooks go, and the secrets that they are signed with',
    pageSchema,
  ),
  makeEndpoint: send<Endpoint>('POST')('/v1/endpoints', 'Register an endpoint', endpointSchema),
  getEndpoint: get<Endpoint>()('/v1/endpoints/{id}', 'Read an endpoint'),
  patchEndpoint: send<Endpoint>('PATCH')('/v1/endpoints/{id}', 'Turn an endpoint on or off, or change its secret', endpointPatchSchema),
  deleteEndpoint: send<null>('DELETE')('/v1/endpoints/{id}', 'Delete an endpoint; what waits for it fails'),
  listWorkflows: get<{ workflows: WorkflowSummary[]; next: string | null }>()(
    '/v1/workflows',
    'Workflows, newest first',
    workflowListSchema,
  ),
  submitWorkflow: send<Workflow>('POST')('/v1/workflows', 'Submit jobs that wait for each other: all are accepted or none', workflowSchema),
  getWorkflow: get<Workflow>()('/v1/workflows/{id}', 'Read a workflow, or wait for its end', jobQuerySchema),
  cancelWorkflow: send<Workflow>('POST')('/v1/workflows/{id}/cancel', 'Cancel every job of a workflow that has not ended'),
  retryWorkflow: send<Workflow>('POST')(
    '/v1/workflows/{id}/retry',
    'Run again what is dead or cancelled, or a job and everything after it',
    workflowRetrySchema,
  ),
  deleteWorkflow: send<null>('DELETE')('/v1/workflows/{id}', 'Delete a workflow that has ended, and its jobs'),

  listLabPresets: get<{ presets: LabPreset[]; next: null }>()('/v1/lab/presets', 'The lab’s well-known cases, each with its workload'),
  listLabRuns: get<{ runs: LabRunSummary[]; next: string | null }>()('/v1/lab/runs', 'Runs of the lab, newest first', pageSchema),
  startLabRun: send<LabRun>('POST')(
    '/v1/lab/runs',
    'Send a workload through several modes, for real, on an engine of its own; one run at a time',
    labRunSchema,
  ),
  getLabRun: get<LabRun>()('/v1/lab/runs/{id}', 'Read a run of the lab with its results, also while it goes on'),
  patchLabRun: send<LabRun>('PATCH')('/v1/lab/runs/{id}', 'Rename a run of the lab', labRunPatchSchema),
  deleteLabRun: send<null>('DELETE')('/v1/lab/runs/{id}', 'Delete a run of the lab that has ended'),
  stopLabRun: send<LabRun>('POST')('/v1/lab/runs/{id}/stop', 'Stop a run of the lab; what it has measured stays'),

  getWorkers: get<Workers>()('/v1/workers', 'Lanes and their threads'),
  getStats: get<Stats>()('/v1/stats', 'Exact counts by state, queue and task'),
  getSeries: get<Series>()('/v1/stats/series', 'Throughput, failures and latencies over time', seriesQuerySchema),
  followEvents: { ...get<never>()('/v1/events', 'Everything that happens, as it happens', eventQuerySchema), stream: 'always' as const },
  getHealth: get<Health>()('/v1/health', 'Is the engine alive?'),
  getInfo: get<Info>()('/v1/info', 'Version, home and limits'),
  makeWindowAddress: send<{ address: string }>('POST')('/v1/window-address', 'A fresh one-time address of the browser window'),
} satisfies Record<string, Route>;

export type Routes = typeof routes;
export type RouteName = keyof Routes;

export type ReplyOf<Name extends RouteName> = Routes[Name] extends { reply?: infer Reply } ? Exclude<Reply, undefined> : never;
export type QueryInput<Name extends RouteName> = z.input<Routes[Name]['query']>;
export type QueryOutput<Name extends RouteName> = z.output<Routes[Name]['query']>;
export type BodyInput<Name extends RouteName> = Routes[Name]['body'] extends infer Body
  ? Body extends z.ZodType
    ? z.input<Body>
    : never
  : never;
export type BodyOutput<Name extends RouteName> = Routes[Name]['body'] extends infer Body
  ? Body extends z.ZodType
    ? z.output<Body>
    : never
  : never;
