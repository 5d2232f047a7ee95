/**
 * The files on which the engine holds locks. The kernel drops all of a process's locks on a file when any thread of it closes any
 * descriptor of that file (fcntl_locking(2)): another engine could then take the home, and whoever opens the database would take
 * itself for the last one and throw its log away, with jobs that were acknowledged.
 */

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFiles } from '../../contract/home.ts';
import { failForGood } from '../task-errors.ts';

type Identity = { dev: number; ino: number };

const names = [homeFiles.lock, ...['', '-wal', '-shm', '-journal'].map((suffix) => `${homeFiles.database}${suffix}`)];

/** By what they are, since a link has another path. */
export async function lockedFiles(home: string): Promise<(file: Identity) => boolean> {
  const found = await Promise.all(names.map((name) => stat(join(home, name)).catch(() => null)));
  return ({ dev, ino }) => found.some((file) => file !== null && file.dev === dev && file.ino === ino);
}

/** @throws an error that is not retried */
export function refuseLocked(path: string): never {
  throw failForGood(`${path} belongs to the engine that runs this job and may not be opened here; make a backup and use that`);
}
