import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migration-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A database as the first version left it, with jobs in it. */
function firstVersion(file: string): void {
  const db = new Database(file);
  db.exec(readFileSync(new URL('../../engine/store/migrations/0001-jobs.sql', import.meta.url), 'utf8'));
  db.pragma('application_id = 0x53575944');
  db.pragma('user_version = 1');
  const insert = db.prepare(
    `INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at,
       started_at, finished_at, timeout_ms, tags, retry, error, payload)
     VALUES (?, 0, 1, ?, 'fetch', 'default', 'async', 'io', 0, 1, 1, 1, 0, 1, 2, ?, 1000, '[]', '{}', ?, '{}')`,
  );
  const attempt = db.prepare("INSERT INTO attempts VALUES (?, 1, 'io', 1, 2, ?, ?, ?)");
  const error = (n: number) => JSON.stringify({ name: 'Error', message: n % 3 === 0 ? `order ${n} is gone` : `timed out after ${n} ms` });
  for (let n = 1; n <= 9; n++) {
    insert.run(n, 'dead', 100 + n, error(n));
    attempt.run(n, 100 + n, 'failed', error(n));
  }
  insert.run(10, 'dead', 110, null);
  attempt.run(10, 110, 'failed', null);
  insert.run(11, 'cancelled', 111, error(11));
  attempt.run(11, 111, 'cancelled', null);
  db.exec("INSERT INTO counters VALUES ('default', 'fetch', 'async', 'dead', 10), ('default', 'fetch', 'async', 'cancelled', 1)");
  db.close();
}

test('jobs that were dead before there were groups are in theirs, counted', () => {
  const file = join(home, 'switchyard.db');
  firstVersion(file);
  const db = openWriter(file);
  const store = prepareStore(db);
  expect(store.deadGroups.listGroups(null, 10)).toMatchObject([
    { task: 'fetch', sample: 'Error: timed out after 1 ms', n: 6, first_at: 101, last_at: 108 },
    { task: 'fetch', n: 3, first_at: 103, last_at: 109 },
    { task: 'fetch', sample: 'Error: no reason was kept', n: 1, first_at: 110, last_at: 110 },
  ]);
  expect(brokenInvariants(db)).toEqual([]);
  // And they leave it as those do that died since.
  const job = store.jobs.readJob(1);
  if (job) store.jobs.deleteJob(job, Date.now());
  store.counters.flush();
  expect(brokenInvariants(db)).toEqual([]);
  store.close();
});
