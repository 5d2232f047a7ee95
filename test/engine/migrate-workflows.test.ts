import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorFingerprint, errorSample } from '../../engine/store/error-fingerprint.ts';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** As the version before workflows left it: a job in line and one that has ended. */
function writeFourthVersion(file: string): void {
  const db = new Database(file);
  db.function('error_fingerprint', (task, error) => errorFingerprint(String(task), error === null ? null : String(error)));
  db.function('error_sample', (error) => errorSample(error === null ? null : String(error)));
  for (const name of ['0001-jobs', '0002-schedules', '0003-dead-letters', '0004-limits'])
    db.exec(readFileSync(new URL(`../../engine/store/migrations/${name}.sql`, import.meta.url), 'utf8'));
  db.pragma('application_id = 1398233412');
  db.pragma('user_version = 4');
  const columns = 'seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at';
  db.exec(`
    INSERT INTO jobs (${columns}, started_at, finished_at, timeout_ms, tags, retry, payload, result) VALUES
      (1, 5, 1000, 'completed', 'shell.run', 'default', 'async', 'cpu', 0, 1, 5, 5, 0, 1000, 1001, 1002, 60000, '[]', '{}', '{}', '2'),
      (2, 6, 2000, 'available', 'shell.run', 'default', 'async', 'cpu', 0, 0, 5, 5, 0, 2000, NULL, NULL, 60000, '[]', '{}', '{}', NULL);
    INSERT INTO ready VALUES ('default', 'cpu', 2000, 2000, 2);
    INSERT INTO attempts VALUES (1, 1, 'cpu', 1, 1001, 1002, 'succeeded', NULL);
    INSERT INTO counters VALUES ('default', 'shell.run', 'async', 'completed', 1), ('default', 'shell.run', 'async', 'available', 1);`);
  db.close();
}

test('a home from before workflows keeps its jobs, which belong to none', () => {
  const file = join(home, 'switchyard.db');
  writeFourthVersion(file);
  const db = openWriter(file);
  expect(brokenInvariants(db)).toEqual([]);
  const store = prepareStore(db);
  expect(store.jobs.readJob(1)).toMatchObject({ state: 'completed', result: '2', workflow_id: null });
  expect(store.jobs.peekReady('default', 'cpu', 10)).toMatchObject([{ seq: 2, workflow_id: null }]);
  expect(store.workflows.workflowsBefore(Number.MAX_SAFE_INTEGER, [], 10)).toEqual([]);
  store.close();
});

test('the workflows’ tables refuse what cannot be', () => {
  const db = openWriter(join(home, 'switchyard.db'));
  const workflow = "INSERT INTO workflows (id, on_failure, state, created_at, finished_at, dead) VALUES ('w',";
  for (const sql of [
    `${workflow} 'block', 'running', 1, 2, 0)`,
    `${workflow} 'block', 'failed', 1, NULL, 0)`,
    `${workflow} 'ignore', 'running', 1, NULL, 0)`,
    `${workflow} 'block', 'running', 1, NULL, -1)`,
    "INSERT INTO workflow_jobs VALUES (1, 0, 'a', 1, -1)",
    "INSERT INTO workflow_edges VALUES (1, 0, 1, 'block', 2)",
  ])
    expect(() => db.exec(sql), sql).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  db.close();
});
