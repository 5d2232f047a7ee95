import type { Database } from 'better-sqlite3';
import { laneNames } from '../../contract/job.ts';

export type QueueRow = { name: string; paused: 0 | 1; concurrency: number | null };

export function prepareQueues(db: Database) {
  const all = db.prepare<[], QueueRow>('SELECT name, paused, concurrency FROM queues ORDER BY name');
  const find = db.prepare<[string], QueueRow>('SELECT name, paused, concurrency FROM queues WHERE name = ?');
  const put = db.prepare(
    'INSERT INTO queues (name, paused, concurrency) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET paused = excluded.paused, concurrency = excluded.concurrency',
  );
  const nextOfLane = db
    .prepare<[string, string], number>('SELECT run_at FROM ready WHERE queue = ? AND lane = ? ORDER BY rank, run_at, seq LIMIT 1')
    .pluck();
  return {
    listQueues: () => all.all(),
    findQueue: (name: string) => find.get(name) ?? null,
    putQueue: (queue: QueueRow) => put.run(queue.name, queue.paused, queue.concurrency),
    /** When the next in line became due (of each lane's next one, the oldest), or null when none waits. */
    nextReadyAt(queue: string): number | null {
      const times = laneNames.flatMap((lane) => nextOfLane.get(queue, lane) ?? []);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}
