import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { defaultRetention } from '../../contract/retention.ts';
import { listMigrations } from '../../engine/store/migrate.ts';
import { openWriter } from '../../engine/store/open.ts';
import { beforeAllEnds } from '../../engine/store/retention.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

let file: string;
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
  file = join(home, 'switchyard.db');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** As the version before left it: three jobs that have ended, in another order than they were submitted, and `padding` bytes of payload. */
function writeVersionBefore(padding = 2): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.function('error_fingerprint', (_task, _error) => 'f');
  db.function('error_sample', (_error) => 's');
  const earlier = listMigrations().filter(({ number }) => number < 6);
  for (const { name } of earlier) db.exec(readFileSync(new URL(`../../engine/store/migrations/${name}`, import.meta.url), 'utf8'));
  db.pragma(`application_id = ${0x53575944}`);
  db.pragma(`user_version = ${earlier.at(-1)?.number}`);
  const insert = db.prepare(
    `INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at, started_at,
       finished_at, timeout_ms, tags, retry, payload, result)
     VALUES (?, 0, 1000, ?, 't', 'default', 'async', 'cpu', 0, ?, 5, 5, 0, 1000, 1000, ?, 60000, '[]', '{}', ?, ?)`,
  );
  const payload = JSON.stringify({ text: 'x'.repeat(padding) });
  insert.run(1, 'completed', 1, 3_000, payload, '1');
  insert.run(2, 'completed', 1, 2_000, payload, '2');
  insert.run(3, 'cancelled', 0, 1_000, '{}', null);
  db.exec(`
    INSERT INTO attempts VALUES (1, 1, 'cpu', 1, 1000, 3000, 'succeeded', NULL), (2, 1, 'cpu', 1, 1000, 2000, 'succeeded', NULL);
    INSERT INTO counters VALUES ('default', 't', 'async', 'completed', 2), ('default', 't', 'async', 'cancelled', 1);`);
  db.close();
}

test('a home from before retention keeps its jobs, finds them by their ends, and has the limits that held before', () => {
  writeVersionBefore();
  const db = openWriter(file);
  const store = prepareStore(db);
  expect(brokenInvariants(db)).toEqual([]);
  expect(store.retention.readSettings()).toEqual(defaultRetention);
  expect(store.retention.endedBefore('completed', beforeAllEnds, 10_000, 10).map(({ seq }) => seq)).toEqual([2, 1]);
  expect(store.retention.endedBefore('completed', { finished_at: 2_000, seq: 2 }, 3_000, 10)).toEqual([]);
  expect(store.retention.endedBefore('cancelled', beforeAllEnds, 10_000, 10).map(({ seq }) => seq)).toEqual([3]);
  expect(store.jobs.readJob(1)).toMatchObject({ result: '1', result_bytes: null });
  expect(store.retention.sumResultBytes()).toBe(0);
  store.close();
});

test('a small one learns to give room back, and a large one is left as it is', () => {
  writeVersionBefore();
  let store = prepareStore(openWriter(file));
  expect(store.retention.shrinks()).toBe(true);
  expect(store.jobs.readJob(2)).toMatchObject({ result: '2' });
  store.close();
  rmSync(file);
  writeVersionBefore(40 * 1024 ** 2);
  store = prepareStore(openWriter(file));
  expect(store.retention.shrinks()).toBe(false);
  store.close();
});

test('ended jobs are found by their index, whatever else is there', () => {
  const db = openWriter(file);
  const plan = db
    .prepare<[], { detail: string }>(
      `EXPLAIN QUERY PLAN SELECT finished_at, seq FROM jobs INDEXED BY jobs_by_end WHERE state = 'completed' AND finished_at IS NOT NULL
         AND (finished_at, seq) > (1, 1) AND finished_at < 2 ORDER BY finished_at, seq LIMIT 5`,
    )
    .all()
    .map(({ detail }) => detail);
  expect(plan).toEqual([
    expect.stringMatching(
      /USING COVERING INDEX jobs_by_end \(state=\? AND finished_at>\? AND finished_at<\?\)|USING COVERING INDEX jobs_by_end/,
    ),
  ]);
  expect(plan.join()).not.toContain('TEMP B-TREE');
  db.close();
});

test('limits below nothing, and a large result of a job that is not completed, are refused', () => {
  const db = openWriter(file);
  expect(() => db.exec('UPDATE retention SET dead_count = -1')).toThrow(/CHECK/);
  expect(() => db.exec('INSERT INTO retention (one) VALUES (2)')).toThrow(/CHECK/);
  db.close();
  rmSync(file);
  writeVersionBefore();
  const migrated = openWriter(file);
  expect(() => migrated.exec('UPDATE jobs SET result_bytes = 5 WHERE seq = 1')).toThrow(/CHECK/);
  expect(() => migrated.exec('UPDATE jobs SET result_bytes = 5 WHERE seq = 3')).toThrow(/CHECK/);
  expect(migrated.prepare('UPDATE jobs SET result_bytes = 5, result = NULL WHERE seq = 1').run().changes).toBe(1);
  migrated.close();
});
