import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../contract/json.ts';
import type { TaskModule } from '../../contract/thread.ts';
import { type LaneSizes, ThreadLanes } from '../../engine/lanes/lanes.ts';
import type { Prediction, RunReport } from '../../engine/queue/lanes.ts';
import { predictionRoom } from '../../engine/queue/promise.ts';

const sizes: LaneSizes = {
  interactive: { minThreads: 1, maxThreads: 1 },
  io: { minThreads: 1, maxThreads: 1 },
  cpu: { minThreads: 1, maxThreads: 1 },
};

let home: string;
let lanes: ThreadLanes;
let ended: (report: RunReport) => void;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-predict-'));
  mkdirSync(join(home, 'tasks'));
  lanes = new ThreadLanes({ home, sizes });
  lanes.listen({
    ended: (reports) => reports.forEach((report) => void ended(report)),
    output: () => {},
    placed: () => {},
    recycled: () => {},
  });
  // What is tested has bounds in time, which the start of the thread may not eat up on a busy machine.
  await expect.poll(() => predict('predict() { return 1; }'), { timeout: 20_000 }).toMatchObject({ kind: 'predicted' });
});
afterEach(async () => {
  await lanes.stop();
  rmSync(home, { recursive: true, force: true });
});

function taskWith(members: string): TaskModule {
  const file = join(home, 'tasks', `task-${Math.random().toString(36).slice(2)}.mjs`);
  writeFileSync(file, `export default { run() { return 'ran'; }, ${members} };\n`);
  return { kind: 'file', name: 'task', url: pathToFileURL(file).href };
}
const predict = (members: string, payload: JsonObject = {}): Promise<Prediction> =>
  lanes.predict({ module: taskWith(members), payload: JSON.stringify(payload), room: predictionRoom });
const places = () => lanes.places('interactive', predictionRoom);

describe('a prediction', () => {
  test('is what predict returns of the payload, at once or later, though its code was never loaded before', async () => {
    expect(await predict('predict({ a }) { return { sum: a + 1 }; }', { a: 1 })).toEqual({ kind: 'predicted', value: '{"sum":2}' });
    expect(await predict('async predict() { await 0; return [1]; }')).toEqual({ kind: 'predicted', value: '[1]' });
  });

  test('that throws, or is no JSON, says why', async () => {
    expect(await predict("predict() { throw new Error('no idea'); }")).toEqual({ kind: 'failed', message: 'no idea' });
    expect(await predict('predict() { return 1n; }')).toMatchObject({ kind: 'failed', message: expect.stringContaining('no JSON') });
    expect(await predict('')).toMatchObject({ kind: 'failed', message: expect.stringContaining('no function "predict"') });
  });

  test('that is nested deeper than a result may be has failed', async () => {
    const predicted = await predict(
      'predict() { let value = []; for (let level = 0; level < 5_000; level++) value = [value]; return value; }',
    );
    expect(predicted).toMatchObject({ kind: 'failed', message: expect.stringContaining('nested deeper than 200 levels') });
  });

  test('that never comes is given up, and its place is free again', async () => {
    const before = places();
    expect(await predict('predict() { return new Promise(() => {}); }')).toEqual({ kind: 'late' });
    expect(await predict('predict() { return 1; }')).toEqual({ kind: 'predicted', value: '1' });
    expect(places()).toBe(before);
  });

  test('that blocks its thread is given up while it blocks, and the thread is replaced', async () => {
    expect(await predict('predict() { for (;;); }')).toEqual({ kind: 'late' });
    await expect.poll(() => predict('predict() { return 1; }'), { timeout: 20_000 }).toEqual({ kind: 'predicted', value: '1' });
  });

  test('whose code does not load is told so', async () => {
    const module: TaskModule = { kind: 'file', name: 'gone', url: pathToFileURL(join(home, 'tasks', 'gone.mjs')).href };
    expect(await lanes.predict({ module, payload: '{}', room: predictionRoom })).toMatchObject({ kind: 'failed' });
  });

  test('takes nothing of the jobs beside it: each run is reported, and none of the predictions', async () => {
    const reports: RunReport[] = [];
    const both = new Promise<void>((resolve) => {
      ended = (report) => {
        reports.push(report);
        if (reports.length === 2) resolve();
      };
    });
    const module = taskWith('predict() { return 1; }');
    for (const run of [1, 2])
      lanes.start('interactive', { run, jobId: `job ${run}`, attempt: 1, module, payload: '{}', timeoutMs: 5_000, room: predictionRoom });
    expect(await predict('predict() { return 1; }')).toEqual({ kind: 'predicted', value: '1' });
    await both;
    expect(reports.map(({ run, result }) => [run, result.kind])).toEqual([
      [1, 'succeeded'],
      [2, 'succeeded'],
    ]);
  });
});

test('a rollback is given the job that it makes up for, and a task without one fails for good', async () => {
  const compensates = { jobId: 'a', optimistic: { likes: 8 }, error: { name: 'Error', message: 'no' } };
  const request = { jobId: 'b', attempt: 1, payload: '{"like":7}', timeoutMs: 5_000, room: predictionRoom, purpose: 'rollback' } as const;
  const report = (members: string, run: number) =>
    new Promise<RunReport>((resolve) => {
      ended = resolve;
      lanes.start('cpu', { ...request, run, module: taskWith(members), compensates: JSON.stringify(compensates) });
    });
  expect((await report('rollback(payload, task) { return [payload, task.compensates, task.jobId]; }', 1)).result).toEqual({
    ...{ kind: 'succeeded', result: JSON.stringify([{ like: 7 }, compensates, 'b']) },
  });
  expect((await report('', 2)).result).toMatchObject({
    kind: 'failed-for-good',
    error: { message: expect.stringContaining('"rollback"') },
  });
});
