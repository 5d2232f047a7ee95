import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SubmissionInput } from '../../contract/submission.ts';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';

let engine: EngineProcess;
beforeEach(async () => {
  engine = await startEngineProcess();
  mkdirSync(join(engine.home, 'tasks'), { recursive: true });
});
afterEach(() => engine.dispose());

const writeTask = (name: string, source: string) => writeFileSync(join(engine.home, 'tasks', `${name}.mjs`), source);

/** A task that takes as many milliseconds as a file says. */
function writeDriftingTask(): (runMs: number) => void {
  const file = join(engine.home, 'run-ms');
  writeTask(
    'drifting',
    `import { readFileSync } from 'node:fs';
     import { setTimeout } from 'node:timers/promises';
     export default { run: () => setTimeout(Number(readFileSync(${JSON.stringify(file)}, 'utf8'))) };`,
  );
  return (runMs) => writeFileSync(file, String(runMs));
}

test('auto follows a task that becomes slow and fast again within 50 calls each way, with one switch each way', {
  timeout: 90_000,
}, async () => {
  const take = writeDriftingTask();
  const modes: (string | undefined)[] = [];
  const call = async () => {
    const { status, body: job } = await engine.client.ask('submitJob', { body: { task: 'drifting' } });
    modes.push(job.decision?.mode);
    expect(job.decision?.reason).toMatch(/\.$/);
    if (job.decision?.mode === 'async') expect([status, job.decision.waitMs]).toEqual([202, null]);
    else expect(job.decision?.waitMs).toBeLessThanOrEqual(1_000);
    return engine.client.call('getJob', { params: { id: job.id }, query: { waitMs: '20000' } });
  };
  const switchesOf = (some: (string | undefined)[]) => some.filter((mode, at) => mode !== some[at - 1]);
  take(5);
  for (let n = 0; n < 30; n++) await call();
  take(1_100);
  for (let n = 0; n < 14; n++) await call();
  take(5);
  for (let n = 0; n < 50; n++) await call();
  expect(switchesOf(modes)).toEqual(['wait', 'sync', 'async', 'sync']);
  const { advice, stats, usage } = await engine.client.call('getTask', { params: { name: 'drifting' } });
  expect(advice.mode).toBe('sync');
  expect(stats.p95Ms).toBeLessThan(100);
  expect(usage).toMatchObject({ auto: 94, sync: 0 });

  // What it has learned outlives the engine.
  await engine.stop();
  const again = await startEngineProcess({ home: engine.home });
  const kept = await again.client.call('getTask', { params: { name: 'drifting' } });
  await again.dispose();
  expect(kept).toMatchObject({ advice: { mode: 'sync' }, usage: { auto: 94 } });
});

test('sync calls run at once while every place for background work is taken and 100,000 jobs wait', { timeout: 90_000 }, async () => {
  const untilAborted = 'new Promise((_, stop) => task.signal.addEventListener("abort", () => stop(new Error("stopped"))))';
  for (const lane of ['io', 'cpu'])
    writeTask(`stuck-${lane}`, `export default { lane: '${lane}', timeoutMs: 600000, run: (_, task) => ${untilAborted} };`);
  writeTask('quick', "export default { lane: 'io', run: (payload) => payload };");
  const batch = (task: string, count: number) =>
    engine.client.call('submitBatch', { body: { jobs: Array.from({ length: count }, (): SubmissionInput => ({ task })) } });
  await batch('stuck-cpu', 1_000);
  for (let n = 0; n < 11; n++) await batch('stuck-io', 10_000);
  await expect
    .poll(
      async () =>
        (await engine.client.call('getWorkers', {})).lanes
          .filter(({ name }) => name !== 'interactive')
          .every(({ jobs, places }) => jobs === places),
      { timeout: 60_000 },
    )
    .toBe(true);
  for (let n = 0; n < 20; n++) {
    const { status, body: job } = await engine.client.ask('submitJob', { body: { task: 'quick', mode: 'sync', payload: { n } } });
    expect(status).toBe(200);
    expect(job).toMatchObject({ state: 'completed', lane: 'interactive', result: { n } });
  }
  const { counts } = await engine.client.call('getStats', {});
  expect(counts.available).toBeGreaterThanOrEqual(100_000);
  expect(counts.completed).toBe(20);
});

test('polls that come too soon are counted and warned of, and the window’s own reads are not', async () => {
  writeTask(
    'stuck',
    "export default { lane: 'io', run: (_, task) => new Promise((done) => task.signal.addEventListener('abort', done)) };",
  );
  const { id } = await engine.client.call('submitJob', { body: { task: 'stuck', mode: 'async' } });
  for (let n = 0; n < 7; n++) await engine.client.call('getJob', { params: { id } });
  for (let n = 0; n < 7; n++) await engine.client.call('getJob', { params: { id }, headers: { 'switchyard-client': 'window' } });
  const { usage, advice } = await engine.client.call('getTask', { params: { name: 'stuck' } });
  expect(usage).toMatchObject({ async: 1, polls: 7, wastedPolls: 7 });
  expect(advice.warnings).toMatchObject([{ code: 'polling-too-often', count: 7, message: expect.stringContaining('7 of 7 polls') }]);
});
