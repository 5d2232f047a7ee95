import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Backup } from '../../contract/backup.ts';
import { limits } from '../../contract/limits.ts';
import { brokenInvariants } from '../engine/invariants.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';

let home: string;
let elsewhere: string;
beforeEach(async () => {
  home = await makeHome();
  elsewhere = mkdtempSync(join(tmpdir(), 'switchyard-backup-'));
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(join(home, 'tasks', 'text.js'), "export default { lane: 'io', run: ({ length }) => 'x'.repeat(length) };");
});
afterEach(() => {
  for (const folder of [home, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

const large = limits.resultBytes * 2;

/** Submits and lets run until told to stop. @returns the ids that were acknowledged before `settle` was called, and after */
function underLoad({ client }: EngineProcess) {
  const acknowledged: string[] = [];
  let on = true;
  const load = (async () => {
    while (on) {
      const jobs = Array.from({ length: 50 }, (_, index) => ({ task: 'text', payload: { length: index, more: 'y'.repeat(2_000) } }));
      acknowledged.push(...(await client.call('submitBatch', { body: { jobs } })).ids);
    }
  })();
  return {
    acknowledged,
    async settle() {
      on = false;
      await load;
    },
  };
}

async function finished({ client }: EngineProcess, begun: Backup): Promise<Backup> {
  let backup = begun;
  while (backup.state === 'running') backup = await client.call('getBackup', { params: { id: begun.id } });
  return backup;
}

const submitLarge = ({ client }: EngineProcess) =>
  client.call('submitJob', { body: { task: 'text', mode: 'sync', payload: { length: large } } });

async function readResult({ client }: EngineProcess, id: string): Promise<number> {
  let bytes = 0;
  for await (const piece of client.readResult(id)) bytes += piece.length;
  return bytes;
}

test('a backup taken under load is one moment of the home, and an engine goes on from it', async () => {
  await using engine = await startEngineProcess({ home });
  const { id } = await submitLarge(engine);
  const load = underLoad(engine);
  while (load.acknowledged.length < 2_000) await engine.client.call('getHealth', {});
  const before = [...load.acknowledged];
  const path = join(elsewhere, 'copy.db');
  const backup = await finished(engine, await engine.client.call('startBackup', { body: { path } }));
  await load.settle();
  expect(backup).toMatchObject({ state: 'completed', reason: null, path, results: { files: 1, bytes: large + 2, missing: 0 } });
  expect(backup.bytesDone).toBe(backup.bytes);
  expect(readdirSync(elsewhere).sort()).toEqual(['copy.db', 'copy.db.results']);
  expect(statSync(path).mode & 0o077).toBe(0);
  const db = new Database(path, { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok');
  const jobs = db.prepare<[], number>('SELECT count(*) FROM jobs').pluck().get() ?? 0;
  db.close();
  expect(jobs).toBeGreaterThanOrEqual(before.length);
  expect(jobs).toBeLessThanOrEqual(load.acknowledged.length + 1);

  const restored = join(elsewhere, 'home');
  mkdirSync(restored, { mode: 0o700 });
  cpSync(join(home, 'tasks'), join(restored, 'tasks'), { recursive: true });
  copyFileSync(path, join(restored, 'switchyard.db'));
  cpSync(`${path}.results`, join(restored, 'results'), { recursive: true });
  await using second = await startEngineProcess({ home: restored });
  for (const known of before.slice(0, 20)) expect((await second.client.call('getJob', { params: { id: known } })).id).toBe(known);
  expect(await readResult(second, id)).toBe(large + 2);
  for await (const { event } of second.client.events({ kind: ['stats'] }, null)) {
    if (event.type === 'stats' && event.counts.completed === jobs) break;
  }
});

test('a killed engine leaves no backup under its name, and what was there before', async () => {
  const engine = await startEngineProcess({ home });
  const load = underLoad(engine);
  while (load.acknowledged.length < 3_000) await engine.client.call('getHealth', {});
  const path = join(elsewhere, 'copy.db');
  writeFileSync(path, 'the one before');
  const lost = load.settle().catch(() => {});
  await engine.client.call('startBackup', { body: { path, force: true } });
  await engine.kill();
  await lost;
  const isWhole = statSync(path).size !== 'the one before'.length;
  if (isWhole) expect(new Database(path, { readonly: true }).pragma('integrity_check', { simple: true })).toBe('ok');
  await using again = await startEngineProcess({ home });
  // What the cut off one left is no hindrance.
  const backup = await finished(again, await again.client.call('startBackup', { body: { path, force: true } }));
  expect(backup.state).toBe('completed');
  expect(readdirSync(elsewhere)).toEqual(['copy.db']);
});

test('results that lie beside the name of a backup are replaced only on demand, and never without their database', async () => {
  await using engine = await startEngineProcess({ home });
  await submitLarge(engine);
  const path = join(elsewhere, 'copy.db');
  const begin = (force: boolean) => engine.client.call('startBackup', { body: { path, force } });
  mkdirSync(`${path}.results`);
  writeFileSync(join(`${path}.results`, 'thesis.txt'), 'not a result');
  await expect(begin(false)).rejects.toMatchObject({ code: 'wrong-state', message: expect.stringContaining('copy.db.results is there') });
  expect(readdirSync(`${path}.results`)).toEqual(['thesis.txt']);

  // As an engine leaves it that was killed between its renames: the new results are there, their database is not.
  writeFileSync(path, 'the one before');
  renameSync(`${path}.results`, `${path}.replaced.results`);
  mkdirSync(`${path}.results`);
  mkdirSync(`${path}.unfinished`);
  expect((await finished(engine, await begin(true))).state).toBe('failed');
  expect(readdirSync(`${path}.results`)).toEqual(['thesis.txt']);
  rmSync(`${path}.unfinished`, { recursive: true, force: true });

  expect((await finished(engine, await begin(true))).state).toBe('completed');
  expect(readdirSync(elsewhere).sort()).toEqual(['copy.db', 'copy.db.results']);
  expect(readdirSync(`${path}.results`)).toHaveLength(1);
  expect(readdirSync(`${path}.results`)).not.toContain('thesis.txt');
});

test('a stopping engine gives a backup up, or is through with it', async () => {
  await using engine = await startEngineProcess({ home });
  const load = underLoad(engine);
  while (load.acknowledged.length < 2_000) await engine.client.call('getHealth', {});
  await load.settle();
  await engine.client.call('startBackup', { body: { path: join(elsewhere, 'copy.db') } });
  expect(await engine.stop()).toBe(0);
  expect(readdirSync(elsewhere).filter((name) => name.includes('unfinished'))).toEqual([]);
});

test('large results and limits of what is kept outlive a kill; a result that was being written when it came does not', async () => {
  let engine = await startEngineProcess({ home });
  const { id } = await submitLarge(engine);
  await engine.client.call('patchRetention', { body: { dead: { count: 7 } } });
  writeFileSync(join(home, 'results', `${id}-9.json.new`), 'half of it');
  await engine.kill();
  engine = await startEngineProcess({ home });
  await using _ = engine;
  expect(await readResult(engine, id)).toBe(large + 2);
  expect((await engine.client.call('getRetention', {})).dead.count).toBe(7);
  while (existsSync(join(home, 'results', `${id}-9.json.new`))) await engine.client.call('getHealth', {});
  await engine.client.call('deleteJob', { params: { id } });
  expect(readdirSync(join(home, 'results'))).toEqual([]);
});
