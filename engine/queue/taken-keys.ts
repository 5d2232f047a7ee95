import { invalid, Problem } from '../../contract/errors.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';

/**
 * Of jobs that are accepted all or none, each has its unique key for itself.
 * @param pathOf JSON Pointer to the submission of a job
 * @param holderOf the job that holds the key of another now
 * @throws Problem invalid-request for a key that comes twice, wrong-state for one that is taken
 */
export function refuseTakenKeys(
  rows: readonly JobRow[],
  pathOf: (index: number) => string,
  holderOf: (row: JobRow) => JobRow | null,
): void {
  const keys = new Map<string, number>();
  for (const [index, row] of rows.entries()) {
    if (row.unique_key === null) continue;
    const key = JSON.stringify([row.task, row.unique_key]);
    const other = keys.get(key);
    if (other !== undefined) throw invalid(`${pathOf(index)}/unique/key`, `is the key of ${pathOf(other)} too, of the same task`);
    keys.set(key, index);
    const holder = holderOf(row);
    if (!holder) continue;
    const taken = `${pathOf(index)}/unique/key: job ${jobIdOf(holder)} holds the key "${row.unique_key}". Nothing was accepted.`;
    throw new Problem('wrong-state', taken, { jobId: jobIdOf(holder) });
  }
}
