/** What the engine's program does to a home whose engine does not run, instead of running it. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Backup, BackupRequest } from '../contract/backup.ts';
import type { Finding } from '../contract/diagnosis.ts';
import { homeFiles } from '../contract/home.ts';
import { HomeTaken, takenMessage } from './engine.ts';
import { findHome, isListening, openHome } from './home-folder.ts';
import { inspectionFindings } from './queue/diagnosis-words.ts';
import { Backups } from './store/backup.ts';
import { inspectDatabase } from './store/inspect.ts';
import { lockHome } from './store/open.ts';
import { StorageError } from './store/storage-error.ts';

/** `--backup FILE`. @throws HomeTaken, Problem as `Backups.start`, StorageError */
export function backUpAlone(request: BackupRequest): Promise<Backup> {
  return withoutEngine(async (source, home) => {
    const backups = new Backups({ source, resultsFolder: join(home, homeFiles.results), now: Date.now });
    const { id } = backups.start(request);
    await backups.settled();
    return backups.get(id);
  });
}

/** `--inspect`. @throws HomeTaken, StorageError */
export function inspectAlone(deep: boolean): Promise<{ findings: Finding[] }> {
  return withoutEngine(async (file) => ({ findings: inspectionFindings(await inspectDatabase({ file, deep })) }));
}

/** Under the home's lock, so that no engine starts meanwhile. Nothing of the jobs is changed. */
async function withoutEngine<Value>(act: (database: string, home: string) => Promise<Value>): Promise<Value> {
  const home = findHome();
  const database = join(home, homeFiles.database);
  // Before the lock, which would make the home.
  if (!existsSync(database))
    throw new StorageError('io', `There is no database in ${home} yet, so there is nothing to back up or to look at.`);
  const unlock = lockHome(join(openHome(), homeFiles.lock));
  if (!unlock || (await isListening(home))) throw new HomeTaken(takenMessage(home));
  try {
    return await act(database, home);
  } finally {
    unlock();
  }
}
