/** The lanes of the real engine with real tasks: ten thousand at once, one that leaks, and one that takes its thread with it. */

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import type { EngineEvent } from '../../contract/events.ts';
import type { LaneName } from '../../contract/job.ts';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';

let engine: EngineProcess;
afterEach(() => engine.dispose());

async function writeTask(name: string, lane: 'io' | 'cpu', body: string): Promise<void> {
  await mkdir(join(engine.home, 'tasks'), { recursive: true });
  const file = `import { existsSync } from 'node:fs';\nexport default { lane: '${lane}', async run(payload, task) { ${body} } };\n`;
  await writeFile(join(engine.home, 'tasks', `${name}.mjs`), file);
}

/** The first event from now on that fits. */
async function eventThat(fits: (event: EngineEvent) => boolean): Promise<EngineEvent> {
  for await (const { event } of engine.client.events({ kind: ['stats', 'workers'] }, null)) if (fits(event)) return event;
  throw new Error('the stream of events ended');
}

const laneOf = async (name: LaneName) => (await engine.client.call('getWorkers', {})).lanes.find((lane) => lane.name === name);
const ended = (id: string) => engine.client.call('getJob', { params: { id }, query: { waitMs: 60_000 } });

it('ten thousand jobs run at once on io, while the engine answers, takes sync work and stays small', { timeout: 180_000 }, async () => {
  engine = await startEngineProcess();
  const file = join(engine.home, 'let-go');
  await writeTask(
    'hold',
    'io',
    `globalThis.released ??= new Promise((go) => { const look = setInterval(() => { if (existsSync(payload.file)) { clearInterval(look); go(); } }, 50); });
     await globalThis.released;`,
  );
  await writeTask('quick', 'io', 'return payload.n;');
  const jobs = Array.from({ length: 10_000 }, () => ({ task: 'hold', mode: 'async' as const, payload: { file }, timeoutMs: 600_000 }));
  const { ids } = await engine.client.call('submitBatch', { body: { jobs } });
  await eventThat((event) => event.type === 'stats' && event.counts.executing === 10_000);

  const lane = await laneOf('io');
  expect(lane).toMatchObject({ jobs: 10_000, places: 10_000, minThreads: 0, maxThreads: 4, recycled: 0 });
  for (const { heapBytes, externalBytes } of lane?.threads ?? [])
    expect(heapBytes + externalBytes).toBeLessThan(lane?.memoryLimitBytes ?? 0);
  for (let n = 0; n < 50; n++) {
    const answer = await engine.client.call('submitJob', { body: { task: 'quick', mode: 'sync', payload: { n } } });
    expect(answer).toMatchObject({ state: 'completed', result: n, lane: 'interactive' });
  }
  const behind = await engine.client.call('submitJob', { body: { task: 'quick', mode: 'async', payload: { n: 1 } } });
  expect(behind.state).toBe('available');
  expect((await engine.client.call('getHealth', {})).status).toBe('ok');

  await writeFile(file, '');
  expect((await ended(behind.id)).state).toBe('completed');
  await eventThat((event) => event.type === 'stats' && event.counts.executing === 0);
  expect((await engine.client.call('getStats', {})).counts).toMatchObject({
    completed: ids.length + 51,
    dead: 0,
    retryable: 0,
    available: 0,
  });
});

it('a task that leaks memory never fails: its thread is replaced between jobs, told as an event and shown', {
  timeout: 120_000,
}, async () => {
  engine = await startEngineProcess();
  await writeTask(
    'leak',
    'cpu',
    'globalThis.kept ??= []; globalThis.kept.push(Buffer.alloc(120 * 1_048_576, 1)); return globalThis.kept.length;',
  );
  const told = eventThat((event) => event.type === 'workers.recycled');
  const counts: number[] = [];
  for (let n = 0; n < 7; n++) {
    const { id } = await engine.client.call('submitJob', { body: { task: 'leak', mode: 'async', payload: {} } });
    const job = await ended(id);
    expect(job).toMatchObject({ state: 'completed', attempt: 1 });
    counts.push(Number(job.result));
  }
  // The fifth goes past 512 MiB, after which it begins anew.
  expect(Math.max(...counts)).toBeLessThanOrEqual(5);
  expect(await told).toMatchObject({ recycled: { lane: 'cpu', reason: 'memory' } });
  expect(await laneOf('cpu')).toMatchObject({ recycled: 1, lastRecycled: { reason: 'memory' }, memoryLimitBytes: 512 * 1_048_576 });
});

it('a job whose neighbour has to be ended with their thread is given back uncounted and ends elsewhere', { timeout: 60_000 }, async () => {
  engine = await startEngineProcess();
  await writeTask('spin', 'io', 'await new Promise((go) => setTimeout(go, 20)); for (;;);');
  // Only its first attempt waits for ever.
  await writeTask('neighbour', 'io', "if (task.attempt === 1) await new Promise(() => {}); return 'unharmed';");
  const neighbour = await engine.client.call('submitJob', { body: { task: 'neighbour', mode: 'async', retry: { maxAttempts: 1 } } });
  const spinning = await engine.client.call('submitJob', {
    body: { task: 'spin', mode: 'async', timeoutMs: 200, retry: { maxAttempts: 1 } },
  });
  expect(await ended(spinning.id)).toMatchObject({ state: 'dead', error: { name: 'TimedOut' } });
  expect(await ended(neighbour.id)).toMatchObject({ state: 'completed', result: 'unharmed', attempt: 2, maxAttempts: 2 });
  const { attempts } = await engine.client.call('listAttempts', { params: { id: neighbour.id } });
  expect(attempts.map(({ outcome }) => outcome)).toEqual(['interrupted', 'succeeded']);
});
