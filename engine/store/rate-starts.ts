import type { Database } from 'better-sqlite3';

/** `n` starts of a queue, the last of them at `at`. */
export type RateStarts = { queue: string; at: number; n: number };

/** The starts that rate limits still count, so that a restart forgets none. */
export function prepareRateStarts(db: Database) {
  const all = db.prepare<[], RateStarts>('SELECT queue, at, n FROM rate_starts ORDER BY queue, at');
  const put = db.prepare('INSERT INTO rate_starts (queue, at, n) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = excluded.n');
  const drop = db.prepare('DELETE FROM rate_starts WHERE queue = ? AND at < ?');
  const dropAll = db.prepare('DELETE FROM rate_starts WHERE queue = ?');
  return {
    listStarts: () => all.all(),
    putStarts: ({ queue, at, n }: RateStarts) => put.run(queue, at, n),
    dropStartsBefore: (queue: string, at: number) => drop.run(queue, at),
    dropStarts: (queue: string) => dropAll.run(queue),
  };
}
