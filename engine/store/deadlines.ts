/** Jobs that have not ended and must by a certain time, in the order of that time. */

import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';

type Bound = Pick<JobRow, 'deadline_at' | 'seq'>;

export function prepareDeadlines(db: Database) {
  // A run that was told to end has lost its row; given back (by a clock that was set back), it needs one again.
  const keep = db.prepare('INSERT OR IGNORE INTO deadlines (deadline_at, seq) VALUES (?, ?)');
  const drop = db.prepare('DELETE FROM deadlines WHERE deadline_at = ? AND seq = ?');
  const passed = db
    .prepare<[number, number], number>('SELECT seq FROM deadlines WHERE deadline_at <= ? ORDER BY deadline_at, seq LIMIT ?')
    .pluck();
  const first = db.prepare<[], number>('SELECT deadline_at FROM deadlines ORDER BY deadline_at LIMIT 1').pluck();
  return {
    keepDeadline: ({ deadline_at, seq }: Bound) => {
      if (deadline_at !== null) keep.run(deadline_at, seq);
    },
    dropDeadline: ({ deadline_at, seq }: Bound) => {
      if (deadline_at !== null) drop.run(deadline_at, seq);
    },
    passedDeadlines: (now: number, limit: number) => passed.all(now, limit),
    nextDeadline: () => first.get() ?? null,
  };
}
