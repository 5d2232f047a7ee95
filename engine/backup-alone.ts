/** A backup of a home whose engine does not run: `node engine/main.ts --backup FILE`. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Backup, BackupRequest } from '../contract/backup.ts';
import { homeFiles } from '../contract/home.ts';
import { HomeTaken, takenMessage } from './engine.ts';
import { openHome } from './home-folder.ts';
import { Backups } from './store/backup.ts';
import { lockHome } from './store/open.ts';
import { StorageError } from './store/storage-error.ts';

/**
 * Holds the home's lock, so that no engine starts meanwhile, and changes nothing in it.
 * @throws HomeTaken, Problem as `Backups.start`, StorageError
 */
export async function backUpAlone(request: BackupRequest): Promise<Backup> {
  const home = openHome();
  const unlock = lockHome(join(home, homeFiles.lock));
  if (!unlock) throw new HomeTaken(takenMessage(home));
  try {
    const source = join(home, homeFiles.database);
    if (!existsSync(source)) throw new StorageError('io', `There is no database in ${home} yet, so there is nothing to back up.`);
    const backups = new Backups({ source, resultsFolder: join(home, homeFiles.results), now: Date.now });
    const { id } = backups.start(request);
    await backups.settled();
    return backups.get(id);
  } finally {
    unlock();
  }
}
