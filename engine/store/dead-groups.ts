/** Dead jobs by the cause they share, counted as they die and leave. */

import type { Database } from 'better-sqlite3';
import { errorFingerprint, errorSample } from './error-fingerprint.ts';

export type DeadGroupRow = { fingerprint: string; task: string; sample: string; n: number; first_at: number; last_at: number };

export type DeadGroups = ReturnType<typeof prepareDeadGroups>;

export function prepareDeadGroups(db: Database) {
  const columns = 'fingerprint, task, sample, n, first_at, last_at';
  // A clock that was set back must not make a group's last time earlier than its first.
  const grow = db.prepare(
    `INSERT INTO dead_groups (${columns}) VALUES (?, ?, ?, 1, ?, ?)
     ON CONFLICT DO UPDATE SET n = n + 1, first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`,
  );
  const shrink = db.prepare('UPDATE dead_groups SET n = n - 1 WHERE fingerprint = ?');
  const find = db.prepare<[string], DeadGroupRow>(`SELECT ${columns} FROM dead_groups WHERE fingerprint = ?`);
  const first = db.prepare<[number], DeadGroupRow>(`SELECT ${columns} FROM dead_groups WHERE n > 0 ORDER BY n DESC, fingerprint LIMIT ?`);
  const same = db.prepare<[number, string, number], DeadGroupRow>(
    `SELECT ${columns} FROM dead_groups WHERE n > 0 AND n = ? AND fingerprint > ? ORDER BY fingerprint LIMIT ?`,
  );
  const smaller = db.prepare<[number, number], DeadGroupRow>(
    `SELECT ${columns} FROM dead_groups WHERE n > 0 AND n < ? ORDER BY n DESC, fingerprint LIMIT ?`,
  );
  const forget = db.prepare(
    'DELETE FROM dead_groups WHERE fingerprint IN (SELECT fingerprint FROM dead_groups WHERE n = 0 AND last_at < ? ORDER BY last_at LIMIT ?)',
  );

  return {
    /** A job died. @param error JSON @returns the fingerprint to keep with it */
    join(task: string, error: string | null, at: number): string {
      const fingerprint = errorFingerprint(task, error);
      grow.run(fingerprint, task, errorSample(error), at, at);
      return fingerprint;
    },
    /** A job is dead no longer, or gone. The CHECK refuses a count below zero: that would be a bug, and stops the engine. */
    leave(fingerprint: string | null): void {
      if (fingerprint !== null && shrink.run(fingerprint).changes !== 1) throw new Error(`there is no group ${fingerprint} to leave`);
    },
    findGroup: (fingerprint: string) => find.get(fingerprint) ?? null,
    /** Those that are not empty, the largest first. A group that changes its size meanwhile may be met twice or not at all. */
    listGroups(after: { n: number; fingerprint: string } | null, limit: number): DeadGroupRow[] {
      if (!after) return first.all(limit);
      const page = same.all(after.n, after.fingerprint, limit);
      return page.length === limit ? page : [...page, ...smaller.all(after.n, limit - page.length)];
    },
    /** Lets go of groups that are empty and were last seen before `at`. @returns how many */
    forgetEmpty: (at: number, limit: number) => forget.run(at, limit).changes,
  };
}
