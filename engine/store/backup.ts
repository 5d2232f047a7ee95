import { randomUUID } from 'node:crypto';
import { existsSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, resolve, sep } from 'node:path';
import { Worker } from 'node:worker_threads';
import { type Backup, type BackupRequest, backupResultsSuffix } from '../../contract/backup.ts';
import { invalid, Problem } from '../../contract/errors.ts';
import type { BackupNews, BackupOrder } from './backup-thread.ts';
import { ballastBytes } from './ballast.ts';
import { timeOf } from './job-row.ts';

/** Those that have ended are remembered so long as others do not push them out. */
const remembered = 20;

type Running = { backup: Backup; worker: Worker; stop: Int32Array; ended: Promise<void> };

export type BackupParts = {
  /** The database's file. */
  source: string;
  resultsFolder: string;
  now: () => number;
};

/** One at a time, each on a thread of its own, while everything else goes on. */
export class Backups {
  readonly #parts: BackupParts;
  readonly #backups = new Map<string, Backup>();
  #running: Running | null = null;

  constructor(parts: BackupParts) {
    this.#parts = parts;
  }

  /** @throws Problem invalid-request, wrong-state when one runs or the file is there and `force` is not set, storage-full */
  start({ path, force }: BackupRequest): Backup {
    if (this.#running) throw new Problem('wrong-state', `A backup to ${this.#running.backup.path} runs; one at a time.`);
    const target = checkedTarget(path, force, dirname(this.#parts.source));
    refuseWithoutRoom(target, this.#parts.source);
    const backup: Backup = {
      ...{ id: randomUUID(), path: target, state: 'running', stage: 'copying', bytes: 0, bytesDone: 0 },
      ...{ results: { files: 0, bytes: 0, missing: 0 }, startedAt: timeOf(this.#parts.now()), finishedAt: null, reason: null },
    };
    this.#remember(backup);
    this.#running = this.#begin(backup, target);
    return { ...backup };
  }

  /** @throws Problem not-found */
  get(id: string): Backup {
    const backup = this.#backups.get(id);
    if (!backup) throw new Problem('not-found', `There is no backup ${id}; one is remembered until the engine stops.`);
    return { ...backup };
  }

  /** Of the one that runs now. */
  async settled(): Promise<void> {
    await this.#running?.ended;
  }

  /** What runs is given up, and leaves no file. */
  async close(): Promise<void> {
    if (this.#running) Atomics.store(this.#running.stop, 0, 1);
    await this.settled();
  }

  #begin(backup: Backup, target: string): Running {
    const { source, resultsFolder } = this.#parts;
    const stop = new SharedArrayBuffer(4);
    const entry = import.meta.url.endsWith('.ts') ? './backup-thread.ts' : './backup-thread.js';
    const worker = new Worker(new URL(entry, import.meta.url), {
      workerData: { source, resultsFolder, target, stop } satisfies BackupOrder,
      name: 'backup',
    });
    let failure: string | null = 'Its thread ended before it was through.';
    worker.on('message', (news: BackupNews) => {
      if ('failed' in news) failure = news.failed;
      else if ('done' in news) failure = null;
      else Object.assign(backup, news);
    });
    worker.on('error', (error) => {
      failure = String(error);
    });
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', () => {
        backup.state = failure === null ? 'completed' : 'failed';
        backup.reason = failure;
        backup.finishedAt = timeOf(this.#parts.now());
        this.#running = null;
        resolve();
      });
    });
    return { backup, worker, stop: new Int32Array(stop), ended };
  }

  #remember(backup: Backup): void {
    this.#backups.set(backup.id, backup);
    const [oldest] = this.#backups.keys();
    if (this.#backups.size > remembered && oldest !== undefined) this.#backups.delete(oldest);
  }
}

function checkedTarget(path: string, force: boolean, home: string): string {
  if (!isAbsolute(path)) throw invalid('/path', 'must be absolute: the engine has a working folder of its own');
  const target = resolve(path);
  if (target === home || target.startsWith(home + sep))
    throw invalid('/path', 'must lie outside of the home: a backup beside what it backs up is lost with it');
  const folder = statSync(dirname(target), { throwIfNoEntry: false });
  if (!folder?.isDirectory()) throw invalid('/path', `there is no folder ${dirname(target)}`);
  const there = statSync(target, { throwIfNoEntry: false });
  if (there && !there.isFile()) throw invalid('/path', `${basename(target)} is there and is no file`);
  if (!force)
    for (const path of [target, target + backupResultsSuffix])
      if (existsSync(path)) throw new Problem('wrong-state', `${path} is there already. Choose another name, or replace it with force.`);
  return target;
}

function refuseWithoutRoom(target: string, source: string): void {
  const { bavail, bsize } = statfsSync(dirname(target));
  const { size } = statSync(source);
  // The ballast's size stays free: on the home's own disk a backup must not stop the queue.
  if (bavail * bsize < size + ballastBytes)
    throw new Problem(
      'storage-full',
      `The backup takes ${size} bytes, and ${dirname(target)} has ${bavail * bsize} free. Nothing was written.`,
    );
}
