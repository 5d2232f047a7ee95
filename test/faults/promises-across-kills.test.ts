import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { brokenInvariants } from '../engine/invariants.ts';
import { makeHome, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';

let home: string;
let ledger: string;
beforeEach(async () => {
  home = await makeHome();
  ledger = join(home, 'ledger.txt');
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(ledger, '');
  writeFileSync(
    join(home, 'tasks', 'promise.js'),
    `import { appendFileSync } from 'node:fs';
     export default {
       lane: 'io', retry: { maxAttempts: 2, baseMs: 600000 },
       async run({ hangs }) { if (hangs) await new Promise(() => {}); throw new Error('half of it is done'); },
       async rollback(payload, task) { appendFileSync(${JSON.stringify(ledger)}, task.compensates.jobId + '\\n'); },
     };`,
  );
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('a hybrid job that is deleted between two attempts is taken back once, though the engine is killed right after the answer', async () => {
  const deleted: string[] = [];
  {
    await using engine = await startEngineProcess({ home });
    for (let made = 0; made < 20; made++) {
      const { id } = await engine.client.call('submitJob', { body: { task: 'promise', mode: 'hybrid', optimistic: { made } } });
      deleted.push(id);
    }
    let retryable = 0;
    while (retryable < deleted.length) retryable = (await engine.client.call('getStats', {})).counts.retryable;
    await Promise.all(deleted.map((id) => engine.client.call('deleteJob', { params: { id } })));
    await engine.kill();
  }
  await using next = await startEngineProcess({ home });
  const { jobs } = await next.client.call('listJobs', { query: { task: ['promise'] } });
  expect(jobs.map(({ compensates }) => compensates).sort()).toEqual([...deleted].sort());
  for (const { id } of jobs)
    expect(await next.client.call('getJob', { params: { id }, query: { waitMs: 60_000 } })).toMatchObject({ state: 'completed' });
  expect(await next.stop()).toBe(0);
  const db = new Database(join(home, 'switchyard.db'), { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  db.close();
  expect(new Set(readFileSync(ledger, 'utf8').trimEnd().split('\n'))).toEqual(new Set(deleted));
}, 120_000);

test('a sync call that the engine took down with it gets the same failure under its key from then on, and the answer says so', async () => {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': 'once' },
    body: JSON.stringify({ task: 'promise', mode: 'sync', payload: { hangs: true } }),
  } as const;
  {
    await using engine = await startEngineProcess({ home });
    const connection = unixFetch(engine.socket);
    const answer = connection.transport('/v1/jobs', request).then(
      () => 'answered',
      () => 'cut off',
    );
    let running = 0;
    while (running === 0) running = (await engine.client.call('getStats', {})).counts.executing;
    await engine.kill();
    expect(await answer).toBe('cut off');
    await connection.close();
  }
  await using next = await startEngineProcess({ home });
  const connection = unixFetch(next.socket);
  for (const _ of [1, 2]) {
    const again = await connection.transport('/v1/jobs', request);
    expect({ status: again.status, replayed: again.headers.get('idempotency-replayed') }).toEqual({ status: 500, replayed: 'true' });
    expect(JSON.parse(await again.text())).toMatchObject({ code: 'task-failed', error: { name: 'EngineDied' } });
  }
  await connection.close();
  expect((await next.client.call('getStats', {})).counts).toMatchObject({ dead: 1, completed: 0 });
}, 120_000);
