import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';

let home: string;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

const file = () => join(home, 'switchyard.db');

async function submitSome({ client }: EngineProcess): Promise<void> {
  const job = { task: 'shell.run', delayMs: 3_600_000, payload: { command: 'true', args: ['x'.repeat(2_000)] } };
  await client.call('submitBatch', { body: { jobs: Array.from({ length: 500 }, () => job) } });
}

/** Overwrites a page in the middle of the table of jobs. */
function damage(): void {
  const db = new Database(file(), { readonly: true });
  const leaves = db
    .prepare<[], { at: number; bytes: number }>(
      "SELECT pgoffset AS at, pgsize AS bytes FROM dbstat WHERE name = 'jobs' AND pagetype = 'leaf'",
    )
    .all();
  db.close();
  const { at, bytes } = leaves[Math.floor(leaves.length / 2)] ?? { at: 0, bytes: 0 };
  const descriptor = openSync(file(), 'r+');
  writeSync(descriptor, Buffer.alloc(bytes, 0xff), 0, bytes, at);
  closeSync(descriptor);
}

test('damage that a list finds stops the engine, and is told of', async () => {
  const before = await startEngineProcess({ home });
  await submitSome(before);
  expect(await before.stop()).toBe(0);
  damage();
  await using engine = await startEngineProcess({ home });
  await engine.client.call('listJobs', { query: { limit: 500 } }).catch(() => {});
  expect((await engine.exited).code).toBe(1);
  expect(engine.stderr()).toContain('switchyard.db is damaged');
  expect(engine.stderr()).not.toContain('are safe');
});

test.each([
  ['deleted', () => rmSync(file())],
  ['moved away', () => renameSync(file(), `${file()}.moved`)],
])('a database that is %s while the engine runs stops it with the next commit', async (_, takeAway) => {
  await using engine = await startEngineProcess({ home });
  await submitSome(engine);
  takeAway();
  await submitSome(engine).catch(() => {});
  expect((await engine.exited).code).toBe(1);
  expect(engine.stderr()).toContain('was deleted, moved or replaced');
});

test('a list of an idle engine whose database is gone stops it too', async () => {
  await using engine = await startEngineProcess({ home });
  rmSync(file());
  await engine.client.call('listJobs', { query: {} }).catch(() => {});
  expect((await engine.exited).code).toBe(1);
  expect(engine.stderr()).toContain('was deleted, moved or replaced');
});
