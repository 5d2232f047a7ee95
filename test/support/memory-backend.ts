/**
 * The queue's interface, kept in memory, for tests of the protocol: `api` needs nothing else. Jobs go where the test
 * sends them (`start`, `finish`); a `sync` job of the task `echo` is finished at once, one of `fail` fails.
 */

import { EventEmitter } from 'node:events';
import { Readable } from 'node:stream';
import { Problem } from '../../contract/errors.ts';
import type { EngineEvent, JobEventType } from '../../contract/events.ts';
import type { EventQuery } from '../../contract/filter.ts';
import type { Job, LogLine } from '../../contract/job.ts';
import type { Json } from '../../contract/json.ts';
import type { DeadSelection, RedriveRequest } from '../../contract/operations.ts';
import type { Operation, Queue, QueuePatch, StateCounts, Task } from '../../contract/resources.ts';
import { defaultRetry } from '../../contract/retry.ts';
import type { JobState } from '../../contract/states.ts';
import { isFinal, jobStates } from '../../contract/states.ts';
import type { Submission } from '../../contract/submission.ts';
import type { Backend, NumberedEngineEvent, SubmitOptions } from '../../engine/queue/backend.ts';
import { memoryStorage } from './memory-storage.ts';

export type MemoryBackend = Backend & {
  /** What `submit` was called with, oldest first. */
  readonly submitted: { submission: Submission; options: SubmitOptions }[];
  readonly redriven: RedriveRequest[];
  readonly seriesAsked: { from: number; to: number; stepMs: number | undefined }[];
  finish(id: string, result: Json): void;
  log(id: string, ...texts: string[]): void;
  /** Delivers an event to all who subscribed. */
  emit(...events: EngineEvent[]): void;
  subscribers(): number;
  followers(): number;
  waiters(): number;
  /** Resolves when the next subscription or follower has come or gone. */
  nextChange(): Promise<void>;
  /** The next call of any method that reads or writes a job throws it. */
  failNext(error: unknown): void;
};

type QueueOptions = Pick<Queue, 'paused' | 'concurrency' | 'rateLimit' | 'maxBacklog'>;
const openQueue: QueueOptions = { paused: false, concurrency: null, rateLimit: null, maxBacklog: null };
const given = (patch: QueuePatch) => Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));

const tasks = ['echo', 'fail', 'slow'];
const noCounts = () => Object.fromEntries(jobStates.map((state) => [state, 0])) as StateCounts;

export function memoryBackend(now: () => number = Date.now): MemoryBackend {
  const jobs = new Map<string, Job>();
  const keys = new Map<string, { bodyHash: string; status: 200 | 202; id: string }>();
  const lines = new Map<string, LogLine[]>();
  const queues = new Map<string, QueueOptions>([['default', openQueue]]);
  const operations = new Map<string, Operation>();
  const history: NumberedEngineEvent[] = [];
  const submitted: MemoryBackend['submitted'] = [];
  const redriven: RedriveRequest[] = [];
  const seriesAsked: MemoryBackend['seriesAsked'] = [];
  const happenings = new EventEmitter().setMaxListeners(0);
  const subscribers = new Set<(events: NumberedEngineEvent[]) => void>();
  const followers = new Map<object, { id: string; listener: { lines(lines: LogLine[]): void; end(): void } }>();
  /** Numbers of the size that the engine's own sequence has: it begins at the clock's microseconds. */
  let sequence = 1_795_365_362_294_000;
  let waiters = 0;
  let failure: { error: unknown } | undefined;

  const time = () => new Date(now()).toISOString();
  const failWhenAsked = () => {
    const thrown = failure;
    failure = undefined;
    if (thrown) throw thrown.error;
  };
  const find = (id: string): Job => {
    failWhenAsked();
    const job = jobs.get(id);
    if (!job) throw new Problem('not-found', `There is no job ${id}.`);
    return job;
  };
  const move = (job: Job, state: JobState, type: JobEventType) => {
    job.state = state;
    if (isFinal(state)) job.finishedAt = time();
    emit({ type, at: time(), job });
    happenings.emit(`job ${job.id}`);
    if (isFinal(state)) for (const follower of [...followers.values()]) if (follower.id === job.id) follower.listener.end();
  };
  const emit = (...events: EngineEvent[]) => {
    const numbered = events.map((event) => ({ id: ++sequence, event }));
    history.push(...numbered);
    for (const deliver of subscribers) deliver(numbered);
  };
  const inState = (id: string, allowed: JobState[]): Job => {
    const job = find(id);
    if (!allowed.includes(job.state)) throw new Problem('wrong-state', `Job ${id} is ${job.state}.`, { jobId: id });
    return job;
  };
  const insert = (submission: Submission): Job => {
    if (!tasks.includes(submission.task)) throw new Problem('unknown-task', `There is no task ${submission.task}.`);
    const queue = submission.queue ?? 'default';
    if (!queues.has(queue)) throw new Problem('unknown-queue', `There is no queue ${queue}.`);
    const job: Job = {
      id: crypto.randomUUID(),
      task: submission.task,
      queue,
      mode: submission.mode,
      lane: 'io',
      state: submission.delayMs > 0 ? 'scheduled' : 'available',
      priority: submission.priority,
      attempt: 0,
      maxAttempts: submission.retry?.maxAttempts ?? 5,
      payload: submission.payload,
      result: null,
      optimistic: submission.optimistic ?? null,
      onFailure: submission.onFailure ?? null,
      error: null,
      progress: null,
      tags: submission.tags,
      uniqueKey: submission.unique?.key ?? null,
      workflowId: null,
      scheduleId: null,
      slotAt: null,
      purpose: 'run',
      compensates: null,
      compensation: null,
      decision: null,
      deadlineAt: null,
      concurrencyKey: submission.concurrencyKey ?? null,
      circuit: null,
      firstPayload: null,
      fingerprint: null,
      notify: [],
      createdAt: time(),
      runAt: new Date(now() + submission.delayMs).toISOString(),
      startedAt: null,
      finishedAt: null,
      timeoutMs: submission.timeoutMs ?? 60_000,
    };
    jobs.set(job.id, job);
    emit({ type: 'job.created', at: time(), job });
    return job;
  };
  const readQueue = (name: string): Queue => {
    const queue = queues.get(name);
    if (!queue) throw new Problem('not-found', `There is no queue ${name}.`);
    return { name, ...queue, counts: count([...jobs.values()].filter((job) => job.queue === name)), oldestAvailableMs: null };
  };
  const readTask = (name: string): Task => {
    if (!tasks.includes(name)) throw new Problem('not-found', `There is no task ${name}.`);
    return {
      name,
      title: name,
      description: '',
      source: 'built-in',
      lane: 'io',
      input: {},
      result: {},
      defaults: { timeoutMs: 60_000, retry: defaultRetry },
      declares: {},
      concurrency: null,
      concurrencyPerKey: 1,
      circuit: null,
      predicts: false,
      rollsBack: false,
      examples: [],
      stats: { samples: 0, p50Ms: null, p95Ms: null, p99Ms: null, failureRate: null },
      usage: {
        ...{ since: null, sync: 0, async: 0, hybrid: 0, auto: 0 },
        ...{ polls: 0, wastedPolls: 0, polledAtOnce: 0, waits: 0, longWaits: 0 },
      },
      runTimes: [],
      advice: { mode: 'async', reasons: [], confidence: 0, wouldChange: [], matrix: [], warnings: [] },
      error: null,
    };
  };
  const operate = (action: string, chosen: (Job | undefined)[], isFit: (job: Job) => boolean, step: (job: Job) => void): Operation => {
    const fit = chosen.filter((job) => job !== undefined && isFit(job)) as Job[];
    for (const job of fit) step(job);
    const failed = chosen.length - fit.length;
    const counts = { matched: chosen.length, done: fit.length, failed };
    const why = failed === 0 ? {} : { failures: [{ reason: 'not as it was', count: failed }] };
    const operation: Operation = { id: crypto.randomUUID(), action, state: 'completed', ...counts, ...why };
    operations.set(operation.id, operation);
    return operation;
  };
  const isDead = (job: Job) => job.state === 'dead';
  const chooseDead = ({ ids, fingerprint, filter = {} }: DeadSelection) =>
    ids
      ? ids.map((id) => jobs.get(id))
      : [...jobs.values()].filter(
          (job) => isDead(job) && (fingerprint ?? job.fingerprint) === job.fingerprint && (filter.task?.includes(job.task) ?? true),
        );
  const findOperation = (id: string): Operation => {
    const operation = operations.get(id);
    if (!operation) throw new Problem('not-found', `There is no operation ${id}.`);
    return operation;
  };
  const waitUntilFinal = async (id: string, waitMs: number): Promise<Job> => {
    waiters += 1;
    happenings.emit('change');
    try {
      const bound = AbortSignal.timeout(waitMs);
      while (!isFinal(find(id).state)) {
        const heard = new Promise<void>((resolve) => happenings.once(`job ${id}`, resolve));
        const late = new Promise<'late'>((resolve) => bound.addEventListener('abort', () => resolve('late'), { once: true }));
        if ((await Promise.race([heard, late])) === 'late') break;
      }
      return find(id);
    } finally {
      waiters -= 1;
    }
  };

  return {
    submitted,
    redriven,
    seriesAsked,
    async submit(submission, options) {
      submitted.push({ submission, options });
      failWhenAsked();
      const key = options.idempotency?.key;
      const before = key === undefined ? undefined : keys.get(key);
      if (before) {
        if (before.bodyHash !== options.idempotency?.bodyHash) throw new Problem('idempotency-mismatch', 'The key came with another body.');
        return { status: before.status, job: find(before.id), replayed: true, preferenceApplied: undefined };
      }
      const job = insert(submission);
      if (submission.mode === 'sync' && submission.task === 'fail') {
        job.error = { name: 'Error', message: 'it failed' };
        job.fingerprint = 'f'.repeat(16);
        move(job, 'dead', 'job.dead');
        throw new Problem('task-failed', 'The task failed.', { jobId: job.id, error: job.error });
      }
      if (submission.mode === 'sync' && submission.task === 'echo') {
        job.result = submission.payload;
        move(job, 'completed', 'job.completed');
      }
      const { waitMs } = options;
      const applied = options.respondAsync ? 'respond-async' : waitMs === undefined ? undefined : `wait=${waitMs / 1000}`;
      const answered = waitMs && !options.respondAsync ? await waitUntilFinal(job.id, waitMs) : job;
      const status = isFinal(answered.state) ? 200 : 202;
      if (key !== undefined) keys.set(key, { bodyHash: options.idempotency?.bodyHash ?? '', status, id: job.id });
      return { status, job: answered, replayed: false, preferenceApplied: applied };
    },
    submitBatch: async (submissions) => submissions.map((submission) => insert(submission).id),
    getJob: async (id) => find(id),
    waitForJob: waitUntilFinal,
    noteRead() {},
    async listJobs({ state, limit }) {
      const found = [...jobs.values()].filter((job) => !state || state.includes(job.state)).reverse();
      return { jobs: found.slice(0, limit), next: null, total: found.length, exact: true, estimate: found.length };
    },
    async listAttempts(id) {
      find(id);
      return { attempts: [], next: null };
    },
    async readResult(id) {
      const text = Buffer.from(JSON.stringify(inState(id, ['completed']).result));
      return { bytes: text.length, open: () => Readable.from([text]) };
    },
    ...memoryStorage(),
    async readLogs(id, { limit }) {
      find(id);
      return { lines: (lines.get(id) ?? []).slice(0, limit), next: null };
    },
    async followLogs(id, listener) {
      const job = find(id);
      const token = {};
      followers.set(token, { id, listener });
      const known = lines.get(id) ?? [];
      if (known.length > 0) listener.lines(known);
      if (isFinal(job.state)) listener.end();
      happenings.emit('change');
      return {
        close() {
          if (followers.delete(token)) happenings.emit('change');
        },
      };
    },
    async patchJob(id, patch) {
      const { runAt, ...rest } = patch;
      const changes = Object.fromEntries(
        Object.entries({ ...rest, ...(runAt ? { runAt } : {}) }).filter(([, value]) => value !== undefined),
      );
      return Object.assign(inState(id, ['available', 'scheduled', 'retryable']), changes);
    },
    async cancelJob(id) {
      const job = inState(id, ['available', 'scheduled', 'retryable', 'executing']);
      move(job, 'cancelled', 'job.cancelled');
      return job;
    },
    async retryJob(id) {
      const job = inState(id, ['completed', 'dead', 'cancelled', 'retryable']);
      move(job, 'available', 'job.available');
      return job;
    },
    async runJobNow(id) {
      const job = inState(id, ['scheduled', 'retryable']);
      move(job, 'available', 'job.available');
      return job;
    },
    async deleteJob(id) {
      jobs.delete(find(id).id);
      happenings.emit(`job ${id}`);
    },
    async listDead({ fingerprint, limit }) {
      const dead = [...jobs.values()].filter((job) => isDead(job) && (fingerprint ?? job.fingerprint) === job.fingerprint).reverse();
      return { jobs: dead.slice(0, limit), next: null, total: dead.length, exact: true, estimate: dead.length };
    },
    async listDeadGroups({ limit }) {
      const groups = Map.groupBy([...jobs.values()].filter(isDead), (job) => job.fingerprint ?? '');
      const shown = [...groups].map(([fingerprint, [first, ...more]]) => ({
        ...{ fingerprint, sample: first?.error?.message ?? '', task: first?.task ?? '', count: 1 + more.length },
        ...{ firstAt: time(), lastAt: time() },
      }));
      return { groups: shown.slice(0, limit), next: null };
    },
    redrive: async (request) => {
      redriven.push(request);
      return operate('redrive', chooseDead(request), isDead, (job) => move(job, 'available', 'job.available'));
    },
    discard: async (selection) => operate('discard', chooseDead(selection), isDead, (job) => jobs.delete(job.id)),
    async actOnJobs({ action, ids, filter }) {
      const chosen = ids ? ids.map((id) => jobs.get(id)) : [...jobs.values()].filter((job) => filter?.state?.includes(job.state) ?? true);
      const isFit = (job: Job) => !isFinal(job.state) || action === 'delete';
      return operate(action, chosen, isFit, (job) =>
        action === 'delete' ? jobs.delete(job.id) : move(job, action === 'cancel' ? 'cancelled' : 'available', 'job.changed'),
      );
    },
    listOperations: async ({ limit }) => ({ operations: [...operations.values()].reverse().slice(0, limit), next: null }),
    getOperation: async (id) => findOperation(id),
    async stopOperation(id) {
      const operation = findOperation(id);
      if (operation.state !== 'running') throw new Problem('wrong-state', `Operation ${id} is ${operation.state}.`);
      return Object.assign(operation, { state: 'stopped', reason: 'Stopped on request.' });
    },
    listTasks: async () => tasks.map(readTask),
    getTask: async (name) => readTask(name),
    listExamples: async () => [],
    loadExample: notKept,
    removeExample: notKept,
    listQueues: async () => [...queues.keys()].map(readQueue),
    getQueue: async (name) => readQueue(name),
    async makeQueue(name, options) {
      queues.set(name, { ...openQueue, ...given(options) });
      return readQueue(name);
    },
    async patchQueue(name, patch) {
      readQueue(name);
      queues.set(name, { ...openQueue, ...queues.get(name), ...given(patch) });
      return readQueue(name);
    },
    listWorkflows: async () => ({ workflows: [], next: null }),
    submitWorkflow: notKept,
    getWorkflow: notKept,
    waitForWorkflow: notKept,
    cancelWorkflow: notKept,
    retryWorkflow: notKept,
    deleteWorkflow: notKept,
    listCircuits: async () => ({ circuits: [], next: null }),
    getCircuit: notKept,
    resetCircuit: notKept,
    listSchedules: async () => ({ schedules: [], next: null }),
    makeSchedule: notKept,
    previewSchedule: notKept,
    getSchedule: notKept,
    patchSchedule: notKept,
    deleteSchedule: notKept,
    runSchedule: notKept,
    listScheduleJobs: notKept,
    listDeliveries: async () => ({ deliveries: [], next: null }),
    getDelivery: notKept,
    redeliver: notKept,
    listEndpoints: async () => ({ endpoints: [], next: null }),
    makeEndpoint: notKept,
    getEndpoint: notKept,
    patchEndpoint: notKept,
    deleteEndpoint: notKept,
    async workers() {
      const thread = {
        id: 1,
        lane: 'io' as const,
        jobs: 0,
        busy: false,
        utilization: 0.25,
        heapBytes: 1024,
        externalBytes: 0,
        draining: false,
        startedAt: time(),
      };
      return {
        lanes: [
          {
            name: 'io',
            threads: [thread],
            minThreads: 1,
            maxThreads: 2,
            jobs: 0,
            places: 64,
            memoryLimitBytes: 536_870_912,
            recycled: 0,
            lastRecycled: null,
          },
        ],
      };
    },
    async stats() {
      const all = [...jobs.values()];
      const by = (names: Iterable<string>, of: (job: Job) => string) =>
        Object.fromEntries([...names].map((name) => [name, count(all.filter((job) => of(job) === name))]));
      return { at: time(), counts: count(all), queues: by(queues.keys(), (job) => job.queue), tasks: by(tasks, (job) => job.task) };
    },
    async series(range) {
      seriesAsked.push(range);
      const { from, to, stepMs = 1000 } = range;
      return { from: new Date(from).toISOString(), to: new Date(to).toISOString(), stepMs, points: [] };
    },
    subscribe(_query: EventQuery, after, deliver) {
      if (after !== null) {
        const missed = history.filter(({ id }) => id > after);
        if (after > sequence) deliver([{ id: sequence, event: { type: 'reset', at: time() } }]);
        else if (missed.length > 0) deliver(missed);
      }
      subscribers.add(deliver);
      happenings.emit('change');
      return {
        close() {
          if (subscribers.delete(deliver)) happenings.emit('change');
        },
      };
    },

    finish(id, result) {
      const job = find(id);
      job.result = result;
      move(job, 'completed', 'job.completed');
    },
    log(id, ...texts) {
      const added = texts.map((text): LogLine => ({ at: time(), attempt: 1, stream: 'stdout', text }));
      lines.set(id, [...(lines.get(id) ?? []), ...added]);
      for (const follower of followers.values()) if (follower.id === id) follower.listener.lines(added);
    },
    emit,
    subscribers: () => subscribers.size,
    followers: () => followers.size,
    waiters: () => waiters,
    nextChange: () => new Promise((resolve) => happenings.once('change', resolve)),
    failNext(error) {
      failure = { error };
    },
  };
}

/** Schedules, workflows and notifications are tested against the real queue. */
async function notKept(): Promise<never> {
  throw new Problem('not-found', 'Nothing of the kind is kept here.');
}

function count(jobs: Job[]): StateCounts {
  const counts = noCounts();
  for (const job of jobs) counts[job.state] += 1;
  return counts;
}
