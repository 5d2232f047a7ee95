/** Lanes and a task reader whose runs end when, and as, the test says. */

import type { JobError, LaneName } from '../../contract/job.ts';
import type { JsonObject } from '../../contract/json.ts';
import type { Workers } from '../../contract/resources.ts';
import type { AbortReason, TaskDescription, TaskModule } from '../../contract/thread.ts';
import {
  type LaneListener,
  type Lanes,
  type Prediction,
  type PredictRequest,
  type RunReport,
  type RunRequest,
  type RunResult,
  type TaskReader,
  threadRoom,
} from '../../engine/queue/lanes.ts';

export type FakeRun = RunRequest & { lane: LaneName; thread: number; aborted: AbortReason | null; payloadJson: JsonObject };

export type FakeLaneSizes = Record<LaneName, number>;

type Thread = { id: number; room: number };

/** Places its runs as the real lanes do, thread by thread, and refuses what does not fit. */
export class FakeLanes implements Lanes {
  /** What runs now, in the order of its start. */
  readonly running = new Map<number, FakeRun>();
  /** Everything that was ever started, oldest first. */
  readonly started: FakeRun[] = [];
  /** Those of them that have gone to their threads. */
  readonly left: FakeRun[] = [];
  /** What `predict` says, by task; without one it is late. */
  readonly predictions = new Map<string, (payload: JsonObject) => Prediction>();
  readonly #threads: Record<LaneName, Thread[]>;
  #listener: LaneListener | null = null;
  #waiting: { wanted: (run: FakeRun) => boolean; resolve: (run: FakeRun) => void }[] = [];
  /** Started by the very call that the test has just made, as sync work is. */
  readonly #unheard: FakeRun[] = [];
  #aborts: { jobId: string; resolve: (reason: AbortReason) => void }[] = [];

  /** @param sizes threads of each lane */
  constructor(sizes: FakeLaneSizes) {
    let id = 0;
    const threads = (count: number) => Array.from({ length: count }, () => ({ id: ++id, room: threadRoom }));
    this.#threads = { interactive: threads(sizes.interactive), io: threads(sizes.io), cpu: threads(sizes.cpu) };
  }

  listen(listener: LaneListener): void {
    this.#listener = listener;
  }

  places(lane: LaneName, room: number): number {
    return this.#threads[lane].reduce((sum, thread) => sum + Math.floor(thread.room / room), 0);
  }

  start(lane: LaneName, request: RunRequest): void {
    const [thread] = this.#threads[lane].filter(({ room }) => room >= request.room).sort((a, b) => a.room - b.room);
    if (!thread) throw new Error(`the ${lane} lane was given a run of ${request.room} that does not fit`);
    thread.room -= request.room;
    const run: FakeRun = { ...request, lane, thread: thread.id, aborted: null, payloadJson: JSON.parse(request.payload) };
    this.running.set(run.run, run);
    this.started.push(run);
    this.#listener?.placed(run.run, thread.id);
    const heard = this.#waiting.filter(({ wanted }) => wanted(run));
    this.#waiting = this.#waiting.filter((waiting) => !heard.includes(waiting));
    for (const { resolve } of heard) resolve(run);
    if (heard.length > 0) return;
    this.#unheard.push(run);
    queueMicrotask(() => this.#unheard.splice(0));
  }

  send(): void {
    this.left.push(...this.started.slice(this.left.length));
  }

  async predict({ module, payload }: PredictRequest): Promise<Prediction> {
    return this.predictions.get(module.name)?.(JSON.parse(payload)) ?? { kind: 'late' };
  }

  abort(runId: number, reason: AbortReason): void {
    const run = this.running.get(runId);
    if (!run || run.aborted) return;
    run.aborted = reason;
    const heard = this.#aborts.filter(({ jobId }) => jobId === run.jobId);
    this.#aborts = this.#aborts.filter((waiting) => !heard.includes(waiting));
    for (const { resolve } of heard) resolve(reason);
  }

  workers(): Workers {
    const lane = (name: LaneName) => ({
      name,
      threads: [],
      minThreads: this.#threads[name].length,
      maxThreads: this.#threads[name].length,
      jobs: this.runsOn(name).length,
      places: this.places(name, threadRoom),
      memoryLimitBytes: 0,
      recycled: 0,
      lastRecycled: null,
    });
    return { lanes: [lane('interactive'), lane('io'), lane('cpu')] };
  }

  runsOn(lane: LaneName): FakeRun[] {
    return [...this.running.values()].filter((run) => run.lane === lane);
  }

  /** The running attempt of a job. @throws when it does not run */
  runOf(jobId: string): FakeRun {
    const run = [...this.running.values()].findLast((candidate) => candidate.jobId === jobId);
    if (!run) throw new Error(`job ${jobId} does not run`);
    return run;
  }

  /** Resolves with a run of the job that runs now, or starts later. */
  async startOf(jobId: string): Promise<FakeRun> {
    return [...this.running.values()].findLast((run) => run.jobId === jobId) ?? this.nextStart((run) => run.jobId === jobId);
  }

  /** Resolves with the next run that starts, or with one that the call just made has started. */
  nextStart(wanted: (run: FakeRun) => boolean = () => true): Promise<FakeRun> {
    const run = this.#unheard.find(wanted);
    if (run) return Promise.resolve(run);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  /** Resolves with the reason once the job's run is told to stop. */
  abortOf(jobId: string): Promise<AbortReason> {
    const aborted = [...this.running.values()].findLast((run) => run.jobId === jobId)?.aborted;
    if (aborted) return Promise.resolve(aborted);
    return new Promise((resolve) => this.#aborts.push({ jobId, resolve }));
  }

  /** Ends runs, all in one report. */
  end(ended: { run: FakeRun; result: RunResult; runMs?: number }[]): void {
    const reports = ended.map(({ run, result, runMs = 1 }): RunReport => {
      if (!this.running.delete(run.run)) throw new Error(`run ${run.run} has ended before`);
      return { run: run.run, thread: run.thread, result, runMs };
    });
    // As the contract of Lanes says: reported before its room is free again.
    this.#listener?.ended(reports);
    for (const { run } of ended) {
      const thread = this.#threads[run.lane].find(({ id }) => id === run.thread);
      if (thread) thread.room += run.room;
    }
  }

  finish(jobId: string, result: RunResult, runMs = 1): void {
    this.end([{ run: this.runOf(jobId), result, runMs }]);
  }

  succeed(jobId: string, value: unknown = null, runMs = 1): void {
    this.finish(jobId, { kind: 'succeeded', result: JSON.stringify(value) }, runMs);
  }

  fail(jobId: string, message = 'it failed'): void {
    this.finish(jobId, { kind: 'failed', error: { name: 'Error', message } });
  }

  log(jobId: string, ...texts: string[]): void {
    const { run } = this.runOf(jobId);
    this.#listener?.output(texts.map((text) => ({ run, kind: 'log', at: Date.now(), stream: 'stdout', text })));
  }

  progress(jobId: string, percent: number, message: string | null = null): void {
    const { run } = this.runOf(jobId);
    this.#listener?.output([{ run, kind: 'progress', percent, message }]);
  }
}

export type FakeTask = Partial<TaskDescription> | { error: JobError };

/** Says of each task what the test says; of an unknown one that it does not load. */
export class FakeTaskReader implements TaskReader {
  readonly tasks = new Map<string, FakeTask>();

  constructor(tasks: Record<string, FakeTask>) {
    for (const [name, task] of Object.entries(tasks)) this.tasks.set(name, task);
  }

  async describe(module: TaskModule): ReturnType<TaskReader['describe']> {
    const task = this.tasks.get(module.name);
    if (!task) return { error: { name: 'TaskNotLoaded', message: `the test knows no task ${module.name}` } };
    if ('error' in task && task.error) return { error: task.error };
    return { description: { ...plainTask, ...(task as Partial<TaskDescription>) } };
  }
}

const plainTask: TaskDescription = {
  title: '',
  description: '',
  lane: 'cpu',
  input: { type: 'object' },
  result: {},
  timeoutMs: null,
  retry: { jitter: 0 },
  declares: {},
  concurrency: null,
  concurrencyPerKey: 1,
  circuit: null,
  examples: [],
  hasPredict: false,
  hasRollback: false,
};
