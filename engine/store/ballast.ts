import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs';

/** Enough for the end of what runs and for a WAL checkpoint. */
export const ballastBytes = 8 * 1_048_576;

/**
 * A file that only takes up room: on a full disk SQLite cannot even delete, so it is removed to let what must be
 * written through. Written with data, since a sparse file would hold no blocks.
 * @returns false when there is no room for it now
 */
export function placeBallast(file: string): boolean {
  try {
    if (statSync(file, { throwIfNoEntry: false })?.size === ballastBytes) return true;
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

export function dropBallast(file: string): void {
  rmSync(file, { force: true });
}
