/** The queue with the real store in a temporary home; only its lanes, its tasks' descriptions, its clock and its luck are the test's. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database as Connection } from 'better-sqlite3';
import Database from 'better-sqlite3';
import type { EngineEvent } from '../../contract/events.ts';
import type { Job } from '../../contract/job.ts';
import type { JobState } from '../../contract/states.ts';
import { type SubmissionInput, submissionSchema } from '../../contract/submission.ts';
import type { Backend, SubmitAnswer, SubmitOptions } from '../../engine/queue/backend.ts';
import { createQueue, type QueueService } from '../../engine/queue/queue.ts';
import { openWriter } from '../../engine/store/open.ts';
import { Reader } from '../../engine/store/reader.ts';
import { prepareStore, type Store } from '../../engine/store/store.ts';
import { type FakeLaneSizes, FakeLanes, type FakeTask, FakeTaskReader } from './fake-lanes.ts';

export type QueueRigOptions = {
  /** An earlier rig's home: what its engine left is there. */
  home?: string;
  /** Threads of each lane. */
  sizes?: Partial<FakeLaneSizes>;
  /** What tasks say of themselves, by name; those that are not built in also need `writeTask`. */
  tasks?: Record<string, FakeTask>;
  random?: () => number;
  /** As the engine's; 0 without it: each job is written in the turn in which it starts. */
  unwrittenMs?: number;
};

export type QueueRig = {
  home: string;
  queue: QueueService;
  backend: Backend;
  store: Store;
  lanes: FakeLanes;
  reader: FakeTaskReader;
  /** The writing connection itself, to provoke what a disk does. */
  writer: Connection;
  /** A connection of the test's own that only reads. */
  db: Connection;
  reclaimed: number;
  /** How often the ballast was to be dropped. */
  outOfSpace: () => number;
  /** What the engine would have gone down with. */
  failures: unknown[];
  /** What the engine said to whoever runs it. */
  logged: string[];
  submit(submission: SubmissionInput, options?: Partial<SubmitOptions>): Promise<SubmitAnswer>;
  /** Submits in the background and answers with the job. */
  add(submission?: Partial<SubmissionInput>): Promise<Job>;
  addMany(submissions: Partial<SubmissionInput>[]): Promise<string[]>;
  stateOf(id: string): Promise<JobState>;
  /** The `label` in the payload of each job that was started, in that order. */
  startedLabels(): unknown[];
  /** Ends what runs, turn by turn, until nothing starts any more. */
  runAll(): Promise<void>;
  /** Resolves once all that was asked for so far is committed and claimed, or refused. */
  turn(): Promise<void>;
  /** Makes each commit that needs room fail, or makes room again. */
  diskFull(full: boolean): void;
  /** Every event from now on. */
  watch(): EngineEvent[];
  writeTask(name: string, description: FakeTask): void;
  /** As SIGKILL would: nothing is told, nothing is written. The home stays. */
  crash(): Promise<void>;
  /** As a clean stop of the engine, without a drain. The home stays. */
  stop(): Promise<void>;
  /** Stops it and removes the home, an earlier rig's too. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const plainSizes: FakeLaneSizes = { interactive: 2, io: 1, cpu: 2 };
const builtIn: Record<string, FakeTask> = {
  'shell.run': { lane: 'cpu' },
  'file.hash': { lane: 'cpu' },
  'image.convert': { lane: 'cpu' },
  'http.request': { lane: 'io' },
};

export async function openQueueRig({
  sizes,
  tasks,
  random = () => 0.5,
  unwrittenMs = 0,
  ...options
}: QueueRigOptions = {}): Promise<QueueRig> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'switchyard-queue-'));
  const tasksFolder = join(home, 'tasks');
  const file = join(home, 'switchyard.db');
  mkdirSync(tasksFolder, { recursive: true });
  const writer = openWriter(file);
  const store = prepareStore(writer);
  // What a list holds must not hang on how busy the machine is.
  const budget = { pageMs: 60_000, totalMs: 60_000 };
  const budgets = { text: budget, other: budget };
  const listReader = new Reader({ file, rowsWritten: store.rowsWritten, failed: (error) => failures.push(error), budgets });
  const lanes = new FakeLanes({ ...plainSizes, ...sizes });
  const reader = new FakeTaskReader({ ...builtIn, ...tasks });
  const failures: unknown[] = [];
  const logged: string[] = [];
  let dropped = 0;
  let open = true;
  const queue = createQueue({
    ...{ store, reader: listReader, lanes, taskReader: reader, tasksFolder, random, unwrittenMs },
    resultsFolder: join(home, 'results'),
    log: (line) => logged.push(line),
    settingsFile: join(home, 'settings.json'),
    now: Date.now,
    outOfSpace: () => {
      dropped++;
    },
    spaceIsShort: () => false,
    failed: (error) => failures.push(error),
  });
  const reclaimed = await queue.open();
  const db = new Database(file, { readonly: true });
  const { backend } = queue;

  async function turn(): Promise<void> {
    // What a commit sets off (a claim that was asked for, a report) may ask for another. A full disk must not hold this up.
    for (let turns = 0; turns < 4; turns++) await new Promise((resolve) => setImmediate(resolve));
  }
  const submit = (submission: SubmissionInput, submitOptions: Partial<SubmitOptions> = {}) =>
    backend.submit(submissionSchema.parse(submission), {
      respondAsync: false,
      waitMs: undefined,
      idempotency: undefined,
      ...submitOptions,
    });
  const inBackground = (submission: Partial<SubmissionInput>): SubmissionInput => ({ task: 'shell.run', mode: 'async', ...submission });
  async function close(): Promise<void> {
    if (!open) return;
    open = false;
    db.close();
    await listReader.close();
  }
  async function crash(): Promise<void> {
    writer.close();
    await close();
  }
  async function stop(): Promise<void> {
    const stopped = queue.stop(0);
    for (const run of [...lanes.running.values()]) lanes.end([{ run, result: { kind: 'aborted', reason: 'stopping', error: null } }]);
    await stopped;
    await close();
    store.close();
  }
  async function dispose(): Promise<void> {
    if (open) await stop();
    rmSync(home, { recursive: true, force: true });
  }
  return {
    ...{ home, queue, backend, store, lanes, reader, writer, db, reclaimed, failures, logged, submit, turn, crash, stop, dispose },
    outOfSpace: () => dropped,
    add: async (submission = {}) => (await submit(inBackground(submission))).job,
    addMany: (submissions) => backend.submitBatch(submissions.map((submission) => submissionSchema.parse(inBackground(submission)))),
    stateOf: async (id) => (await backend.getJob(id)).state,
    startedLabels: () => lanes.started.map(({ payloadJson }) => payloadJson.label),
    async runAll() {
      for (;;) {
        await turn();
        const runs = [...lanes.running.values()];
        if (runs.length === 0) return;
        lanes.end(runs.map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
      }
    },
    diskFull(full) {
      const pages = writer.pragma('page_count', { simple: true }) as number;
      writer.pragma(`max_page_count = ${full ? pages : 2 ** 31 - 2}`);
    },
    watch() {
      const seen: EngineEvent[] = [];
      backend.subscribe({ kind: ['job', 'queue', 'tasks', 'circuit'] }, null, (events) => seen.push(...events.map(({ event }) => event)));
      return seen;
    },
    writeTask(name, description) {
      reader.tasks.set(name, description);
      writeFileSync(join(tasksFolder, `${name}.js`), `// ${JSON.stringify(description)}\n`);
    },
    [Symbol.asyncDispose]: dispose,
  };
}
