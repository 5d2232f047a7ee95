import { chmodSync, closeSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import { formatJobId } from './job-id.ts';
import { migrate, refuseForeign } from './migrate.ts';
import { StorageError, storageErrorOf } from './storage-error.ts';

/**
 * Opens the one writing connection, brings the schema up to date and asserts what durability rests on.
 * @throws StorageError and leaves what is in the file as it was
 */
export function openWriter(file: string): Database.Database {
  let db: Database.Database | undefined;
  try {
    makePrivate(file);
    db = new Database(file);
    db.pragma('busy_timeout = 5000');
    refuseForeign(db);
    // Before the first table, and before the log: later it takes a VACUUM. Free pages are given back by retention, never by a commit.
    if (db.pragma('page_count', { simple: true }) === 0) db.pragma('auto_vacuum = INCREMENTAL');
    db.pragma('journal_mode = WAL');
    // better-sqlite3 is built with NORMAL in WAL, under which a power cut loses acknowledged commits.
    db.pragma('synchronous = FULL');
    // The reader's thread moves the log into the database; the writer does so itself, inside a COMMIT, only if that falls behind.
    db.pragma('wal_autocheckpoint = 8000');
    db.pragma('foreign_keys = ON');
    migrate(db);
    makeShrinkable(db);
    if (db.pragma('journal_mode', { simple: true }) !== 'wal')
      throw new StorageError('io', `${file} does not take a write-ahead log; choose a home on a local disk.`);
    if (db.pragma('synchronous', { simple: true }) !== 2) throw new StorageError('io', 'SQLite did not take synchronous=FULL.');
    return db;
  } catch (error) {
    db?.close();
    const storage = storageErrorOf(error);
    throw storage && storage !== error ? new StorageError(storage.kind, `${file}: ${storage.message}`, error) : error;
  }
}

/** A VACUUM of so much takes a second or two. */
const smallBytes = 64 * 1024 ** 2;

/**
 * A database of a version that did not give back what is deleted. A small one is rewritten at once; a large one is left as it
 * is, since a start must not take minutes: its free pages are reused, and `GET /v1/retention` says that it does not shrink.
 */
function makeShrinkable(db: Database.Database): void {
  if (db.pragma('auto_vacuum', { simple: true }) !== 0) return;
  const number = (name: string) => db.pragma(name, { simple: true }) as number;
  if (number('page_count') * number('page_size') > smallBytes) return;
  try {
    db.pragma('auto_vacuum = INCREMENTAL');
    db.exec('VACUUM');
  } catch (error) {
    // It needs its size once more on the disk; without that it stays as it was.
    if (storageErrorOf(error)?.kind !== 'full') throw error;
  }
}

/** A connection that can only read, for long queries off the main thread. */
export function openReader(file: string): Database.Database {
  const db = new Database(file, { readonly: true });
  db.pragma('busy_timeout = 5000');
  db.pragma('query_only = ON');
  db.function('job_id', { deterministic: true }, (seq, createdAt, nonce) =>
    formatJobId({ seq: Number(seq), createdAt: Number(createdAt), nonce: Number(nonce) }),
  );
  return db;
}

/** A connection that only moves the log into the database, off the main thread. */
export function openCheckpointer(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true });
  db.pragma('busy_timeout = 0');
  // Of the log before what it held is overwritten, and of the database before the log is used anew.
  db.pragma('synchronous = FULL');
  return db;
}

/** How often the home's lock is asked for before another engine is believed to hold it: a fifth of a second in all. */
const lockTries = 5;

/**
 * Takes the home's lock and keeps it until the process ends: the kernel frees it even after SIGKILL. It is SQLite's own
 * file lock on a file of its own, so that no native module is needed for it. The file must never be opened
 * elsewhere in this process: closing any descriptor of it would drop the POSIX lock.
 * @param pause between two tries; not the same for any two engines
 * @returns a function that frees it, or null when another engine holds it.
 */
export function lockHome(file: string, pause = pauseAMoment): (() => void) | null {
  makePrivate(file);
  for (let tries = 1; ; tries++) {
    const unlock = tryLock(file);
    if (unlock || tries === lockTries) return unlock;
    // Two that start at the same moment may each find the other on its way to the lock: not at the same moment a second time.
    pause();
  }
}

function pauseAMoment(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10 + Math.random() * 40);
}

function tryLock(file: string): (() => void) | null {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma('journal_mode = DELETE');
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    return () => db.close();
  } catch (error) {
    db.close();
    const storage = storageErrorOf(error);
    if (storage?.kind === 'busy') return null;
    throw storage ?? error;
  }
}

/** SQLite gives its side files (-wal, -shm, -journal) the mode of the database. Before the first connection: see `lockHome`. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}
