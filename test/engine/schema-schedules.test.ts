import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-schema-'));
  file = join(home, 'switchyard.db');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A home as the version before schedules left it: a job that waits and one that has ended. */
function writeFirstSchema(): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.exec(readFileSync(new URL('../../engine/store/migrations/0001-jobs.sql', import.meta.url), 'utf8'));
  db.pragma(`application_id = ${0x53575944}`);
  db.pragma('user_version = 1');
  const columns = 'seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at';
  db.exec(`
    INSERT INTO jobs (${columns}, started_at, finished_at, timeout_ms, tags, retry, payload, result) VALUES
      (1, 5, 1000, 'completed', 'shell.run', 'default', 'async', 'cpu', 0, 1, 5, 5, 0, 1000, 1001, 1002, 60000, '["a"]', '{}', '{"n":1}', '2'),
      (2, 6, 2000, 'available', 'shell.run', 'default', 'auto', 'cpu', 3, 0, 5, 5, 0, 2000, NULL, NULL, 60000, '[]', '{}', '{}', NULL);
    INSERT INTO ready VALUES ('default', 'cpu', -3, 2000, 2);
    INSERT INTO attempts VALUES (1, 1, 'cpu', 1, 1001, 1002, 'succeeded', NULL);
    INSERT INTO counters VALUES ('default', 'shell.run', 'async', 'completed', 1), ('default', 'shell.run', 'auto', 'available', 1);
    INSERT INTO queues VALUES ('photos', 1, 2);`);
  db.close();
}

test('a home from before schedules keeps its jobs, which no schedule made', () => {
  writeFirstSchema();
  const store = prepareStore(openWriter(file));
  expect(store.jobs.readJob(1)).toMatchObject({ state: 'completed', result: '2', payload: '{"n":1}', schedule_slot: null });
  expect(store.jobs.peekReady('default', 'cpu', 10)).toMatchObject([{ seq: 2, priority: 3, schedule_slot: null }]);
  expect(store.queues.findQueue('photos')).toMatchObject({ name: 'photos', paused: 1, concurrency: 2 });
  expect(store.schedules.schedulesAfter('', 10)).toEqual([]);
  store.close();
  const db = new Database(file, { readonly: true });
  expect(brokenInvariants(db)).toEqual([]);
  db.close();
});

const possible = {
  ...{
    id: 'a',
    cron: '* * * * *' as string | null,
    every_ms: null as number | null,
    anchor_at: 0,
    time_zone: 'UTC',
    task: 't',
    queue: 'q',
  },
  ...{ priority: 0, tags: '[]', overlap: 'skip', missed: 'once', paused: 0, next_at: 1 as number | null, created_at: 0, updated_at: 0 },
  payload: '{}',
};

test.each<[what: string, row: Record<string, unknown>]>([
  ['with neither pattern nor interval', { cron: null }],
  ['with both', { every_ms: 5 }],
  ['of an interval of nothing', { cron: null, every_ms: 0 }],
  ['that overlaps in a way there is not', { overlap: 'allow' }],
  ['that makes up for what it missed in a way there is not', { missed: 'twice' }],
  ['that is paused and has a next slot', { paused: 1 }],
  ['that is too urgent', { priority: 101 }],
  ['whose tags are no JSON', { tags: 'x' }],
  ['that ran without a job', { run_at: 1 }],
  ['that skipped a slot without a reason', { skipped_at: 1, skipped_slot_at: 1 }],
])('a schedule %s is refused', (_, changes) => {
  const db = openWriter(file);
  const insert = (row: Record<string, unknown>) => {
    const columns = Object.keys(row);
    db.prepare(`INSERT INTO schedules (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`).run(row);
  };
  insert(possible);
  expect(() => insert({ ...possible, id: 'b', ...changes })).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  db.close();
});

test('a slot of a schedule has one job, whatever else goes wrong', () => {
  writeFirstSchema();
  const db = openWriter(file);
  db.exec("UPDATE jobs SET schedule_slot = 'a@000000000000001' WHERE seq = 1");
  expect(() => db.exec("UPDATE jobs SET schedule_slot = 'a@000000000000001' WHERE seq = 2")).toThrow(/UNIQUE/);
  db.close();
});
