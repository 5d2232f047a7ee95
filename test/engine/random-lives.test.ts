import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../contract/errors.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import { workflowSchema } from '../../contract/workflow.ts';
import type { RunResult } from '../../engine/queue/lanes.ts';
import { parseJobId } from '../../engine/store/job-id.ts';
import type { FakeTask } from '../support/fake-lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { brokenInvariants, strandedJobs } from './invariants.ts';

const operations = 1_200;
/** Refusals that a caller who asks for impossible things must expect. */
const expected = new Set([
  'wrong-state',
  'not-found',
  'storage-full',
  'lane-saturated',
  'task-failed',
  'deadline-exceeded',
  'unknown-task',
  'shutting-down',
  'backlog-full',
  'rate-limited',
  'circuit-open',
]);
const isExpected = (error: unknown) =>
  error instanceof Problem &&
  // A job's deadline may be nearer than the time for which it is to be put off.
  (expected.has(error.code) || error.extras.errors?.[0]?.path === '/runAt');
const tasks: Record<string, FakeTask> = {
  'shell.run': { lane: 'cpu', hasRollback: true, retry: { maxAttempts: 3, baseMs: 2_000, jitter: 0.2 } },
  'http.request': {
    lane: 'io',
    concurrency: 4,
    circuit: { name: 'service', faults: ['Error'] },
    retry: { maxAttempts: 2, baseMs: 500, rules: [{ message: 'snooze', action: 'snooze', afterMs: 900 }] },
  },
};
const broken: FakeTask = { error: { name: 'SyntaxError', message: 'it does not load' } };

let home: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], now: Date.UTC(2026, 0, 31) });
  home = mkdtempSync(join(tmpdir(), 'switchyard-lives-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(home, { recursive: true, force: true });
});

/** Jobs live and die at random; what has been acknowledged and not deleted is remembered. */
class Lives {
  readonly ids: string[] = [];
  readonly workflows: string[] = [];
  readonly deleted = new Set<string>();
  /** Named to an operation that discards what of them is dead by then. */
  readonly discarded = new Set<string>();
  readonly completed = new Set<string>();
  readonly surprises: string[] = [];
  readonly #random: () => number;
  #rig: QueueRig;
  #mineBroken = false;

  constructor(rig: QueueRig, random: () => number) {
    this.#rig = rig;
    this.#random = random;
  }

  set rig(rig: QueueRig) {
    this.#rig = rig;
  }

  step(): void {
    const actions: [weight: number, act: () => void][] = [
      [30, () => this.#submit()],
      [4, () => this.#batch()],
      [2, () => this.#workflow()],
      [3, () => this.#workflowAction()],
      [40, () => this.#endOne()],
      [8, () => this.#endMany()],
      [6, () => this.#one((id) => this.#rig.backend.cancelJob(id))],
      [5, () => this.#one((id) => this.#rig.backend.retryJob(id))],
      [4, () => this.#one((id) => this.#rig.backend.runJobNow(id))],
      [6, () => this.#one((id) => this.#rig.backend.patchJob(id, this.#patch()))],
      [4, () => this.#one((id) => this.#delete(id))],
      [2, () => this.#dead()],
      [2, () => this.#many()],
      [3, () => this.#message()],
      [3, () => this.#queue()],
      [2, () => this.#breakOrMend()],
      [1, () => this.#watch(this.#reset())],
      [3, () => this.#rig.diskFull(this.#random() < 0.4)],
      [6, () => vi.advanceTimersByTime(Math.floor(this.#random() * 3_000))],
    ];
    let left = this.#random() * actions.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, act] of actions) {
      left -= weight;
      if (left >= 0) continue;
      act();
      return;
    }
  }

  mend(): void {
    this.#rig.writeTask('mine', { lane: 'io' });
    this.#mineBroken = false;
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.#random() * items.length)];
  }

  #watch(promise: Promise<unknown>): void {
    const { db } = this.#rig;
    promise.catch((error) => {
      // Its engine has crashed meanwhile: a real one would have been silent.
      if (!db.open) return;
      if (!isExpected(error)) this.surprises.push(String(error));
    });
  }

  #one(act: (id: string) => Promise<unknown>): void {
    const id = this.pick(this.ids);
    if (id !== undefined) this.#watch(act(id));
  }

  #submission(): SubmissionInput {
    const delayed = this.#random() < 0.2;
    const mode = this.pick(delayed ? (['async', 'hybrid'] as const) : (['async', 'async', 'auto', 'sync', 'hybrid'] as const)) ?? 'async';
    return {
      task: this.pick(['shell.run', 'shell.run', 'http.request', 'mine']) ?? 'shell.run',
      mode,
      ...this.#promise(mode),
      queue: this.pick(['default', 'default', 'mail', 'slow']) ?? 'default',
      priority: Math.floor(this.#random() * 5) - 2,
      ...(delayed ? { delayMs: Math.floor(this.#random() * 5_000) } : {}),
      ...(this.#random() < 0.15 ? { unique: this.#unique() } : {}),
      ...(this.#random() < 0.2 ? { concurrencyKey: `key ${Math.floor(this.#random() * 3)}` } : {}),
      ...(this.#random() < 0.1 ? { deadlineMs: 6_000 + Math.floor(this.#random() * 20_000) } : {}),
      ...(this.#random() < 0.2
        ? { retry: this.pick([{ maxAttempts: 2, baseMs: 100 }, { delaysMs: [50, 400] }, { retryForMs: 1_500 }]) ?? {} }
        : {}),
      ...(this.#random() < 0.1
        ? { notify: [{ type: 'webhook' as const, url: 'http://127.0.0.1:9/hook' }, { type: 'desktop' as const }] }
        : {}),
      tags: this.pick([[], [], ['red'], ['red', 'blue'], ['blue', 'blue']]) ?? [],
      timeoutMs: 20_000,
      payload: { text: 'x'.repeat(this.#random() < 0.1 ? 9_000 : 10) },
    };
  }

  #promise(mode: SubmissionInput['mode']): Pick<SubmissionInput, 'optimistic' | 'onFailure'> {
    const onFailure = mode !== 'sync' && this.#random() < 0.1 ? { task: this.pick(['http.request', 'mine']) ?? 'mine', payload: {} } : null;
    return mode === 'hybrid' ? { optimistic: { done: true }, onFailure } : { onFailure };
  }

  #unique() {
    const key = `key ${Math.floor(this.#random() * 5)}`;
    return this.pick([{ key }, { key, scope: 'started' as const }, { key, forMs: 4_000 }]) ?? { key };
  }

  #submit(): void {
    const key = this.#random() < 0.2 ? `key-${Math.floor(this.#random() * 20)}` : undefined;
    const planned = this.#submission();
    const submission = planned.mode === 'async' && this.#random() < 0.3 ? { ...planned, waitMs: 2_000 } : planned;
    const idempotency = key === undefined ? undefined : { key, bodyHash: 'same' };
    const submitted = this.#rig.submit(submission, { idempotency, ...(this.#random() < 0.5 ? { respondAsync: true } : {}) });
    this.#watch(submitted.then(({ job }) => this.ids.push(job.id)));
  }

  #batch(): void {
    const jobs = Array.from({ length: Math.ceil(this.#random() * 20) }, () => ({ ...this.#submission(), mode: 'hybrid' as const }));
    this.#watch(this.#rig.addMany(jobs).then((ids) => this.ids.push(...ids)));
  }

  #workflow(): void {
    const policies = ['block', 'cancel', 'continue'] as const;
    const keys = new Set<string>();
    const jobs = Array.from({ length: 2 + Math.floor(this.#random() * 7) }, (_, n) => {
      const parents = Array.from({ length: n }, (_, parent) => parent).filter(() => this.#random() < 0.3);
      const dependsOn = parents.map((parent) => ({ job: `j${parent}`, onFailure: this.pick(policies) ?? 'block' }));
      const { unique, ...submission } = this.#submission();
      // Two jobs of a workflow may not ask for one key.
      const key = unique ? `${submission.task} ${unique.key}` : null;
      if (key !== null && !keys.has(key)) Object.assign(submission, { unique });
      keys.add(key ?? '');
      return { ...submission, mode: submission.mode === 'hybrid' ? ('hybrid' as const) : ('async' as const), name: `j${n}`, dependsOn };
    });
    const onComplete = this.#random() < 0.3 ? { task: 'shell.run' } : null;
    const submitted = this.#rig.backend.submitWorkflow(workflowSchema.parse({ jobs, onComplete }), undefined);
    this.#watch(
      submitted.then(({ workflow }) => {
        this.workflows.push(workflow.id);
        this.ids.push(...workflow.jobs.map(({ id }) => id));
      }),
    );
  }

  #workflowAction(): void {
    const id = this.pick(this.workflows);
    if (id === undefined) return;
    const { backend } = this.#rig;
    const actions = [
      () => backend.cancelWorkflow(id),
      () => backend.retryWorkflow(id, {}),
      () => backend.retryWorkflow(id, {}),
      () => backend.retryWorkflow(id, { from: 'j0' }),
      () => backend.retryWorkflow(id, { from: 'j1' }),
    ];
    this.#watch(this.pick(actions)?.() ?? Promise.reject(new Error('there is nothing to do')));
  }

  #result(): RunResult {
    const error = { name: 'Error', message: 'as the test asked' };
    const results: RunResult[] = [
      { kind: 'succeeded', result: JSON.stringify('r'.repeat(this.#random() < 0.1 ? 9_000 : 1)) },
      { kind: 'succeeded', result: 'null' },
      { kind: 'failed', error },
      { kind: 'failed', error, retryAfterMs: 1_500 },
      { kind: 'failed', error: { ...error, message: 'let it snooze' } },
      { kind: 'failed-for-good', error },
      { kind: 'snoozed', ms: 700 },
      { kind: 'aborted', reason: 'timed-out', error: null },
      { kind: 'crashed', error, blame: 0.5 },
      { kind: 'interrupted' },
      { kind: 'not-loaded', error },
    ];
    return this.pick(results) ?? { kind: 'interrupted' };
  }

  #endOne(): void {
    const run = this.pick([...this.#rig.lanes.running.values()]);
    if (run) this.#rig.lanes.end([{ run, result: run.aborted ? { kind: 'aborted', reason: run.aborted, error: null } : this.#result() }]);
  }

  #endMany(): void {
    this.#rig.lanes.end([...this.#rig.lanes.running.values()].slice(0, 20).map((run) => ({ run, result: this.#result() })));
  }

  #patch() {
    const patches = [
      { priority: Math.floor(this.#random() * 200) - 100 },
      { queue: 'mail' },
      { tags: ['patched', 'red'] },
      { tags: [] },
      { payload: { text: 'patched' } },
      { runAt: new Date(Date.now() + Math.floor(this.#random() * 4_000) - 1_000).toISOString() },
    ];
    return this.pick(patches) ?? {};
  }

  async #delete(id: string): Promise<void> {
    await this.#rig.backend.deleteJob(id);
    this.deleted.add(id);
  }

  #dead(): void {
    const dead = this.#rig.db.prepare<[], number>("SELECT seq FROM jobs WHERE state = 'dead'").pluck().all();
    const ids = this.ids.filter(() => this.#random() < 0.3).slice(0, 60);
    if (dead.length === 0 || ids.length === 0) return;
    if (this.#random() < 0.7) this.#watch(this.#rig.backend.redrive({ ids }));
    else {
      // It goes on after its answer, and over a crash: what it has deleted is counted in the end.
      for (const id of ids) this.discarded.add(id);
      this.#watch(this.#rig.backend.discard({ ids }));
    }
  }

  #many(): void {
    const { backend } = this.#rig;
    const filter = { queue: [this.pick(['default', 'mail', 'slow']) ?? 'mail'] };
    const ids = this.ids.filter(() => this.#random() < 0.3).slice(0, 60);
    const patch = [{ op: 'replace' as const, path: '/text', value: 'mended' }];
    const operations = [
      () => backend.redrive({ filter, patch }),
      () => backend.redrive({ filter: {}, canary: 2 }),
      () => backend.redrive({ filter: {}, ratePerSecond: 3 }),
      () => backend.actOnJobs({ action: 'cancel', filter }),
      () => backend.actOnJobs({ action: 'retry', filter }),
      () => backend.actOnJobs({ action: 'run-now', filter: { state: ['scheduled', 'retryable'] } }),
      ...(ids.length === 0 ? [] : [() => backend.actOnJobs({ action: 'cancel', ids })]),
    ];
    const begun = this.pick(operations)?.() ?? Promise.reject(new Error('there is no operation to begin'));
    this.#watch(this.#random() < 0.3 ? begun.then(({ id }) => backend.stopOperation(id)) : begun);
  }

  #message(): void {
    const { backend } = this.#rig;
    const acted = backend.listDeliveries({ limit: 20 }).then(({ deliveries }): Promise<unknown> | undefined => {
      const { id, runId } = this.pick(deliveries) ?? {};
      if (id === undefined || runId === undefined || runId === null) return backend.redeliver(id ?? 'none');
      const acts = [
        () => backend.redeliver(id),
        () => backend.retryJob(runId),
        () => backend.cancelJob(runId),
        () => backend.deleteJob(runId),
      ];
      return this.pick(acts)?.();
    });
    this.#watch(acted);
  }

  #queue(): void {
    const name = this.pick(['default', 'mail', 'slow']) ?? 'default';
    const patches = [
      { paused: true },
      { paused: false },
      { paused: false },
      { concurrency: 1 },
      { concurrency: null },
      { rateLimit: { max: 3, perMs: 700 } },
      { rateLimit: null },
      { maxBacklog: 30 },
      { maxBacklog: null },
    ];
    this.#watch(this.#rig.backend.patchQueue(name, this.pick(patches) ?? {}));
  }

  async #reset(): Promise<void> {
    const { circuits } = await this.#rig.backend.listCircuits({ limit: 10, cursor: undefined });
    for (const { name } of circuits) await this.#rig.backend.resetCircuit(name);
  }

  #breakOrMend(): void {
    this.#mineBroken = !this.#mineBroken;
    this.#rig.writeTask('mine', this.#mineBroken ? broken : { lane: 'io' });
    this.#watch(this.#rig.backend.getTask('mine'));
  }
}

/** @param unwrittenMs runs that somebody waits for may end before anything is written of them, if they end within so long */
async function openLives(random: () => number, unwrittenMs: number): Promise<QueueRig> {
  const rig = await openQueueRig({ home, tasks, random, unwrittenMs, sizes: { interactive: 2, io: 1, cpu: 3 } });
  rig.writeTask('mine', { lane: 'io' });
  await rig.backend.getTask('mine');
  return rig;
}

/** Until the tables show all that runs: what was not written yet is, and runs of jobs that a full disk refused have heeded their signal. */
async function allWritten(rig: QueueRig, unwrittenMs: number): Promise<void> {
  for (let generation = 0; generation < 2; generation++) {
    vi.advanceTimersByTime(unwrittenMs);
    await rig.turn();
  }
  const seqs = new Set(rig.db.prepare<[], number>('SELECT seq FROM running').pluck().all());
  const refused = [...rig.lanes.running.values()].filter(({ jobId, aborted }) => aborted && !seqs.has(parseJobId(jobId)?.seq ?? 0));
  rig.lanes.end(refused.map((run) => ({ run, result: { kind: 'aborted', reason: 'cancelled', error: null } })));
  await rig.turn();
}

/** One that cannot start lets the next in line, which may not be able to either, a transaction for each. */
async function strandedFor100Turns(rig: QueueRig): Promise<unknown[]> {
  for (let turns = 0; turns < 100 && strandedJobs(rig.db).length > 0; turns++) await rig.turn();
  return strandedJobs(rig.db);
}

function countsOf(rig: QueueRig) {
  const rows = rig.db.prepare<[], { state: string; n: number }>('SELECT state, count(*) AS n FROM jobs GROUP BY state').all();
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

describe('whatever is done to jobs, in whatever order', () => {
  test.each([1, 2, 3, 4, 5, 6])('the tables agree with each other, and in the end every job has ended (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const unwrittenMs = seed % 2 === 0 ? 0 : 400;
    let rig = await openLives(random, unwrittenMs);
    await rig.backend.makeQueue('mail', { concurrency: 2 });
    await rig.backend.makeQueue('slow', { concurrency: 1 });
    const lives = new Lives(rig, random);
    for (let done = 1; done <= operations; done++) {
      lives.step();
      if (random() < 0.4) await rig.turn();
      if (done % 50 === 0) {
        rig.diskFull(false);
        await allWritten(rig, unwrittenMs);
        vi.advanceTimersByTime(1_000);
        await rig.turn();
        expect(brokenInvariants(rig.db), `after ${done} operations`).toEqual([]);
        expect(await strandedFor100Turns(rig), `after ${done} operations`).toEqual([]);
        expect(rig.queue.health().status).toBe('ok');
        expect((await rig.backend.stats()).counts).toMatchObject(countsOf(rig));
      }
      if (done % 300 === 0) {
        await rig.crash();
        vi.clearAllTimers();
        rig = await openLives(random, unwrittenMs);
        lives.rig = rig;
        expect(brokenInvariants(rig.db), `after a crash at ${done} operations`).toEqual([]);
      }
    }
    expect(lives.surprises).toEqual([]);
    expect(rig.failures).toEqual([]);

    // From now on everything goes well; nothing may be left behind.
    lives.mend();
    await rig.backend.getTask('mine');
    for (const { name } of await rig.backend.listQueues()) await rig.backend.makeQueue(name, {});
    // Messages that failed would be tried again in hours.
    await rig.backend.actOnJobs({ action: 'run-now', filter: { queue: ['switchyard.deliveries'] } });
    // Those too whose answer a crash kept back.
    const workflows = rig.db.prepare<[], string>('SELECT id FROM workflows').pluck().all();
    for (let round = 0; round < 400; round++) {
      // Blocked by one that failed: only a retry brings them on.
      if (round % 20 === 19) for (const id of workflows) rig.backend.retryWorkflow(id, {}).catch(() => {});
      rig.lanes.end([...rig.lanes.running.values()].map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
      await rig.turn();
      vi.advanceTimersByTime(500);
      await rig.turn();
    }
    expect(brokenInvariants(rig.db)).toEqual([]);
    const counts = countsOf(rig);
    expect({ ...counts, completed: 0, dead: 0, cancelled: 0 }).toEqual({ completed: 0, dead: 0, cancelled: 0 });
    let missing = 0;
    for (const id of new Set(lives.ids)) {
      if (lives.deleted.has(id)) continue;
      if (lives.discarded.has(id) && (await isGone(rig, id))) missing++;
      else await expect(rig.backend.getJob(id)).resolves.toMatchObject({ id });
    }
    const discarded = rig.db.prepare<[], number>("SELECT coalesce(sum(done), 0) FROM operations WHERE action = 'discard'").pluck().get();
    expect(missing).toBe(discarded);
    await rig.dispose();
  });
});

function isGone(rig: QueueRig, id: string): Promise<boolean> {
  return rig.backend.getJob(id).then(
    () => false,
    () => true,
  );
}
