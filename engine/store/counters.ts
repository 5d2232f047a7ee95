/**
 * Exact counts by queue, task, mode and state. Changes are noted as jobs move, written once at the end of the transaction
 * and only then believed: an undone transaction forgets them.
 */

import type { Database } from 'better-sqlite3';
import type { Mode } from '../../contract/job.ts';
import type { StateCounts } from '../../contract/resources.ts';
import { isWaiting, type JobState, jobStates } from '../../contract/states.ts';
import type { JobRow } from './job-row.ts';

type Counter = { queue: string; task: string; mode: Mode; state: JobState; n: number };

export interface CounterChanges {
  add(row: Pick<JobRow, 'seq' | 'workflow_id' | 'queue' | 'task' | 'mode'>, state: JobState, by: number): void;
}

export function noCounts(): StateCounts {
  return Object.fromEntries(jobStates.map((state) => [state, 0])) as StateCounts;
}

export type CounterFilter = { queue?: readonly string[]; task?: readonly string[]; mode?: readonly Mode[]; state?: readonly JobState[] };

/** What waits, for whatever. */
const waitingStates: ReadonlySet<JobState> = new Set(jobStates.filter(isWaiting));

export class Counters implements CounterChanges {
  readonly #counters = new Map<string, Counter>();
  readonly #pending = new Map<string, Counter>();
  /** Of these the last that was added to, by state: jobs that move together are mostly counted by the same. */
  readonly #latest = new Map<JobState, Counter>();
  /** Jobs that wait, by queue, as they are in the transaction that is open; and what of it may yet be undone. */
  readonly #backlog = new Map<string, number>();
  readonly #pendingBacklog = new Map<string, number>();
  readonly #insert;
  readonly #update;

  constructor(db: Database) {
    this.#insert = db.prepare('INSERT INTO counters (queue, task, mode, state, n) VALUES (?, ?, ?, ?, ?)');
    this.#update = db.prepare('UPDATE counters SET n = n + ? WHERE queue = ? AND task = ? AND mode = ? AND state = ?');
    for (const row of db.prepare<[], Counter>('SELECT queue, task, mode, state, n FROM counters').all())
      this.#counters.set(keyOf(row, row.state), row);
    for (const { queue, state, n } of this.#counters.values()) if (waitingStates.has(state)) addTo(this.#backlog, queue, n);
  }

  add(row: Pick<JobRow, 'queue' | 'task' | 'mode'>, state: JobState, by: number): void {
    if (waitingStates.has(state)) {
      addTo(this.#backlog, row.queue, by);
      addTo(this.#pendingBacklog, row.queue, by);
    }
    const latest = this.#latest.get(state);
    const isSame = latest !== undefined && latest.queue === row.queue && latest.task === row.task && latest.mode === row.mode;
    const pending = isSame ? latest : this.#pendingOf(row, state);
    pending.n += by;
  }

  #pendingOf({ queue, task, mode }: Pick<JobRow, 'queue' | 'task' | 'mode'>, state: JobState): Counter {
    const key = keyOf({ queue, task, mode }, state);
    const pending = this.#pending.get(key) ?? { queue, task, mode, state, n: 0 };
    this.#pending.set(key, pending);
    this.#latest.set(state, pending);
    return pending;
  }

  /** Inside the transaction, at its end. The CHECK refuses a count below zero: that would be a bug, and stops the engine. */
  flush(): void {
    for (const [key, { queue, task, mode, state, n }] of this.#pending) {
      if (n === 0) continue;
      if (this.#counters.has(key)) this.#update.run(n, queue, task, mode, state);
      else this.#insert.run(queue, task, mode, state, n);
    }
  }

  committed(): void {
    for (const [key, change] of this.#pending) {
      if (change.n === 0) continue;
      const counter = this.#counters.get(key);
      if (counter) counter.n += change.n;
      else this.#counters.set(key, change);
    }
    this.#pending.clear();
    this.#latest.clear();
    this.#pendingBacklog.clear();
  }

  undone(): void {
    this.#pending.clear();
    this.#latest.clear();
    for (const [queue, n] of this.#pendingBacklog) addTo(this.#backlog, queue, -n);
    this.#pendingBacklog.clear();
  }

  /** Jobs of a queue that wait, those included that the transaction that is open has added so far. */
  backlogOf(queue: string): number {
    return this.#backlog.get(queue) ?? 0;
  }

  /** Jobs that match all of what is given. Cost: one step for each combination of queue, task, mode and state in use. */
  total(filter: CounterFilter): number {
    let total = 0;
    for (const counter of this.#counters.values()) {
      if (filter.queue && !filter.queue.includes(counter.queue)) continue;
      if (filter.task && !filter.task.includes(counter.task)) continue;
      if (filter.mode && !filter.mode.includes(counter.mode)) continue;
      if (filter.state && !filter.state.includes(counter.state)) continue;
      total += counter.n;
    }
    return total;
  }

  byState(): StateCounts {
    const counts = noCounts();
    for (const { state, n } of this.#counters.values()) counts[state] += n;
    return counts;
  }

  by(dimension: 'queue' | 'task'): Record<string, StateCounts> {
    const groups: Record<string, StateCounts> = Object.create(null);
    for (const counter of this.#counters.values()) {
      if (counter.n === 0) continue;
      const name = counter[dimension];
      let counts = groups[name];
      if (!counts) groups[name] = counts = noCounts();
      counts[counter.state] += counter.n;
    }
    return groups;
  }
}

function keyOf(row: Pick<JobRow, 'queue' | 'task' | 'mode'>, state: JobState): string {
  return `${row.queue}\u0000${row.task}\u0000${row.mode}\u0000${state}`;
}

function addTo(counts: Map<string, number>, queue: string, by: number): void {
  counts.set(queue, (counts.get(queue) ?? 0) + by);
}
