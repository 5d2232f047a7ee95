import type { Database } from 'better-sqlite3';

export type QueueRow = { name: string; paused: 0 | 1; concurrency: number | null };

export function prepareQueues(db: Database) {
  const all = db.prepare<[], QueueRow>('SELECT name, paused, concurrency FROM queues ORDER BY name');
  const find = db.prepare<[string], QueueRow>('SELECT name, paused, concurrency FROM queues WHERE name = ?');
  const put = db.prepare(
    'INSERT INTO queues (name, paused, concurrency) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET paused = excluded.paused, concurrency = excluded.concurrency',
  );
  const oldest = db
    .prepare<[string], number>('SELECT min(run_at) FROM (SELECT run_at FROM ready WHERE queue = ? ORDER BY lane, rank, run_at LIMIT 1)')
    .pluck();
  return {
    listQueues: () => all.all(),
    findQueue: (name: string) => find.get(name) ?? null,
    putQueue: (queue: QueueRow) => put.run(queue.name, queue.paused, queue.concurrency),
    /** When the next job in line became due, or null when none waits. */
    nextReadyAt: (queue: string) => oldest.get(queue) ?? null,
  };
}
