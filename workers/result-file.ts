/** Results that are too large for the database, written by the thread that has them: the engine never holds one in memory. */

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFiles } from '../contract/home.ts';
import { resultFileName, unfinishedSuffix } from '../contract/result-file.ts';

/**
 * Written under another name, synced, renamed, and the rename synced: when this resolves, the result outlives a power cut.
 * @returns its size in bytes. @throws what the file system throws (ENOSPC …); nothing is left then
 */
export async function keepResultFile(home: string, jobId: string, attempt: number, text: string): Promise<number> {
  const folder = join(home, homeFiles.results);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, resultFileName(jobId, attempt));
  const unfinished = path + unfinishedSuffix;
  try {
    const file = await open(unfinished, 'w', 0o600);
    let bytes: number;
    try {
      await file.writeFile(text);
      await file.sync();
      bytes = (await file.stat()).size;
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
    await syncFolder(folder);
    return bytes;
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; NTFS keeps renames in its journal.
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
