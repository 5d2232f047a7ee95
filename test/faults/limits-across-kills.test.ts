import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { attemptTimes, mostAtOnce, mostInWindow } from '../engine/attempt-times.ts';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';

let home: string;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function writeTask(name: string, code: string): void {
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(join(home, 'tasks', `${name}.js`), code);
}

const queues = {
  rated: { rateLimit: { max: 5, perMs: 400 } },
  narrow: { concurrency: 2 },
  both: { concurrency: 3, rateLimit: { max: 4, perMs: 300 } },
  free: {},
};

async function completed(engine: EngineProcess, atLeast: number): Promise<void> {
  const { client } = engine;
  while ((await client.call('getStats', {})).counts.completed < atLeast) {
    const { jobs } = await client.call('listJobs', { query: { state: ['executing'], limit: 1 } });
    if (jobs[0]) await client.call('getJob', { params: { id: jobs[0].id }, query: { waitMs: 1_000 } });
  }
}

describe('limits', () => {
  test('hold in the real engine, also when it is killed in the middle', { timeout: 120_000 }, async () => {
    writeTask('nap', `export default { lane: 'io', concurrency: 6, run: ({ ms }) => new Promise((resolve) => setTimeout(resolve, ms)) };`);
    const count = 240;
    {
      await using engine = await startEngineProcess({ home });
      for (const [name, body] of Object.entries(queues)) await engine.client.call('makeQueue', { params: { name }, body });
      const names = Object.keys(queues);
      const jobs = Array.from({ length: count }, (_, index) => ({
        task: 'nap',
        mode: 'async' as const,
        queue: names[index % names.length] ?? 'free',
        payload: { ms: 5 + (index % 7) * 5 },
        ...(index % 5 === 0 ? { concurrencyKey: `key ${index % 3}` } : {}),
      }));
      await engine.client.call('submitBatch', { body: { jobs } });
      await completed(engine, count / 4);
      await engine.kill();
    }
    await using engine = await startEngineProcess({ home });
    await completed(engine, count);
    expect(await engine.stop()).toBe(0);

    const db = new Database(join(home, 'switchyard.db'), { readonly: true });
    expect(brokenInvariants(db)).toEqual([]);
    const attempts = attemptTimes(db);
    db.close();
    for (const [name, limits] of Object.entries(queues)) {
      const own = attempts.filter(({ queue }) => queue === name);
      if ('concurrency' in limits) expect(mostAtOnce(own), `${name} at once`).toBeLessThanOrEqual(limits.concurrency);
      if ('rateLimit' in limits)
        expect(mostInWindow(own, limits.rateLimit.perMs), `${name} in time`).toBeLessThanOrEqual(limits.rateLimit.max);
    }
    expect(mostAtOnce(attempts)).toBeLessThanOrEqual(6);
    for (const [key, own] of Map.groupBy(attempts, (attempt) => attempt.key)) if (key !== null) expect(mostAtOnce(own), key).toBe(1);
  });

  test('of time hold for a job that runs: a deadline aborts it and it is dead', async () => {
    await using engine = await startEngineProcess({ home });
    const { client } = engine;
    const { id } = await client.call('submitJob', {
      body: { task: 'shell.run', mode: 'async', payload: { command: 'sleep', args: ['300'] }, deadlineMs: 300 },
    });
    const job = await client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
    expect(job).toMatchObject({ state: 'dead', attempt: 1, error: { name: 'DeadlineExceeded' } });
    expect(await engine.stop()).toBe(0);
  });
});

describe('an idempotency key over the wire', () => {
  test('gives a hundred racers, and those who ask after a kill, one and the same job', async () => {
    const body = { task: 'shell.run', mode: 'async' as const, payload: { command: 'true' } };
    const headers = { 'idempotency-key': 'one-for-all' };
    let id: string;
    {
      await using engine = await startEngineProcess({ home });
      const ids = await Promise.all(Array.from({ length: 100 }, async () => (await engine.client.call('submitJob', { body, headers })).id));
      expect(new Set(ids).size).toBe(1);
      id = ids[0] ?? '';
      await engine.kill();
    }
    await using engine = await startEngineProcess({ home });
    const racers = await Promise.all(
      Array.from({ length: 100 }, async () => (await engine.client.call('submitJob', { body, headers })).id),
    );
    expect(new Set(racers)).toEqual(new Set([id]));
    const { total } = await engine.client.call('listJobs', { query: { limit: 1 } });
    expect(total).toBe(1);
    await expect(engine.client.call('submitJob', { body: { ...body, tags: ['other'] }, headers })).rejects.toMatchObject({
      code: 'idempotency-mismatch',
    });
    expect(await engine.stop()).toBe(0);
  });
});
