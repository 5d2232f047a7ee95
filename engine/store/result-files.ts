import { createReadStream, mkdirSync, type ReadStream, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseResultFileName, resultFileName } from '../../contract/result-file.ts';
import { type JobRow, jobIdOf } from './job-row.ts';

type FileKey = Pick<JobRow, 'seq' | 'created_at' | 'nonce' | 'attempt'>;

/** Names looked at before others get their turn. */
const sweepPage = 200;

/**
 * The folder of large results. Threads write into it (workers/result-file.ts) and sync before they say that they have ended;
 * a file belongs to its job from the commit of that end on. A file of no such job is left of an engine that was killed, or of
 * an end that the fence refused.
 */
export class ResultFiles {
  readonly #folder: string;
  #bytes: number;

  /** @param bytes of all that the database knows */
  constructor(folder: string, bytes: number) {
    this.#folder = folder;
    this.#bytes = bytes;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** After the commit. */
  added(row: JobRow): void {
    this.#bytes += row.result_bytes ?? 0;
  }

  /** After the commit that deleted its job. */
  remove(row: JobRow): void {
    if (row.result_bytes === null) return;
    this.#bytes -= row.result_bytes;
    this.discard(jobIdOf(row), row.attempt);
  }

  /** Of an attempt that no longer held its job. */
  discard(jobId: string, attempt: number): void {
    this.#delete(resultFileName(jobId, attempt));
  }

  /** null: it is not there, or not whole. */
  open(row: FileKey & Pick<JobRow, 'result_bytes'>): (() => ReadStream) | null {
    const path = join(this.#folder, resultFileName(jobIdOf(row), row.attempt));
    const size = statSync(path, { throwIfNoEntry: false })?.size;
    return size === row.result_bytes ? () => createReadStream(path) : null;
  }

  /** What is there now. Before the first thread starts this is all that earlier engines left. */
  list(): string[] {
    return readdirSync(this.#folder);
  }

  /** Deletes of `names` what belongs to no job. @returns how many */
  async sweep(names: readonly string[], isOwned: (jobId: string, attempt: number) => boolean): Promise<number> {
    let deleted = 0;
    for (let at = 0; at < names.length; at += sweepPage) {
      for (const name of names.slice(at, at + sweepPage)) {
        const key = parseResultFileName(name);
        if (key && isOwned(key.jobId, key.attempt)) continue;
        this.#delete(name);
        deleted++;
      }
      await nextTurn();
    }
    return deleted;
  }

  #delete(name: string): void {
    try {
      rmSync(join(this.#folder, name), { force: true });
    } catch {
      // It stays until the next start looks for what belongs to nobody.
    }
  }
}
