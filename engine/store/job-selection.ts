/** Everything that a filter matches at one moment, for operations on many jobs; on a read-only connection off the main thread. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import { limits } from '../../contract/limits.ts';
import { conditionsOf, type JobSelection, submissionRange, whereOf, windowsOf } from './job-list.ts';

/**
 * Pairs of `seq` and `nonce` in order of submission; null when there are more than an operation may hold. One read
 * transaction, so that all is as at one moment; between windows others on this thread get their turn.
 */
export async function selectJobs(db: Database, selection: JobSelection): Promise<Float64Array<ArrayBuffer> | null> {
  db.exec('BEGIN');
  try {
    const conditions = conditionsOf(selection);
    const statement = db.prepare<(string | number)[], { seq: number; nonce: number }>(
      `SELECT seq, nonce FROM jobs WHERE ${whereOf(conditions)} ORDER BY seq`,
    );
    const values = conditions.flatMap((condition) => condition.values);
    const pairs: number[] = [];
    for (const { from, to } of windowsOf(submissionRange(db, selection), conditions, false)) {
      for (const { seq, nonce } of statement.iterate(from, to, ...values)) {
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
