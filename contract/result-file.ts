/** Results that are too large for the database lie in files of the home, one each, written once and never changed. */

import { homeFiles } from './home.ts';

/** Whoever writes it adds this until it is whole and synced. */
export const unfinishedSuffix = '.new';

/** Inside the results' folder. Each attempt has a name of its own, so that one that was given up never writes over another's. */
export function resultFileName(jobId: string, attempt: number): string {
  return `${jobId}-${attempt}.json`;
}

/** As callers see it: inside the home, with forward slashes. */
export function resultFilePath(jobId: string, attempt: number): string {
  return `${homeFiles.results}/${resultFileName(jobId, attempt)}`;
}

/** null: no such name. */
export function parseResultFileName(name: string): { jobId: string; attempt: number } | null {
  const found = /^([0-9a-f-]{36})-(\d{1,9})\.json$/.exec(name);
  return found?.[1] === undefined ? null : { jobId: found[1], attempt: Number(found[2]) };
}
