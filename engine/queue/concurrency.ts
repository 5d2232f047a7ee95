import type { LaneName } from '../../contract/job.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Gate } from '../store/parked.ts';
import type { QueueSettings } from './queue-settings.ts';

/** How many jobs of a task, and of each of its keys, may run at once; Infinity for no limit. */
export type TaskLimits = (task: string) => { jobs: number; jobsPerKey: number };

type Gated = Pick<JobRow, 'task' | 'concurrency_key'>;

/** How many more jobs of a queue, of a task and of a key may run at once. Kept in memory: after a restart nothing runs. */
export class Concurrency {
  readonly #settings: QueueSettings;
  readonly #taskLimits: TaskLimits;
  readonly #inQueue = new Map<string, number>();
  /** By task, then by key; '' is the task itself. */
  readonly #atGate = new Map<string, Map<string, number>>();
  /** Gates at which some may wait; one at which nobody waits costs nothing when its jobs end. */
  readonly #waitedAt = new Set<string>();
  /** Those of them at which there may be room since the last claim. */
  readonly #opened = new Map<string, Gate>();

  constructor(settings: QueueSettings, taskLimits: TaskLimits) {
    this.#settings = settings;
    this.#taskLimits = taskLimits;
  }

  room(queue: string, lane?: LaneName): number {
    if (lane === 'interactive') return Number.POSITIVE_INFINITY;
    return this.#settings.concurrency(queue) - (this.#inQueue.get(queue) ?? 0);
  }

  roomAt({ task, key }: Gate): number {
    const { jobs, jobsPerKey } = this.#taskLimits(task);
    return (key === '' ? jobs : jobsPerKey) - (this.#atGate.get(task)?.get(key) ?? 0);
  }

  /** The gate that holds up a job, or null. */
  closedGate(job: Gated): Gate | null {
    return gatesOf(job).find((gate) => this.roomAt(gate) <= 0) ?? null;
  }

  /** Whether a job that comes now would pass no other at its gates: what waits at one that has opened is ahead of it. */
  passesNobody(job: Gated): boolean {
    return gatesOf(job).every((gate) => this.roomAt(gate) > 0 && !this.#opened.has(nameOf(gate)));
  }

  take(row: JobRow): void {
    this.#count(row, 1);
  }

  giveBack(row: JobRow): void {
    this.#count(row, -1);
    this.open(row);
  }

  /** There may be room at the gates of a job: it has ended, or has left the line without having run. */
  open(job: Gated): void {
    for (const gate of gatesOf(job)) {
      const name = nameOf(gate);
      if (this.#waitedAt.has(name)) this.#opened.set(name, gate);
    }
  }

  /** A job was put aside there, or will be when this transaction is committed. */
  waitsAt(gate: Gate): void {
    this.#waitedAt.add(nameOf(gate));
  }

  /** All that waited there was let back in line. */
  emptied(gate: Gate): void {
    this.#waitedAt.delete(nameOf(gate));
  }

  get hasOpened(): boolean {
    return this.#opened.size > 0;
  }

  /** Some of the gates that have opened: what waits there is let back in line. */
  takeOpened(limit: number): Gate[] {
    const gates: Gate[] = [];
    for (const [name, gate] of this.#opened) {
      if (gates.length === limit) break;
      gates.push(gate);
      this.#opened.delete(name);
    }
    return gates;
  }

  /** What waits there is still to be let back in line. */
  reopen(gates: readonly Gate[]): void {
    for (const gate of gates) {
      this.waitsAt(gate);
      this.#opened.set(nameOf(gate), gate);
    }
  }

  /** Sync work answers a caller who waits: no queue's limit holds it up, and it takes nothing from one. A task's own limit does. */
  #count(row: JobRow, by: 1 | -1): void {
    if (row.lane !== 'interactive') add(this.#inQueue, row.queue, by);
    const atTask = this.#atGate.get(row.task) ?? new Map<string, number>();
    for (const { key } of gatesOf(row)) add(atTask, key, by);
    if (atTask.size === 0) this.#atGate.delete(row.task);
    else this.#atGate.set(row.task, atTask);
  }
}

function gatesOf({ task, concurrency_key }: Gated): Gate[] {
  return concurrency_key === null
    ? [{ task, key: '' }]
    : [
        { task, key: '' },
        { task, key: concurrency_key },
      ];
}

function nameOf({ task, key }: Gate): string {
  return `${task}\u0000${key}`;
}

function add(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
