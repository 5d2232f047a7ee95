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
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const firstSchema = new URL('../../engine/store/migrations/0001-jobs.sql', import.meta.url);

/** As the first version left it: four jobs in line, one of them with a unique key. */
function writeFirstVersion(file: string): void {
  const db = new Database(file);
  db.exec(readFileSync(firstSchema, 'utf8'));
  db.pragma('application_id = 1398233412');
  db.pragma('user_version = 1');
  db.exec("INSERT INTO queues (name, concurrency) VALUES ('narrow', 2)");
  const insert = db.prepare(
    `INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at, timeout_ms,
       unique_key, tags, retry, payload)
     VALUES (?, 0, ?, 'available', 'shell.run', 'default', 'async', 'cpu', ?, 0, 5, 5, 0, ?, 60000, ?, '[]', '{"maxAttempts":5}', '{}')`,
  );
  const ready = db.prepare("INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES ('default', 'cpu', ?, ?, ?)");
  for (const [seq, priority, at] of [
    [1, 0, 1_000_000],
    [2, 5, 1_060_000],
    [3, -5, 700_001],
    [4, 0, 999_999],
  ] as const) {
    insert.run(seq, at, priority, at, seq === 1 ? 'a' : null);
    ready.run(-priority, at, seq);
  }
  db.exec("INSERT INTO unique_keys (task, key, seq) VALUES ('shell.run', 'a', 1)");
  db.exec("INSERT INTO counters (queue, task, mode, state, n) VALUES ('default', 'shell.run', 'async', 'available', 4)");
  db.close();
}

test('a database of the first version keeps its jobs, its line in the order of age and priority, its queues and its keys', () => {
  const file = join(home, 'switchyard.db');
  writeFirstVersion(file);
  const db = openWriter(file);
  expect(brokenInvariants(db)).toEqual([]);
  const store = prepareStore(db);
  expect(store.jobs.peekReady('default', 'cpu', 10).map(({ seq }) => seq)).toEqual([2, 4, 1, 3]);
  expect(store.queues.findQueue('narrow')).toEqual({
    ...{ name: 'narrow', paused: 0, concurrency: 2, rate_max: null, rate_per_ms: null, max_backlog: null },
  });
  expect(store.jobs.uniqueHolder('shell.run', 'a', Date.now())).toMatchObject({ seq: 1, unique_scope: null, deadline_at: null });
  expect(store.counters.backlogOf('default')).toBe(4);
  store.close();
});

test('the limits’ tables refuse what cannot be', () => {
  const db = openWriter(join(home, 'switchyard.db'));
  for (const sql of [
    "INSERT INTO queues (name, rate_max) VALUES ('q', 0)",
    "INSERT INTO queues (name, max_backlog) VALUES ('q', 0)",
    "INSERT INTO rate_starts (queue, at, n) VALUES ('q', 1, 0)",
    "INSERT INTO unique_keys (task, key, seq, freed) VALUES ('t', 'k', 1, 1)",
  ])
    expect(() => db.exec(sql), sql).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  db.close();
});
