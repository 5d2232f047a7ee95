/** The thread that writes one backup. It ends by itself, so it may hold a database connection. */

import { closeSync, copyFileSync, existsSync, fsyncSync, linkSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { type Backup, backupResultsSuffix } from '../../contract/backup.ts';
import { resultFileName } from '../../contract/result-file.ts';
import { jobIdOf } from './job-row.ts';

export type BackupOrder = { source: string; resultsFolder: string; target: string /** Not 0: stop. */; stop: SharedArrayBuffer };
export type BackupNews = Pick<Backup, 'stage' | 'bytes' | 'bytesDone' | 'results'> | { failed: string } | { done: true };

type ResultKey = { seq: number; created_at: number; nonce: number; attempt: number; result_bytes: number };

/** Pages a step: 2 MiB, so that the news of it are fresh and a stop is heard. */
const stepPages = 512;

const port = parentPort;
if (!port) throw new Error('backup-thread runs only as a worker thread');
const { source, resultsFolder, target, stop } = workerData as BackupOrder;
const stopped = new Int32Array(stop);
const unfinished = `${target}.unfinished`;
/** Of the backup that is replaced, until the new one stands under its name. */
const replacedResults = `${target}.replaced${backupResultsSuffix}`;
const results: Backup['results'] = { files: 0, bytes: 0, missing: 0 };
let told = { bytes: 0, bytesDone: 0 };

try {
  await writeBackup();
  port.postMessage({ done: true } satisfies BackupNews);
} catch (error) {
  if (existsSync(unfinished)) restoreReplaced();
  for (const path of [unfinished, `${unfinished}-journal`, unfinished + backupResultsSuffix])
    rmSync(path, { recursive: true, force: true });
  port.postMessage({ failed: error instanceof Error ? error.message : String(error) } satisfies BackupNews);
}

async function writeBackup(): Promise<void> {
  // Left of a backup that was cut off.
  if (existsSync(unfinished)) restoreReplaced();
  rmSync(replacedResults, { recursive: true, force: true });
  rmSync(unfinished, { force: true });
  rmSync(unfinished + backupResultsSuffix, { recursive: true, force: true });
  closeSync(openSync(unfinished, 'wx', 0o600));
  await copyDatabase();
  tell('checking', 0, 0);
  checkDatabase();
  tell('syncing', 0, 0);
  syncPath(unfinished);
  // The database last: where it stands under its name, all of the backup is there, and until then all of the one before.
  if (existsSync(target + backupResultsSuffix)) renameSync(target + backupResultsSuffix, replacedResults);
  if (results.files > 0) {
    syncPath(unfinished + backupResultsSuffix);
    renameSync(unfinished + backupResultsSuffix, target + backupResultsSuffix);
  }
  renameSync(unfinished, target);
  syncPath(dirname(target));
  rmSync(replacedResults, { recursive: true, force: true });
}

/** The database that stands under its name is the one before: so are its results. */
function restoreReplaced(): void {
  if (!existsSync(replacedResults)) return;
  rmSync(target + backupResultsSuffix, { recursive: true, force: true });
  renameSync(replacedResults, target + backupResultsSuffix);
}

/**
 * SQLite's backup begins anew whenever another connection has written. Inside a read transaction it sees one moment from its
 * first page to its last, and what the engine writes meanwhile waits in the log. (VACUUM INTO would do the same, but says nothing
 * on the way and hears of no stop.)
 */
async function copyDatabase(): Promise<void> {
  const db = new Database(source, { readonly: true });
  try {
    db.pragma('busy_timeout = 5000');
    const pageBytes = db.pragma('page_size', { simple: true }) as number;
    db.exec('BEGIN');
    // The moment is that of the first read.
    const keys = db
      .prepare<[], ResultKey>('SELECT seq, created_at, nonce, attempt, result_bytes FROM jobs WHERE result_bytes IS NOT NULL ORDER BY seq')
      .all();
    // First, as their jobs may be deleted before the database is through.
    copyResults(keys);
    await db.backup(unfinished, {
      progress({ totalPages, remainingPages }) {
        refuseWhenStopped();
        tell('copying', totalPages * pageBytes, (totalPages - remainingPages) * pageBytes);
        return stepPages;
      },
    });
    db.exec('COMMIT');
  } finally {
    db.close();
  }
}

/** Files of results never change, so a second name for one is as good as a copy; on another disk it is a copy. */
function copyResults(keys: readonly ResultKey[]): void {
  if (keys.length === 0) return;
  const folder = unfinished + backupResultsSuffix;
  mkdirSync(folder, { mode: 0o700 });
  for (const key of keys) {
    refuseWhenStopped();
    const name = resultFileName(jobIdOf(key), key.attempt);
    if (!copyResult(join(resultsFolder, name), join(folder, name))) {
      results.missing++;
      continue;
    }
    results.files++;
    results.bytes += key.result_bytes;
  }
}

/** @returns false when it is not there */
function copyResult(from: string, to: string): boolean {
  try {
    try {
      linkSync(from, to);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') throw error;
      copyFileSync(from, to);
      syncPath(to);
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** As a whole, indexes included; then it is made one file that needs no log beside it. */
function checkDatabase(): void {
  const db = new Database(unfinished);
  try {
    const found = db.pragma('integrity_check(5)', { simple: true });
    if (found !== 'ok') throw new Error(`The copy is not sound, so the database is damaged: ${String(found)}`);
    db.pragma('journal_mode = DELETE');
  } finally {
    db.close();
  }
}

function refuseWhenStopped(): void {
  if (Atomics.load(stopped, 0) !== 0) throw new Error('The engine was stopped before the backup was through.');
}

function tell(stage: Backup['stage'], bytes: number, bytesDone: number): void {
  if (stage === 'copying') told = { bytes, bytesDone };
  else told = { bytes: told.bytes, bytesDone: told.bytes };
  port?.postMessage({ stage, ...told, results } satisfies BackupNews);
}

function syncPath(path: string): void {
  // Windows opens no folders; NTFS keeps names in its journal.
  if (process.platform === 'win32' && isFolder(path)) return;
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function isFolder(path: string): boolean {
  try {
    readdirSync(path);
    return true;
  } catch {
    return false;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
