import { invalid, Problem } from '../../contract/errors.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { DeadListQuery, JobFilter, JobListQuery } from '../../contract/filter.ts';
import type { Attempt, Job } from '../../contract/job.ts';
import type { Health } from '../../contract/resources.ts';
import { isFinal } from '../../contract/states.ts';
import { Backups } from '../store/backup.ts';
import { type JobRow, jobOf, timeOf } from '../store/job-row.ts';
import type { Reader } from '../store/reader.ts';
import { ResultFiles } from '../store/result-files.ts';
import type { Store } from '../store/store.ts';
import type { WorkflowRow } from '../store/workflows.ts';
import type { Backend, ListedPage } from './backend.ts';
import { BulkActions } from './bulk-actions.ts';
import { Catalog } from './catalog.ts';
import { Compensations, compensationPlanner } from './compensation.ts';
import { Control } from './control.ts';
import { cursorNumber } from './cursor.ts';
import { listDeadGroups } from './dead-groups.ts';
import { Deliveries } from './deliveries.ts';
import { DeliveryOrders } from './delivery-orders.ts';
import { diagnose } from './diagnosis.ts';
import { Dispatch } from './dispatch.ts';
import { DrainRates } from './drain.ts';
import { Endpoints } from './endpoints.ts';
import { EventStream } from './event-stream.ts';
import { Examples, exampleFolder } from './examples.ts';
import type { Lanes, TaskReader } from './lanes.ts';
import { listedJobs } from './listed-jobs.ts';
import { LogBook } from './log-book.ts';
import { Maintenance } from './maintenance.ts';
import { Measurements } from './measure.ts';
import { NotifyRequests } from './notify-requests.ts';
import { Operations } from './operations.ts';
import { QueueSettings } from './queue-settings.ts';
import { reclaim, sweepResults } from './recovery.ts';
import { readResult } from './result.ts';
import { Retention } from './retention.ts';
import { Schedules } from './schedules.ts';
import { selectDead, selectJobs } from './selection.ts';
import { Submit } from './submit.ts';
import { TaskFiles } from './task-files.ts';
import { taskOf } from './task-report.ts';
import { Waiters } from './waiters.ts';
import { WorkflowLine } from './workflow-line.ts';
import { retryWorkflow } from './workflow-retry.ts';
import { Workflows } from './workflows.ts';

export type QueueOptions = {
  store: Store;
  reader: Reader;
  lanes: Lanes;
  taskReader: TaskReader;
  /** The user's own tasks. */
  tasksFolder: string;
  /** Results that are too large for the database. */
  resultsFolder: string;
  /** For whoever runs the engine: a line on what it did by itself. */
  log: (line: string) => void;
  /** `settings.json`; it need not be there. */
  settingsFile: string;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Uniform in [0, 1). */
  random: () => number;
  /** How long a sync run may go on before its job is written: queue/unwritten-runs.ts. */
  unwrittenMs: number;
  /** Frees the ballast on a full disk. */
  outOfSpace: () => void;
  /** From a full disk until there is room for the ballast again: no new jobs are accepted, and all else goes on. */
  spaceIsShort: () => boolean;
  /** The store can no longer be written or trusted. */
  failed: (error: unknown) => void;
};

export type QueueService = {
  backend: Backend;
  /** Tells those who follow the events of what is no part of the queue. */
  announce(event: EngineEvent): void;
  health(): Health;
  /** Takes back what a dead engine held, then begins. @returns how many jobs were taken back */
  open(): Promise<number>;
  /** Refuses new work, waits up to `drainMs` for what runs, gives back the rest. The lanes are still to be stopped. */
  stop(drainMs: number): Promise<void>;
};

export function createQueue(options: QueueOptions): QueueService {
  const { store, reader, lanes, now, random } = options;
  const events = new EventStream(now);
  const waiters = new Waiters();
  const logBook = new LogBook(store);
  const resultFiles = new ResultFiles(options.resultsFolder, store.retention.sumResultBytes());
  const measurements = new Measurements(store, now);
  const drains = new DrainRates(now);
  const settings = new QueueSettings(store, events, now);
  const taskFiles = new TaskFiles(options.tasksFolder);
  const catalog = new Catalog(options.taskReader, taskFiles);
  const examples = new Examples({ folder: exampleFolder(), files: taskFiles, catalog, now });
  const compensations = new Compensations({ store, events, measurements, now });
  const orders = new DeliveryOrders(store, options.settingsFile);
  const endpoints = new Endpoints(store, now);
  const notifyRequests = new NotifyRequests({ settings, orders, endpoints });
  const dispatch = new Dispatch({
    ...{ store, lanes, catalog, settings, events, waiters, logBook, resultFiles, measurements, drains, compensations, orders, now, random },
    unwrittenMs: options.unwrittenMs,
  });
  const submit = new Submit({
    store,
    lanes,
    catalog,
    settings,
    dispatch,
    events,
    waiters,
    measurements,
    drains,
    now,
    random,
    notifyRequests,
    spaceIsShort: options.spaceIsShort,
  });
  store.compensations.planWith(
    compensationPlanner({ catalog, random, nextSeq: () => submit.nextSeq(), becameReady: (row) => dispatch.becameReady(row) }),
  );
  const control = new Control({ store, catalog, settings, dispatch, events, waiters, logBook, resultFiles, compensations, drains, now });
  const schedules = new Schedules({ store, catalog, settings, submit, dispatch, notifyRequests, events, now, failed: options.failed });
  const deliveries = new Deliveries({ store, submit, endpoints, events, now });
  const deleted = (row: JobRow) => control.announceDeleted(row);
  const workflowWaiters = new Waiters<WorkflowRow>();
  const workflowLine = new WorkflowLine({ store, dispatch, events, waiters: workflowWaiters, now });
  const workflows = new Workflows({
    ...{ store, reader, submit, dispatch, line: workflowLine, jobWaiters: waiters, workflowWaiters, now },
    announceDeleted: deleted,
  });
  const backups = new Backups({ source: store.file, resultsFolder: options.resultsFolder, now });
  const retention = new Retention({ store, resultFiles, now, deleted, log: options.log });
  const maintenance = new Maintenance({ store, measurements, events, lanes, retention, workflows, now });
  const actions = new BulkActions({ store, catalog, control, dispatch, now });
  const operations = new Operations({ store, actions, dispatch, waiters, now });
  let stopping = false;
  let leftResults: Promise<void> | undefined;

  store.commit.attach({
    send: () => lanes.send(),
    claim: () => {
      const settled = schedules.line.settle();
      workflowLine.settle();
      const claimed = dispatch.claim();
      workflowLine.settle();
      // Last: what was claimed may have found jobs that can't be started any more.
      const delivered = deliveries.settle();
      const told = workflowLine.flush();
      if (!settled && !told && !delivered) return claimed;
      return () => {
        settled?.();
        told?.();
        claimed?.();
        delivered?.();
      };
    },
    flushCounters: () => store.counters.flush(),
    committed: () => {
      store.counters.committed();
      dispatch.committed();
    },
    undone: () => {
      store.counters.undone();
      store.deliveries.takeEnded();
      schedules.line.undone();
      workflowLine.undone();
      dispatch.undone();
    },
    outOfSpace: options.outOfSpace,
    failed: options.failed,
  });

  /** With the progress that only memory knows. */
  function shown(row: JobRow): Job {
    const progress = row.state === 'executing' ? dispatch.runningRow(row.seq)?.progress : undefined;
    return jobOf(progress ? { ...row, progress } : row);
  }

  const progressOf = (seq: number) => dispatch.runningRow(seq)?.progress ?? null;

  async function listed(query: JobListQuery | DeadListQuery, total: number | null): Promise<ListedPage> {
    if (query.cursor !== undefined && !/^\d{1,15}$/.test(query.cursor)) throw invalid('cursor', 'must be a "next" of an earlier page');
    return listedJobs(await reader.listJobs(query, total === null), total, progressOf);
  }

  /** null: the counters do not know it. */
  function counted({ state, queue, task, mode, ...rest }: JobFilter): number | null {
    if (needsScan(rest)) return null;
    return store.counters.total({ ...(state && { state }), ...(queue && { queue }), ...(task && { task }), ...(mode && { mode }) });
  }

  const interactivePlaces = () => lanes.workers().lanes.find(({ name }) => name === 'interactive')?.places ?? 0;

  const backend: Backend = {
    submit: (submission, submitOptions) => submit.submit(submission, submitOptions),
    submitBatch: (submissions) => submit.submitBatch(submissions),

    getJob: async (id) => shown(control.find(id)),
    async waitForJob(id, waitMs) {
      const row = control.find(id);
      if (isFinal(row.state) || waitMs === 0) return shown(row);
      const wakeup = await waiters.wait(row.seq, waitMs);
      return wakeup === 'timeout' ? shown(control.find(id)) : shown(wakeup.row ?? control.find(id));
    },
    noteRead: (job, heldMs) => measurements.usage.read(job, heldMs),
    listJobs: (query) => listed(query, counted(query)),
    async listDead({ fingerprint, ...query }) {
      const dead = { ...query, state: ['dead' as const] };
      if (fingerprint === undefined) return listed(dead, counted(dead));
      const { queue, task, mode } = query;
      const isWhole = !queue && !task && !mode && !needsScan(query);
      return listed({ ...dead, fingerprint }, isWhole ? (store.deadGroups.findGroup(fingerprint)?.n ?? 0) : null);
    },
    listDeadGroups: async (page) => listDeadGroups(store.deadGroups, page),
    async listAttempts(id, { limit, cursor }) {
      const row = control.find(id);
      const after = cursorNumber(cursor);
      const ended = store.attempts.attemptsAfter(row.seq, after, limit);
      const running: Attempt[] =
        row.state === 'executing' && row.attempt > after && ended.length < limit
          ? [
              {
                ...{ attempt: row.attempt, lane: row.lane, thread: dispatch.threadOf(row.seq) },
                ...{ startedAt: timeOf(row.started_at ?? now()), finishedAt: null, outcome: null, error: null },
              },
            ]
          : [];
      const attempts = [...ended, ...running];
      const last = attempts.at(-1);
      return { attempts, next: last && last.attempt < row.attempt ? String(last.attempt) : null };
    },
    readResult: async (id) => readResult(control.find(id), resultFiles),
    readLogs: async (id, { limit, cursor, tail }) => logBook.read(control.find(id).seq, cursorNumber(cursor), limit, tail),
    async followLogs(id, listener) {
      const row = control.find(id);
      return logBook.follow(row.seq, isFinal(row.state), listener);
    },

    patchJob: async (id, patch) => shown(await control.patch(id, patch)),
    cancelJob: async (id) => shown(await control.cancel(id)),
    retryJob: async (id) => shown(await control.retry(id)),
    runJobNow: async (id) => shown(await control.runNow(id)),
    deleteJob: (id) => control.delete(id),

    async redrive({ patch, canary, ratePerSecond, ...selection }) {
      const terms = { ...(patch && { patch }), ...(canary && { canary }), ...(ratePerSecond && { ratePerSecond }) };
      return operations.begin('redrive', await selectDead({ store, reader }, selection), terms);
    },
    discard: async (selection) => operations.begin('discard', await selectDead({ store, reader }, selection), {}),
    async actOnJobs({ action, ids, filter }) {
      const terms = filter?.state ? { states: filter.state } : {};
      return operations.begin(action, await selectJobs({ store, reader }, ids, filter), terms);
    },
    listOperations: async (page) => operations.list(page),
    getOperation: async (id) => operations.get(id),
    stopOperation: (id) => operations.stop(id),

    listTasks: async () =>
      catalog
        .list()
        .map((entry) => taskOf(entry, measurements, interactivePlaces()))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    async getTask(name) {
      const entry = await catalog.load(name);
      if (!entry) throw new Problem('not-found', `There is no task "${name}".`);
      return taskOf(entry, measurements, interactivePlaces());
    },

    listExamples: () => examples.list(),
    loadExample: (name, load) => examples.load(name, load),
    removeExample: (name) => examples.remove(name),

    listQueues: async () => settings.list(),
    getQueue: async (name) => settings.get(name),
    makeQueue: (name, queueOptions) => settings.put(name, queueOptions),
    patchQueue: (name, patch) => settings.patch(name, patch),

    listWorkflows: async (query) => workflows.list(query),
    submitWorkflow: (input, idempotency) => workflows.submit(input, idempotency),
    getWorkflow: (id) => workflows.get(id),
    waitForWorkflow: (id, waitMs) => workflows.wait(id, waitMs),
    cancelWorkflow: (id) => workflows.cancel(id),
    async retryWorkflow(id, { from }) {
      await retryWorkflow({ store, control, submit, events, line: workflowLine, now, random }, () => workflows.find(id), from);
      return workflows.get(id);
    },
    deleteWorkflow: (id) => workflows.delete(id),
    listCircuits: async ({ limit, cursor }) => dispatch.circuits.list(cursor ?? '', limit),
    getCircuit: async (name) => dispatch.circuits.get(name),
    resetCircuit: (name) => dispatch.circuits.reset(name),

    listSchedules: async (page) => schedules.list(page),
    makeSchedule: (input) => schedules.make(input),
    previewSchedule: async (input) => schedules.preview(input),
    getSchedule: async (id) => schedules.get(id),
    patchSchedule: (id, patch) => schedules.patch(id, patch),
    deleteSchedule: (id) => schedules.delete(id),
    runSchedule: (id) => schedules.runNow(id),
    listScheduleJobs: async (id, page) => schedules.listJobs(id, page),

    diagnose: async (deep) => diagnose({ store, catalog, settings, dispatch, retention, now }, deep),
    startBackup: async (request) => backups.start(request),
    getBackup: async (id) => backups.get(id),
    getRetention: async () => retention.report(),
    patchRetention: (patch) => retention.patch(patch),
    listDeliveries: async (query) => deliveries.list(query),
    getDelivery: async (id) => deliveries.get(id),
    redeliver: (id) => deliveries.redeliver(id),
    listEndpoints: async (page) => endpoints.list(page),
    makeEndpoint: (input) => endpoints.make(input),
    getEndpoint: async (id) => endpoints.get(id),
    patchEndpoint: (id, patch) => endpoints.patch(id, patch),
    deleteEndpoint: (id) => endpoints.delete(id),

    workers: async () => lanes.workers(),
    stats: async () => ({
      at: timeOf(now()),
      counts: store.counters.byState(),
      queues: store.counters.by('queue'),
      tasks: store.counters.by('task'),
    }),
    series: async (range) => measurements.series(range),
    subscribe: (query, after, deliver) => events.subscribe(query, after, deliver),
  };

  return {
    backend,
    announce: (event) => events.emit(event),
    health() {
      if (stopping) return { status: 'degraded', detail: 'The engine is stopping.' };
      if (store.commit.full || options.spaceIsShort())
        return { status: 'degraded', detail: 'The disk is full. Accepted jobs are safe; nothing new is accepted until there is room.' };
      return { status: 'ok', detail: null };
    },
    async open() {
      // Before any run: whatever lies there is of earlier engines.
      leftResults = sweepResults(resultFiles, store, options.log).catch(options.failed);
      const reclaimed = await reclaim(store, now, random);
      await catalog.open((names) => {
        events.emit({ type: 'tasks.changed', at: timeOf(now()), names });
        for (const name of names) {
          dispatch.taskChanged(name);
          void dispatch.releaseHeld(name).catch(options.failed);
        }
      });
      for (const task of store.jobs.heldTasks()) void dispatch.releaseHeld(task).catch(options.failed);
      // Before the first claim: what an operation was to cancel must not start again.
      await operations.open();
      dispatch.open();
      workflowLine.open();
      schedules.open();
      maintenance.open();
      return reclaimed;
    },
    async stop(drainMs) {
      stopping = true;
      submit.stop();
      schedules.close();
      const operationsClosed = operations.close();
      const backupsClosed = backups.close();
      const drained = dispatch.drain();
      if (!(await settledWithin(drained, drainMs))) {
        dispatch.abortAll('stopping');
        await settledWithin(drained, abortMs);
      }
      await operationsClosed;
      waiters.releaseAll();
      workflowWaiters.releaseAll();
      catalog.close();
      await maintenance.close();
      await leftResults;
      await backupsClosed;
    },
  };
}

/** How long tasks have to end after the signal of a stopping engine; then their threads are ended. */
const abortMs = 3_000;

/** Filters that counters do not know. */
function needsScan({ tag, q, createdAfter, createdBefore, workflow }: JobFilter): boolean {
  return [workflow, tag, createdAfter, createdBefore].some((given) => given !== undefined) || (q ?? '') !== '';
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = await Promise.race([promise.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}
