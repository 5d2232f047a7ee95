import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listMigrations } from '../../engine/store/migrate.ts';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

const number = 7;
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** As the version before left it: a job in line, and one parked behind its key. */
function writeVersionBefore(file: string): void {
  const db = new Database(file);
  const before = listMigrations().filter((migration) => migration.number < number);
  // What migrations call, which is not what is tested here.
  db.function('error_fingerprint', { deterministic: true }, (_task, _error) => null);
  db.function('error_sample', { deterministic: true }, (_error) => null);
  for (const { name } of before) db.exec(readFileSync(new URL(`../../engine/store/migrations/${name}`, import.meta.url), 'utf8'));
  db.pragma('application_id = 1398233412');
  db.pragma(`user_version = ${before.at(-1)?.number}`);
  for (const seq of [1, 2])
    db.exec(
      `INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at, timeout_ms,
         concurrency_key, tags, retry, payload)
       VALUES (${seq}, 0, 1000, 'available', 'http.request', 'default', 'async', 'io', 0, 0, 5, 5, 0, 1000, 60000, 'k', '[]', '{"maxAttempts":5}', '{}')`,
    );
  db.exec("INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES ('default', 'io', 1000, 1000, 1)");
  db.exec("INSERT INTO parked (task, key, queue, lane, rank, run_at, seq) VALUES ('http.request', 'k', 'default', 'io', 1000, 1000, 2)");
  db.exec("INSERT INTO counters (queue, task, mode, state, n) VALUES ('default', 'http.request', 'async', 'available', 2)");
  db.close();
}

test('a database from before circuits keeps its jobs, in line and parked, and they belong to none', async () => {
  const file = join(home, 'switchyard.db');
  writeVersionBefore(file);
  const db = openWriter(file);
  expect(brokenInvariants(db)).toEqual([]);
  const store = prepareStore(db);
  expect(store.circuits.listOpen()).toEqual([]);
  expect([1, 2].map((seq) => store.jobs.readJob(seq)?.circuit)).toEqual([null, null]);
  const released = await store.commit.write('must', () => store.jobs.releaseParked({ task: 'http.request', key: 'k' }, 10, 512));
  expect(released.map(({ seq }) => seq)).toEqual([2]);
  expect(brokenInvariants(db)).toEqual([]);
  store.close();
});

test('the circuits’ table refuses what cannot be', () => {
  const db = openWriter(join(home, 'switchyard.db'));
  const insert = (name: string, openings: number, probeAt: number) => () =>
    db.exec(`INSERT INTO circuits VALUES ('${name}', 10, 10, ${probeAt}, ${openings}, 10, 10, 'Error', 'm')`);
  for (const wrong of [insert('', 1, 20), insert('a', 0, 20), insert('a', 1, 9)])
    expect(wrong).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  db.close();
});
