import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { errorFingerprint, errorSample } from '../../engine/store/error-fingerprint.ts';
import { jobOf } from '../../engine/store/job-row.ts';
import { listMigrations } from '../../engine/store/migrate.ts';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { brokenInvariants } from './invariants.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-migrate-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const folder = new URL('../../engine/store/migrations/', import.meta.url);

/** As the version before left it: a job that waits, and a schedule. */
function writeVersionBefore(file: string): void {
  const db = new Database(file);
  db.function('error_fingerprint', (task, error) => errorFingerprint(String(task), error === null ? null : String(error)));
  db.function('error_sample', (error) => errorSample(error === null ? null : String(error)));
  const before = listMigrations().filter(({ number }) => number < 10);
  for (const { name } of before) db.exec(readFileSync(new URL(name, folder), 'utf8'));
  db.pragma('application_id = 1398233412');
  db.pragma(`user_version = ${before.at(-1)?.number}`);
  db.exec(`
    INSERT INTO jobs (seq, nonce, created_at, state, task, queue, mode, lane, priority, attempt, max_attempts, budget, crashes, run_at, timeout_ms, tags, retry, payload)
      VALUES (1, 0, 1000000, 'available', 'shell.run', 'default', 'async', 'cpu', 0, 0, 5, 5, 0, 1000000, 60000, '[]', '{"maxAttempts":5}', '{}');
    INSERT INTO ready (queue, lane, rank, run_at, seq) VALUES ('default', 'cpu', 1000000, 1000000, 1);
    INSERT INTO counters (queue, task, mode, state, n) VALUES ('default', 'shell.run', 'async', 'available', 1);
    INSERT INTO schedules (id, every_ms, anchor_at, time_zone, task, queue, priority, tags, overlap, missed, paused, next_at, created_at, updated_at, payload)
      VALUES ('a', 1000, 0, 'UTC', 'shell.run', 'default', 0, '[]', 'skip', 'once', 0, 2000000, 1000000, 1000000, '{}');
  `);
  db.close();
}

test('a database from before there were notifications keeps its jobs and schedules, which tell nobody', () => {
  const file = join(home, 'switchyard.db');
  writeVersionBefore(file);
  const db = openWriter(file);
  expect(brokenInvariants(db)).toEqual([]);
  const store = prepareStore(db);
  const [row] = store.jobs.peekReady('default', 'cpu', 10);
  expect(row && jobOf(row).notify).toEqual([]);
  expect(store.schedules.findSchedule('a')?.notify).toBeNull();
  expect(store.deliveries.deliveriesBefore(Number.MAX_SAFE_INTEGER, 10, {})).toEqual([]);
  expect(store.endpoints.endpointsAfter(0, 10)).toEqual([]);
  store.close();
});

test('the notifications’ tables refuse what cannot be', () => {
  const db = openWriter(join(home, 'switchyard.db'));
  const delivery = (type: string, endpoint: string, state: string, ended: string, error: string) =>
    `INSERT INTO deliveries (id, job_id, event, type, endpoint_id, state, created_at, ended_at, target, error, body)
       VALUES ('a', 'b', 'job.dead', '${type}', ${endpoint}, '${state}', 1, ${ended}, 't', ${error}, '{}')`;
  for (const sql of [
    delivery('webhook', 'NULL', 'pending', 'NULL', 'NULL'),
    delivery('email', "'e'", 'pending', 'NULL', 'NULL'),
    delivery('email', 'NULL', 'pending', '2', 'NULL'),
    delivery('email', 'NULL', 'delivered', 'NULL', 'NULL'),
    delivery('email', 'NULL', 'delivered', '2', "'{}'"),
    delivery('desktop', 'NULL', 'delivered', '2', 'NULL'),
    "INSERT INTO endpoints (id, url, secret, registered, enabled, created_at, updated_at) VALUES ('a', 'u', 'plain', 1, 1, 1, 1)",
    "INSERT INTO endpoints (id, url, secret, registered, enabled, off_reason, created_at, updated_at) VALUES ('a', 'u', 'whsec_', 1, 1, 'why', 1, 1)",
  ])
    expect(() => db.exec(sql), sql).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  db.exec(delivery('email', 'NULL', 'failed', '2', "'{}'"));
  db.close();
});
