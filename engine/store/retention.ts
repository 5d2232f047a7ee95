/** What is kept, what of it is the oldest, and the room that it takes. */

import type { Database, Statement } from 'better-sqlite3';
import type { RetentionSettings } from '../../contract/retention.ts';
import { type FinalState, finalStates } from '../../contract/states.ts';

type SettingsRow = {
  completed_for_ms: number | null;
  completed_count: number | null;
  cancelled_for_ms: number | null;
  cancelled_count: number | null;
  dead_for_ms: number | null;
  dead_count: number | null;
  max_bytes: number | null;
};

/** A place in the order of ends. */
export type EndedKey = { finished_at: number; seq: number };
export const beforeAllEnds: EndedKey = { finished_at: Number.MIN_SAFE_INTEGER, seq: 0 };

/** Pages of the database's file; `free` ones hold nothing. */
export type PageUse = { pageBytes: number; pages: number; free: number };

export function prepareRetention(db: Database) {
  const columns = 'completed_for_ms, completed_count, cancelled_for_ms, cancelled_count, dead_for_ms, dead_count, max_bytes';
  const read = db.prepare<[], SettingsRow>(`SELECT ${columns} FROM retention`);
  const put = db.prepare(`INSERT OR REPLACE INTO retention (one, ${columns}) VALUES (1, ?, ?, ?, ?, ?, ?, ?)`);
  // The state stands in the SQL itself, and the range is one of row values, so that the index gives the page alone.
  const ended = Object.fromEntries(
    finalStates.map((state) => [
      state,
      db.prepare<[number, number, number, number], EndedKey>(
        `SELECT finished_at, seq FROM jobs INDEXED BY jobs_by_end WHERE state = '${state}' AND finished_at IS NOT NULL
           AND (finished_at, seq) > (?, ?) AND finished_at < ? ORDER BY finished_at, seq LIMIT ?`,
      ),
    ]),
  ) as Record<FinalState, Statement<[number, number, number, number], EndedKey>>;
  const pageBytes = db.pragma('page_size', { simple: true }) as number;
  const resultBytes = db.prepare<[], number>('SELECT coalesce(sum(result_bytes), 0) FROM jobs WHERE result_bytes IS NOT NULL').pluck();

  return {
    readSettings(): RetentionSettings {
      const row = read.get();
      if (!row) throw new Error('the retention settings have no row');
      return {
        completed: { forMs: row.completed_for_ms, count: row.completed_count },
        cancelled: { forMs: row.cancelled_for_ms, count: row.cancelled_count },
        dead: { forMs: row.dead_for_ms, count: row.dead_count },
        maxBytes: row.max_bytes,
      };
    },
    putSettings({ completed, cancelled, dead, maxBytes }: RetentionSettings): void {
      put.run(completed.forMs, completed.count, cancelled.forMs, cancelled.count, dead.forMs, dead.count, maxBytes);
    },
    /** Jobs of a state that ended before a time, the oldest end first, after a place in that order. */
    endedBefore: (state: FinalState, after: EndedKey, before: number, limit: number) =>
      ended[state].all(after.finished_at, after.seq, before, limit),
    /** From the database's header: costs the same at any size. */
    pageUse: (): PageUse => ({
      pageBytes,
      pages: db.pragma('page_count', { simple: true }) as number,
      free: db.pragma('freelist_count', { simple: true }) as number,
    }),
    /** Whether free pages can be given back to the disk (store/open.ts). */
    shrinks: () => db.pragma('auto_vacuum', { simple: true }) === 2,
    /** Moves the last pages of the file into free ones and cuts it, by so many. Inside a transaction. */
    giveBackPages(pages: number): void {
      db.pragma(`incremental_vacuum(${pages})`);
    },
    /** Of all large results; read once, at start. */
    sumResultBytes: () => resultBytes.get() ?? 0,
  };
}
