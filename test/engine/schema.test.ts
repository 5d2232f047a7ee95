import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { jobStates } from '../../contract/states.ts';
import { listMigrations } from '../../engine/store/migrate.ts';
import { openReader, openWriter } from '../../engine/store/open.ts';

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-schema-'));
  file = join(home, 'switchyard.db');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('opening the database', () => {
  test('brings an empty file to the newest schema and marks it as ours', () => {
    const db = openWriter(file);
    expect(db.pragma('user_version', { simple: true })).toBe(listMigrations().at(-1)?.number);
    expect(db.pragma('application_id', { simple: true })).toBe(0x53575944);
    expect(db.prepare('SELECT name, paused, concurrency FROM queues').all()).toEqual([{ name: 'default', paused: 0, concurrency: null }]);
    db.close();
  });

  test('a second time changes nothing', () => {
    openWriter(file).close();
    const before = hashOf(file);
    openWriter(file).close();
    expect(hashOf(file)).toBe(before);
  });

  test('has each commit synced: a write-ahead log with synchronous=FULL', () => {
    const db = openWriter(file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    db.close();
  });

  test('refuses one that a newer version wrote, and leaves it as it is', () => {
    const db = openWriter(file);
    db.pragma('user_version = 9999');
    db.close();
    const before = hashOf(file);
    expect(() => openWriter(file)).toThrow(expect.objectContaining({ kind: 'newer-schema', message: expect.stringContaining('9999') }));
    expect(hashOf(file)).toBe(before);
    expect(readdirSync(home)).toEqual(['switchyard.db']);
  });

  test('refuses another program’s, and leaves it as it is', () => {
    const theirs = new Database(file);
    theirs.exec("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')");
    theirs.close();
    const before = hashOf(file);
    expect(() => openWriter(file)).toThrow(expect.objectContaining({ kind: 'not-ours' }));
    expect(hashOf(file)).toBe(before);
    expect(readdirSync(home)).toEqual(['switchyard.db']);
  });

  test('migrations are numbered from 1 on, each with a number of its own, and are applied in that order', () => {
    const numbers = listMigrations().map(({ number }) => number);
    expect(numbers[0]).toBe(1);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test('for long reads gives a connection that cannot write', () => {
    openWriter(file).close();
    const db = openReader(file);
    expect(() => db.exec("DELETE FROM queues WHERE name = 'default'")).toThrow(expect.objectContaining({ code: 'SQLITE_READONLY' }));
    db.close();
  });
});

describe('the schema', () => {
  const possible = {
    seq: 1,
    nonce: 0,
    created_at: 1,
    state: 'available',
    task: 'shell.run',
    queue: 'default',
    mode: 'async',
    lane: 'cpu',
    priority: 0,
    attempt: 0,
    max_attempts: 5,
    budget: 5,
    crashes: 0,
    run_at: 1,
    started_at: null as number | null,
    finished_at: null as number | null,
    timeout_ms: 1,
    tags: '[]',
    retry: '{}',
    payload: '{}',
    result: null as string | null,
  };
  let db: Database.Database;
  beforeEach(() => {
    db = openWriter(file);
  });
  afterEach(() => db.close());

  const insert = (changes: Record<string, unknown>) => {
    const row = { ...possible, ...changes };
    const columns = Object.keys(row);
    db.prepare(`INSERT INTO jobs (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})`).run(row);
  };

  const lives: Record<(typeof jobStates)[number], Record<string, unknown>> = {
    blocked: {},
    scheduled: {},
    available: {},
    executing: { attempt: 1, started_at: 2 },
    retryable: { attempt: 1, started_at: 2 },
    completed: { attempt: 1, started_at: 2, finished_at: 3, result: 'null' },
    dead: { attempt: 5, started_at: 2, finished_at: 3 },
    cancelled: { finished_at: 3 },
  };

  test.each(jobStates)('takes a possible job that is %s', (state) => {
    insert({ state, ...lives[state] });
    expect(db.prepare('SELECT state FROM jobs').pluck().all()).toEqual([state]);
  });

  test.each<[what: string, row: Record<string, unknown>]>([
    ['in a state that there is not', { state: 'lost' }],
    ['in a mode that there is not', { mode: 'later' }],
    ['on a lane that there is not', { lane: 'gpu' }],
    ['more urgent than 100', { priority: 101 }],
    ['less urgent than −100', { priority: -101 }],
    ['with a negative number of attempts', { attempt: -1 }],
    ['with more attempts than it may have', { attempt: 6 }],
    ['that was granted no attempts', { budget: 0 }],
    ['that was granted more attempts than it may have', { budget: 6 }],
    ['with negative blame', { crashes: -0.5 }],
    ['without a time limit', { timeout_ms: 0 }],
    ['whose tags are no JSON', { tags: 'photos' }],
    ['whose policy is no JSON', { retry: 'often' }],
    ['that has ended without a time', { state: 'dead', attempt: 5 }],
    ['that waits and has ended', { finished_at: 3 }],
    ['that runs without an attempt', { state: 'executing', started_at: 2 }],
    ['that runs without a start', { state: 'executing', attempt: 1 }],
    ['that died with a result', { state: 'dead', attempt: 5, finished_at: 3, result: '1' }],
    ['that waits with a result', { result: '1' }],
  ])('refuses a job %s', (_, row) => {
    expect(() => insert(row)).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  });

  test.each([
    ['an attempt with an outcome that there is not', "INSERT INTO attempts VALUES (1, 1, 'cpu', NULL, 1, 2, 'bored', NULL)"],
    ['a log line of a stream that there is not', "INSERT INTO logs VALUES (1, 1, 1, 1, 'stdin', 'x')"],
    ['a queue that is half paused', "INSERT INTO queues (name, paused) VALUES ('q', 2)"],
    ['a queue that runs nothing at once', "INSERT INTO queues (name, concurrency) VALUES ('q', 0)"],
    ['a count below zero', "INSERT INTO counters VALUES ('q', 't', 'async', 'available', -1)"],
    ['measurements that are no JSON', "INSERT INTO task_stats VALUES ('t', 'x')"],
    ['a minute that is no JSON', "INSERT INTO series VALUES (1, 'x')"],
  ])('refuses %s', (_, sql) => {
    expect(() => db.exec(sql)).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_CHECK' }));
  });

  test('takes no text for a number, in any table', () => {
    const loose = db.prepare<[], string>(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    expect(loose.pluck().all()).toEqual([]);
    expect(() => insert({ timeout_ms: 'long' })).toThrow(expect.objectContaining({ code: 'SQLITE_CONSTRAINT_DATATYPE' }));
  });

  test('lets only one job hold a unique key of a task', () => {
    db.exec("INSERT INTO unique_keys (task, key, seq) VALUES ('t', 'k', 1)");
    expect(() => db.exec("INSERT INTO unique_keys (task, key, seq) VALUES ('t', 'k', 2)")).toThrow(/UNIQUE/);
    db.exec("INSERT INTO unique_keys (task, key, seq) VALUES ('other', 'k', 2)");
  });
});
