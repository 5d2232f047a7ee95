/** Keys of which only one job at a time may stand, by task. */

import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';

type Keyed = Pick<JobRow, 'task' | 'unique_key' | 'seq'>;

export function prepareUniqueKeys(db: Database) {
  const take = db.prepare(
    `INSERT INTO unique_keys (task, key, seq, kept_until) VALUES (?, ?, ?, ?)
     ON CONFLICT (task, key) DO UPDATE SET freed = 0 WHERE unique_keys.seq = excluded.seq`,
  );
  const free = db.prepare('DELETE FROM unique_keys WHERE task = ? AND key = ? AND seq = ? AND (kept_until IS NULL OR kept_until <= ?)');
  const leaveToTime = db.prepare('UPDATE unique_keys SET freed = 1 WHERE task = ? AND key = ? AND seq = ?');
  const drop = db.prepare('DELETE FROM unique_keys WHERE task = ? AND key = ? AND seq = ?');
  const find = db
    .prepare<[string, string, number], number>('SELECT seq FROM unique_keys WHERE task = ? AND key = ? AND (freed = 0 OR kept_until > ?)')
    .pluck();
  const dropFreed = db.prepare('DELETE FROM unique_keys WHERE task = ? AND key = ? AND freed = 1 AND seq <> ?');
  const forget = db.prepare(
    'DELETE FROM unique_keys WHERE (task, key) IN (SELECT task, key FROM unique_keys WHERE freed = 1 AND kept_until <= ? LIMIT ?)',
  );

  return {
    /**
     * The job holds its key. The caller has seen that it is free: what only a time still held for another is dropped without asking the
     * clock again, for the row may have been planned before that time ran out.
     * @param keptUntil the time up to which it is kept even past its job's end
     */
    takeKey({ task, unique_key, seq }: Keyed, keptUntil: number | null = null): void {
      if (unique_key === null) return;
      dropFreed.run(task, unique_key, seq);
      if (take.run(task, unique_key, seq, keptUntil).changes !== 1) throw new Error(`job ${seq} took the key of another`);
    },
    /** The job needs its key no longer; perhaps the time still does. */
    freeKey({ task, unique_key, seq }: Keyed, at: number): void {
      if (unique_key === null) return;
      if (free.run(task, unique_key, seq, at).changes === 0) leaveToTime.run(task, unique_key, seq);
    },
    /** Whatever the time says: the job is no more. */
    dropKey({ task, unique_key, seq }: Keyed): void {
      if (unique_key !== null) drop.run(task, unique_key, seq);
    },
    /** The row number of the job that stands, or null. */
    holderOf: (task: string, key: string, now: number) => find.get(task, key, now) ?? null,
    /** @returns how many were forgotten */
    forgetExpired: (now: number, limit: number) => forget.run(now, limit).changes,
  };
}
