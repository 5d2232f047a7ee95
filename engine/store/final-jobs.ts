/** Jobs that have ended, for retention. */

import type { Database, Statement } from 'better-sqlite3';
import { type FinalState, finalStates } from '../../contract/states.ts';
import { type JobRow, jobColumns } from './job-row.ts';

/** @returns lists the jobs in a final state in order of submission, those of workflows too */
export function prepareFinalJobs(db: Database): (state: FinalState, afterSeq: number, limit: number) => JobRow[] {
  // The state stands in the SQL itself: only then does the partial index apply.
  const after = Object.fromEntries(
    finalStates.map((state) => [
      state,
      db.prepare<[number, number], JobRow>(
        `SELECT ${jobColumns.join(', ')} FROM jobs INDEXED BY jobs_by_state
         WHERE state = '${state}' AND state <> 'executing' AND seq > ? ORDER BY seq LIMIT ?`,
      ),
    ]),
  ) as Record<FinalState, Statement<[number, number], JobRow>>;
  return (state, afterSeq, limit) => after[state].all(afterSeq, limit);
}
