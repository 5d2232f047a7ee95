/** What answers look like, for the description of the interface. The compiler holds each to the contract's type. */

import { z } from 'zod';
import type { Circuit } from '../../contract/circuit.ts';
import { circuitStates } from '../../contract/circuit.ts';
import { compensationStates, purposes } from '../../contract/compensation.ts';
import type { ProblemDetails } from '../../contract/errors.ts';
import { type ProblemCode, problems } from '../../contract/errors.ts';
import type { Attempt, Decision, Job, LogLine } from '../../contract/job.ts';
import { laneNames, logStreams, modes } from '../../contract/job.ts';
import type { Json } from '../../contract/json.ts';
import type { DeadGroup } from '../../contract/operations.ts';
import type { Health, Info, Operation, Queue, Series, SeriesPoint, StateCounts, Stats, Workers } from '../../contract/resources.ts';
import { operationStates } from '../../contract/resources.ts';
import { backoffs } from '../../contract/retry.ts';
import type { JobPage, LogPage, ReplyOf, RouteName } from '../../contract/routes.ts';
import type { Schedule, SchedulePreview } from '../../contract/schedule.ts';
import { missedRules, overlaps, skipReasons } from '../../contract/schedule.ts';
import { attemptOutcomes, jobStates } from '../../contract/states.ts';
import { exampleListSchema, loadedExampleSchema } from './example-schemas.ts';
import { labPreset, labRun, labRunSummary } from './lab-schemas.ts';
import { laneSchema } from './lane-schema.ts';
import { delivery, endpoint, notification } from './notify-schemas.ts';
import { count, cursor, jobError, json, jsonObject, ms, named, time } from './schema-parts.ts';
import { backup, diagnosis, retention } from './storage-schemas.ts';
import { task } from './task-schemas.ts';
import { workflowReplySchema, workflowSummarySchema } from './workflow-schemas.ts';

const decision = named(
  'Decision',
  z.object({
    mode: z.enum(['sync', 'async', 'hybrid', 'wait']),
    reason: z.string(),
    p95Ms: ms,
    samples: count,
    waitMs: ms,
  }) satisfies z.ZodType<Decision>,
);

const job = named(
  'Job',
  z.object({
    id: z.string(),
    task: z.string(),
    queue: z.string(),
    mode: z.enum(modes),
    lane: z.enum(laneNames),
    state: z.enum(jobStates),
    priority: z.int(),
    attempt: count,
    maxAttempts: count,
    payload: jsonObject,
    result: json,
    optimistic: json,
    onFailure: z.object({ task: z.string(), payload: jsonObject }).nullable(),
    error: jobError.nullable(),
    progress: z.object({ percent: z.number(), message: z.string().nullable() }).nullable(),
    tags: z.array(z.string()),
    uniqueKey: z.string().nullable(),
    workflowId: z.string().nullable(),
    scheduleId: z.string().nullable(),
    slotAt: time.nullable(),
    purpose: z.enum(purposes),
    compensates: z.string().nullable(),
    compensation: z.object({ state: z.enum(compensationStates), jobId: z.string().nullable() }).nullable(),
    decision: decision.nullable(),
    deadlineAt: time.nullable(),
    concurrencyKey: z.string().nullable(),
    circuit: z.string().nullable(),
    firstPayload: jsonObject.nullable(),
    fingerprint: z.string().nullable(),
    notify: z.array(notification),
    createdAt: time,
    runAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    timeoutMs: z.number(),
    resultFile: z.object({ path: z.string(), bytes: count }).exactOptional(),
    duplicate: z.literal(true).exactOptional(),
  }) satisfies z.ZodType<Job>,
);

const jobPage = named(
  'JobPage',
  z.object({
    jobs: z.array(job).describe('May be fewer than were asked for, even none, and more follow: only without `next` is it the last page.'),
    next: cursor,
    total: count,
    exact: z.boolean().describe('Whether `total` was counted to its end; else there are at least so many.'),
    estimate: count.describe('About how many there are: `total` where that is exact, else with what samples of the rest hold.'),
  }) satisfies z.ZodType<JobPage>,
);

const attempt = named(
  'Attempt',
  z.object({
    attempt: count,
    lane: z.enum(laneNames),
    thread: z.int().nullable(),
    startedAt: time,
    finishedAt: time.nullable(),
    outcome: z.enum(attemptOutcomes).nullable(),
    error: jobError.nullable(),
  }) satisfies z.ZodType<Attempt>,
);

const logLine = named(
  'LogLine',
  z.object({ at: time, attempt: count, stream: z.enum(logStreams), text: z.string() }) satisfies z.ZodType<LogLine>,
);
const logPage = named('LogPage', z.object({ lines: z.array(logLine), next: cursor }) satisfies z.ZodType<LogPage>);

const operation = named(
  'Operation',
  z.object({
    id: z.string(),
    action: z.string(),
    state: z.enum(operationStates),
    matched: count,
    done: count,
    failed: count,
    reason: z.string().exactOptional(),
    failures: z.array(z.object({ reason: z.string(), count })).exactOptional(),
  }) satisfies z.ZodType<Operation>,
);

const schedule = named(
  'Schedule',
  z.object({
    id: z.string(),
    name: z.string().nullable(),
    cron: z.string().nullable(),
    everyMs: ms,
    timeZone: z.string(),
    task: z.string(),
    payload: jsonObject,
    queue: z.string(),
    priority: z.int(),
    timeoutMs: ms,
    retry: z
      .object({
        maxAttempts: z.int().exactOptional(),
        backoff: z.enum(backoffs).exactOptional(),
        baseMs: z.number().exactOptional(),
        maxMs: z.number().exactOptional(),
        jitter: z.number().exactOptional(),
      })
      .nullable(),
    tags: z.array(z.string()),
    notify: z.array(notification),
    overlap: z.enum(overlaps),
    missed: z.enum(missedRules),
    paused: z.boolean(),
    nextRuns: z.array(time),
    lastRun: z.object({ at: time, slotAt: time.nullable(), jobId: z.string(), state: z.enum(jobStates).nullable() }).nullable(),
    lastSkipped: z.object({ at: time, slotAt: time, reason: z.enum(skipReasons), detail: z.string() }).nullable(),
    createdAt: time,
    updatedAt: time,
  }) satisfies z.ZodType<Schedule>,
);

const deadGroup = named(
  'DeadGroup',
  z.object({
    fingerprint: z.string(),
    sample: z.string(),
    task: z.string(),
    count,
    firstAt: time,
    lastAt: time,
  }) satisfies z.ZodType<DeadGroup>,
);

const stateCounts = named('StateCounts', z.record(z.enum(jobStates), count) satisfies z.ZodType<StateCounts>);

const queue = named(
  'Queue',
  z.object({
    name: z.string(),
    paused: z.boolean(),
    concurrency: z.int().nullable(),
    rateLimit: z.object({ max: z.int(), perMs: z.int() }).nullable(),
    maxBacklog: z.int().nullable(),
    counts: stateCounts,
    oldestAvailableMs: ms,
  }) satisfies z.ZodType<Queue>,
);

const circuit = named(
  'Circuit',
  z.object({
    name: z.string(),
    state: z.enum(circuitStates),
    faults: count,
    calls: count,
    openedAt: time.nullable(),
    probeAt: time.nullable(),
    openings: count,
    lastFault: z.object({ at: time, name: z.string(), message: z.string() }).nullable(),
    waiting: count,
  }) satisfies z.ZodType<Circuit>,
);

const workers = named('Workers', z.object({ lanes: z.array(laneSchema) }) satisfies z.ZodType<Workers>);

const stats = named(
  'Stats',
  z.object({
    at: time,
    counts: stateCounts,
    queues: z.record(z.string(), stateCounts),
    tasks: z.record(z.string(), stateCounts),
  }) satisfies z.ZodType<Stats>,
);

const point = z.object({
  at: time,
  submitted: count,
  completed: count,
  failed: count,
  dead: count,
  waitP50Ms: ms,
  waitP95Ms: ms,
  waitP99Ms: ms,
  runP50Ms: ms,
  runP95Ms: ms,
  runP99Ms: ms,
}) satisfies z.ZodType<SeriesPoint>;
const series = named('Series', z.object({ from: time, to: time, stepMs: z.number(), points: z.array(point) }) satisfies z.ZodType<Series>);

const health = named('Health', z.object({ status: z.enum(['ok', 'degraded']), detail: z.string().nullable() }) satisfies z.ZodType<Health>);

const info = named(
  'Info',
  z.object({
    name: z.literal('switchyard'),
    version: z.string(),
    apiVersion: z.literal(1),
    home: z.string(),
    pid: z.int(),
    node: z.string(),
    sqlite: z.string(),
    startedAt: time,
    durability: z.literal('full'),
    limits: z.record(z.string(), z.number()),
  }) satisfies z.ZodType<Info>,
);

export const problemSchema = named(
  'Problem',
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(Object.keys(problems) as ProblemCode[]),
    jobId: z.string().exactOptional(),
    error: jobError.exactOptional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).exactOptional(),
  }) satisfies z.ZodType<ProblemDetails>,
);

const workflow = named('Workflow', workflowReplySchema);

type Unnamed = 'followEvents' | 'deleteJob' | 'removeExample' | 'deleteSchedule' | 'deleteWorkflow' | 'deleteEndpoint' | 'deleteLabRun';
type ReplySchemas = { readonly [Name in Exclude<RouteName, Unnamed>]: z.ZodType<ReplyOf<Name>> };

export const replySchemas: ReplySchemas = {
  submitJob: job,
  submitBatch: named('JobIds', z.object({ ids: z.array(z.string()) })),
  listJobs: jobPage,
  getJob: job,
  patchJob: job,
  listAttempts: named('AttemptPage', z.object({ attempts: z.array(attempt), next: cursor })),
  getResult: named('Result', z.unknown().meta({ description: 'What the task returned.' }) as z.ZodType<Json>),
  readLogs: logPage,
  cancelJob: job,
  retryJob: job,
  runJobNow: job,
  listDeadLetters: jobPage,
  redriveDeadLetters: operation,
  discardDeadLetters: operation,
  listDeadGroups: named('DeadGroupPage', z.object({ groups: z.array(deadGroup), next: cursor })),
  actOnJobs: operation,
  listOperations: named('OperationPage', z.object({ operations: z.array(operation), next: cursor })),
  getOperation: operation,
  stopOperation: operation,
  listTasks: named('TaskList', z.object({ tasks: z.array(task), next: z.null() })),
  getTask: task,
  listExamples: exampleListSchema,
  loadExample: loadedExampleSchema,
  listQueues: named('QueueList', z.object({ queues: z.array(queue), next: z.null() })),
  getQueue: queue,
  makeQueue: queue,
  patchQueue: queue,
  listSchedules: named('SchedulePage', z.object({ schedules: z.array(schedule), next: cursor })),
  makeSchedule: schedule,
  previewSchedule: named(
    'SchedulePreview',
    z.object({ timeZone: z.string(), nextRuns: z.array(time) }) satisfies z.ZodType<SchedulePreview>,
  ),
  getSchedule: schedule,
  patchSchedule: schedule,
  runSchedule: job,
  listScheduleJobs: named('ScheduleJobPage', z.object({ jobs: z.array(job), next: cursor })),
  listWorkflows: named('WorkflowPage', z.object({ workflows: z.array(named('WorkflowSummary', workflowSummarySchema)), next: cursor })),
  submitWorkflow: workflow,
  getWorkflow: workflow,
  cancelWorkflow: workflow,
  retryWorkflow: workflow,
  getDiagnosis: diagnosis,
  startBackup: backup,
  getBackup: backup,
  getRetention: retention,
  patchRetention: retention,
  listCircuits: named('CircuitPage', z.object({ circuits: z.array(circuit), next: cursor })),
  getCircuit: circuit,
  resetCircuit: circuit,
  listDeliveries: named('DeliveryPage', z.object({ deliveries: z.array(delivery), next: cursor })),
  getDelivery: delivery,
  redeliver: delivery,
  listEndpoints: named('EndpointPage', z.object({ endpoints: z.array(endpoint), next: cursor })),
  makeEndpoint: endpoint,
  getEndpoint: endpoint,
  patchEndpoint: endpoint,
  listLabPresets: named('LabPresetList', z.object({ presets: z.array(labPreset), next: z.null() })),
  listLabRuns: named('LabRunPage', z.object({ runs: z.array(labRunSummary), next: cursor })),
  startLabRun: labRun,
  getLabRun: labRun,
  patchLabRun: labRun,
  stopLabRun: labRun,
  getWorkers: workers,
  getStats: stats,
  getSeries: series,
  getHealth: health,
  getInfo: info,
  makeWindowAddress: named('WindowAddress', z.object({ address: z.string() })),
};
