import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listMigrations } from '../../engine/store/migrate.ts';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

const number = 13;
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const tagsBySeq: Record<number, string[]> = { 1: [], 2: ['red'], 3: ['red', 'blue', 'red'], 7: ['Grüße "a"'] };

/** As the version before left it: jobs with and without tags. */
function writeVersionBefore(file: string): void {
  const db = new Database(file);
  const before = listMigrations().filter((migration) => migration.number < number);
  // What migrations call, which is not what is tested here.
  db.function('error_fingerprint', { deterministic: true }, (_task, _error) => null);
  db.function('error_sample', { deterministic: true }, (_error) => null);
  for (const { name } of before) db.exec(readFileSync(new URL(`../../engine/store/migrations/${name}`, import.meta.url), 'utf8'));
  db.pragma('application_id = 1398233412');
  db.pragma(`user_version = ${before.at(-1)?.number}`);
  const insert = db.prepare(
    `INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at, timeout_ms,
       tags, retry, payload)
     VALUES (?, 0, 1000, 'available', 'http.request', 'default', 'async', 'io', 0, 0, 5, 5, 0, 1000, 60000, ?, '{"maxAttempts":5}', '{}')`,
  );
  for (const [seq, tags] of Object.entries(tagsBySeq)) {
    insert.run(Number(seq), JSON.stringify(tags));
    db.exec(`INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES ('default', 'io', 1000, 1000, ${seq})`);
  }
  db.exec("INSERT INTO counters (queue, task, mode, state, n) VALUES ('default', 'http.request', 'async', 'available', 4)");
  db.close();
}

test('jobs from before tags had a table of their own are found by their tags, changed and deleted as others', () => {
  const file = join(home, 'switchyard.db');
  writeVersionBefore(file);
  const db = openWriter(file);
  expect(brokenInvariants(db)).toEqual([]);
  expect(db.prepare('SELECT * FROM job_tags').all()).toEqual([
    { tag: 'Grüße "a"', seq: 7 },
    { tag: 'blue', seq: 3 },
    { tag: 'red', seq: 2 },
    { tag: 'red', seq: 3 },
  ]);
  const store = prepareStore(db);
  const [second, third] = [2, 3].map((seq) => store.jobs.readJob(seq));
  if (!second || !third) throw new Error('jobs are missing');
  store.jobs.amendWaiting(second, { ...second, tags: '["green"]' });
  store.jobs.deleteJob(third, 2000);
  store.counters.flush();
  expect(brokenInvariants(db)).toEqual([]);
  expect(db.prepare('SELECT tag FROM job_tags').pluck().all()).toEqual(['Grüße "a"', 'green']);
  store.close();
});
