/** Everything that a filter matches at one moment, for operations on many jobs; on a read-only connection off the main thread. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { limits } from '../../contract/limits.ts';
import type { JobSelection } from './job-conditions.ts';
import { openScan, submissionRange } from './job-scan.ts';

const firstRows = 1_000;

/**
 * Pairs of `seq` and `nonce` in order of submission; null when there are more than an operation may hold. One read
 * transaction, so that all is as at one moment; between windows others on this thread get their turn.
 */
export async function selectJobs(db: Database, selection: JobSelection): Promise<Float64Array<ArrayBuffer> | null> {
  db.exec('BEGIN');
  try {
    const range = submissionRange(db, selection);
    const scan = openScan(db, selection, range);
    const rowsIn = scan.prepareRows<{ seq: number; nonce: number }>(['seq', 'nonce'], 'ASC');
    const pairs: number[] = [];
    for (const window of scan.windows(range, 'ASC', firstRows, () => performance.now())) {
      for (const { seq, nonce } of rowsIn(window, limits.operationJobs + 1)) {
        if (pairs.length === limits.operationJobs * 2) return null;
        pairs.push(seq, nonce);
      }
      await nextTurn();
    }
    return Float64Array.from(pairs);
  } finally {
    db.exec('COMMIT');
  }
}
