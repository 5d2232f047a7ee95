import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Enough for the end of what runs and for a WAL checkpoint. */
export const ballastBytes = 8 * 1_048_576;
/** From a full disk to the first try to put it back, and between tries, in milliseconds: what must be written goes first. */
const retryMs = 1_000;

/**
 * A file that only takes up room: on a full disk SQLite cannot even delete, so it is dropped to let what must be
 * written through. The room it leaves is for that alone: until it is back, no new jobs are to be accepted.
 */
export class Ballast {
  readonly #file: string;
  readonly #now: () => number;
  #dropped = false;
  #triedAt = Number.NEGATIVE_INFINITY;

  /** Puts it there if there is room for it now; a disk that has none goes without, to its last byte. */
  constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
    placeFile(file);
  }

  drop(): void {
    if (existsSync(this.#file)) this.#dropped = true;
    // Also when it was dropped before: what follows a full disk is not to be filled up again at once.
    this.#triedAt = this.#now();
    rmSync(this.#file, { force: true });
  }

  /** Dropped, and not back yet. Puts it back when there is room. */
  isMissing(): boolean {
    if (!this.#dropped) return false;
    if (!hasRoom(this.#file) || Math.abs(this.#now() - this.#triedAt) < retryMs) return true;
    this.#triedAt = this.#now();
    this.#dropped = !placeFile(this.#file);
    return this.#dropped;
  }
}

/** Written with data, since a sparse file would hold no blocks. @returns false when there is no room for it */
function placeFile(file: string): boolean {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.size === ballastBytes) return true;
    if (!hasRoom(file)) return false;
    const descriptor = openSync(file, 'w', 0o600);
    try {
      const block = Buffer.alloc(1_048_576, 0x5a);
      for (let written = 0; written < ballastBytes; written += block.length) writeSync(descriptor, block);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    return true;
  } catch {
    rmSync(file, { force: true });
    return false;
  }
}

function hasRoom(file: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(file));
  return bavail * bsize >= ballastBytes;
}
