import type { Database } from 'better-sqlite3';
import { laneNames } from '../../contract/job.ts';

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
  const nextOfLane = db
    .prepare<[string, string], number>('SELECT run_at FROM ready WHERE queue = ? AND lane = ? ORDER BY rank, run_at, seq LIMIT 1')
    .pluck();
  const oldestParked = db.prepare<[string], number>('SELECT run_at FROM parked WHERE queue = ? ORDER BY run_at LIMIT 1').pluck();
  return {
    listQueues: () => all.all(),
    findQueue: (name: string) => find.get(name) ?? null,
    putQueue: (queue: QueueRow) => put.run(queue),
    /** When the next in line became due (of each lane's next one, the oldest), or null when none waits. */
    nextReadyAt(queue: string): number | null {
      const times = laneNames.flatMap((lane) => nextOfLane.get(queue, lane) ?? []);
      return times.length === 0 ? (oldestParked.get(queue) ?? null) : Math.min(...times);
    },
  };
}
