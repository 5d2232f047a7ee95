/** What an engine that went down left behind. */

import type { ResultFiles } from '../store/result-files.ts';
import type { Store } from '../store/store.ts';
import { outcomeOf } from './outcome.ts';

/** What the last engine held when it went down. Blame is shared by all that ran, since nobody knows whose it was. */
export async function reclaim(store: Store, now: () => number, random: () => number): Promise<number> {
  const rows = store.jobs.runningJobs();
  if (rows.length === 0) return 0;
  const error = { name: 'EngineDied', message: 'The engine went down while it ran.' };
  await store.commit.write('must', () => {
    for (const row of rows) {
      const at = now();
      const crash = { kind: 'crashed', error, blame: 1 / rows.length } as const;
      const { outcome, end } = outcomeOf(row, crash, { now: at, random: random(), cancelRequested: false });
      const attempt = { outcome, thread: null, error: JSON.stringify(error) };
      if ('final' in end) store.jobs.finishAttempt(row, attempt, end.final, at);
      else store.jobs.giveBackAttempt(row, attempt, end.waiting, at);
    }
  });
  return rows.length;
}

/** Large results that no job has: of a killed engine, or of an end that did not count. */
export async function sweepResults(files: ResultFiles, { jobs }: Store, log: (line: string) => void): Promise<void> {
  const isOwned = (jobId: string, attempt: number) => {
    const row = jobs.findJob(jobId);
    return row?.attempt === attempt && row.result_bytes !== null;
  };
  const deleted = await files.sweep(files.list(), isOwned);
  if (deleted > 0) log(`${deleted} files of results that belong to no job were deleted.`);
}
