import type { Database } from 'better-sqlite3';

export type QueueRow = {
  name: string;
  paused: 0 | 1;
  concurrency: number | null;
  rate_max: number | null;
  rate_per_ms: number | null;
  max_backlog: number | null;
};

const columns = 'name, paused, concurrency, rate_max, rate_per_ms, max_backlog';

export function prepareQueues(db: Database) {
  const all = db.prepare<[], QueueRow>(`SELECT ${columns} FROM queues ORDER BY name`);
  const find = db.prepare<[string], QueueRow>(`SELECT ${columns} FROM queues WHERE name = ?`);
  const put = db.prepare(
    `INSERT INTO queues (${columns}) VALUES (@name, @paused, @concurrency, @rate_max, @rate_per_ms, @max_backlog)
     ON CONFLICT DO UPDATE SET paused = excluded.paused, concurrency = excluded.concurrency, rate_max = excluded.rate_max,
       rate_per_ms = excluded.rate_per_ms, max_backlog = excluded.max_backlog`,
  );
  const oldest = db
    .prepare<[string], number>('SELECT min(run_at) FROM (SELECT run_at FROM ready WHERE queue = ? ORDER BY lane, rank, run_at LIMIT 1)')
    .pluck();
  const oldestParked = db.prepare<[string], number>('SELECT run_at FROM parked WHERE queue = ? ORDER BY run_at LIMIT 1').pluck();
  return {
    listQueues: () => all.all(),
    findQueue: (name: string) => find.get(name) ?? null,
    putQueue: (queue: QueueRow) => put.run(queue),
    /** When the next job in line became due, or null when none waits. */
    nextReadyAt: (queue: string) => oldest.get(queue) ?? oldestParked.get(queue) ?? null,
  };
}
