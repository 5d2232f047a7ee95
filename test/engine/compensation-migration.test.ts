import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { listMigrations } from '../../engine/store/migrate.ts';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { temporaryFolder } from '../unit/engine/plain-job.ts';
import { brokenInvariants } from './invariants.ts';

/** As a version before compensations left it: a hybrid job that nothing was promised of, dead, and one that waits. */
function writeEarlierVersion(file: string): void {
  const db = new Database(file);
  db.function('error_fingerprint', { varargs: true }, () => 'f');
  db.function('error_sample', { varargs: true }, () => 's');
  const earlier = listMigrations().filter(({ number }) => number < 8);
  for (const { name } of earlier) db.exec(readFileSync(new URL(`../../engine/store/migrations/${name}`, import.meta.url), 'utf8'));
  db.pragma('application_id = 1398233412');
  db.pragma(`user_version = ${earlier.at(-1)?.number}`);
  const insert = db.prepare(
    `INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at, finished_at,
       timeout_ms, tags, retry, payload, fingerprint)
     VALUES (?, 0, 1000, ?, 'shell.run', 'default', 'async', 'cpu', 0, 0, 5, 5, 0, 1000, ?, 60000, '[]', '{"maxAttempts":5}', '{}', ?)`,
  );
  insert.run(1, 'dead', 2000, 'f');
  insert.run(2, 'available', null, null);
  db.exec(`INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES ('default', 'cpu', 1000, 1000, 2);
    INSERT INTO dead_groups (fingerprint, task, sample, n, first_at, last_at) VALUES ('f', 'shell.run', 's', 1, 2000, 2000);
    INSERT INTO counters (queue, task, mode, state, n) VALUES ('default', 'shell.run', 'async', 'dead', 1), ('default', 'shell.run', 'async', 'available', 1)`);
  db.close();
}

test('jobs of an earlier version run their task, and nothing is made up for them', () => {
  const file = join(temporaryFolder(), 'switchyard.db');
  writeEarlierVersion(file);
  const db = openWriter(file);
  expect(brokenInvariants(db)).toEqual([]);
  const store = prepareStore(db);
  for (const seq of [1, 2])
    expect(store.jobs.readJob(seq)).toMatchObject({
      ...{ purpose: 'run', on_failure: null, compensates: null, compensation: null, compensated_by: null },
    });
  store.close();
});

test('the tables refuse a rollback of nothing, and a compensation without its job', () => {
  const file = join(temporaryFolder(), 'switchyard.db');
  writeEarlierVersion(file);
  const db = openWriter(file);
  for (const change of [
    "purpose = 'rollback'",
    "purpose = 'undo'",
    "on_failure = 'rollback'",
    "compensation = 'pending'",
    "compensation = 'none', compensated_by = 'a'",
    "compensated_by = 'a'",
    "compensation = 'lost', compensated_by = 'a'",
  ])
    expect(() => db.exec(`UPDATE jobs SET ${change} WHERE seq = 1`), change).toThrow(
      expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }),
    );
  db.exec(`UPDATE jobs SET compensation = 'pending', compensated_by = 'a', on_failure = '{"rollback":true}' WHERE seq = 1`);
  db.exec(`UPDATE jobs SET compensation = 'none', compensated_by = NULL WHERE seq = 1`);
  db.close();
});
