/**
 * Due jobs whose task, or whose key, runs as often at once as it may, or whose circuit is open. They stand apart from `ready`, so
 * that a claim never looks at one twice, and go back to it in order. A gate is a task (key ''), a task and a key, or a circuit
 * (task '', which is no task's name).
 */

import type { Database } from 'better-sqlite3';
import { lineRank } from '../../contract/priority.ts';
import type { JobRow } from './job-row.ts';
import type { ReadyPair } from './ready-pairs.ts';

export type Gate = { task: string; key: string };

export function circuitGate(circuit: string): Gate {
  return { task: '', key: circuit };
}

/** What a job has to pass, in this order: where its service is down, it need not wait for its key first. */
export function gatesOf({ task, concurrency_key, circuit }: Pick<JobRow, 'task' | 'concurrency_key' | 'circuit'>): readonly Gate[] {
  const ofTask = taskGates.get(task) ?? [{ task, key: '' }];
  if (concurrency_key === null && circuit === null) {
    taskGates.set(task, ofTask);
    return ofTask;
  }
  return [
    ...(circuit === null ? [] : [circuitGate(circuit)]),
    ...ofTask,
    ...(concurrency_key === null ? [] : [{ task, key: concurrency_key }]),
  ];
}

/** All gates of most jobs, which are asked for five times in the life of each. */
const taskGates = new Map<string, readonly Gate[]>();

export function prepareParked(db: Database) {
  const insert = db.prepare('INSERT INTO parked (task, key, queue, lane, rank, run_at, seq) VALUES (?, ?, ?, ?, ?, ?, ?)');
  const remove = db.prepare(
    'DELETE FROM parked WHERE task = ? AND key = ? AND queue = ? AND lane = ? AND rank = ? AND run_at = ? AND seq = ?',
  );
  // Not `(queue, lane) > (?, ?)`: SQLite then passes over every row of the pair before (see ready-pairs.ts).
  const nextLane = db.prepare<[string, string, string, string], ReadyPair>(
    'SELECT queue, lane FROM parked WHERE task = ? AND key = ? AND queue = ? AND lane > ? ORDER BY lane LIMIT 1',
  );
  const nextQueue = db.prepare<[string, string, string], ReadyPair>(
    'SELECT queue, lane FROM parked WHERE task = ? AND key = ? AND queue > ? ORDER BY queue, lane LIMIT 1',
  );
  const first = db
    .prepare<[string, string, string, string, number], number>(
      'SELECT seq FROM parked WHERE task = ? AND key = ? AND queue = ? AND lane = ? ORDER BY rank, run_at, seq LIMIT ?',
    )
    .pluck();
  const nextKey = db.prepare<[string, string], Gate>('SELECT task, key FROM parked WHERE task = ? AND key > ? ORDER BY key LIMIT 1');
  const nextTask = db.prepare<[string], Gate>('SELECT task, key FROM parked WHERE task > ? ORDER BY task, key LIMIT 1');

  function keyOf(row: JobRow, { task, key }: Gate) {
    return [task, key, row.queue, row.lane, lineRank(row.run_at, row.priority), row.run_at, row.seq] as const;
  }

  return {
    putAside: (row: JobRow, gate: Gate) => insert.run(...keyOf(row, gate)),
    /** @returns whether it was parked, at whichever of its gates */
    takeBack(row: JobRow): boolean {
      return gatesOf(row).some((gate) => remove.run(...keyOf(row, gate)).changes > 0);
    },
    /**
     * The first `limit` in each queue and lane that wait at a gate. In each, as one that may not go on (a paused queue) must not hold
     * up another; those for which there is no room are parked again. @param most in all
     */
    firstAt({ task, key }: Gate, limit: number, most: number): number[] {
      const seqs: number[] = [];
      let pair = nextQueue.get(task, key, '');
      while (pair && seqs.length < most) {
        const { queue, lane } = pair;
        seqs.push(...first.all(task, key, queue, lane, Math.min(limit, most - seqs.length)));
        pair = nextLane.get(task, key, queue, lane) ?? nextQueue.get(task, key, queue);
      }
      return seqs;
    },
    /** Each gate at which something waits; two seeks a gate. */
    *gates(): Generator<Gate> {
      const after = ({ task, key }: Gate) => nextKey.get(task, key) ?? nextTask.get(task);
      for (let gate = after({ task: '', key: '' }); gate; gate = after(gate)) yield gate;
    },
  };
}
