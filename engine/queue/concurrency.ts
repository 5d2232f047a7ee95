import type { LaneName } from '../../contract/job.ts';
import type { JobRow } from '../store/job-row.ts';
import { circuitGate, type Gate, gatesOf } from '../store/parked.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Circuits } from './circuits.ts';
import type { QueueSettings } from './queue-settings.ts';

/** How many jobs of a task, and of each of its keys, may run at once; Infinity for no limit. */
export type TaskLimits = (task: string) => { jobs: number; jobsPerKey: number };

export function limitsOf(entry: CatalogEntry | undefined): ReturnType<TaskLimits> {
  return { jobs: entry?.description.concurrency ?? Number.POSITIVE_INFINITY, jobsPerKey: entry?.description.concurrencyPerKey ?? 1 };
}

/** `wide`: those that are let back in line may well have to wait elsewhere, so there should be many of them. */
export type OpenedGate = Gate & { wide?: true };

export type Gated = Pick<JobRow, 'task' | 'concurrency_key' | 'circuit'>;

/** How many more jobs of a queue, of a task, of a key and of a circuit may run at once. Kept in memory: after a restart nothing runs. */
export class Concurrency {
  readonly #settings: QueueSettings;
  readonly #taskLimits: TaskLimits;
  readonly #circuits: Pick<Circuits, 'room' | 'started' | 'stopped'>;
  readonly #inQueue = new Map<string, number>();
  /** By task, then by key; '' is the task itself. */
  readonly #atGate = new Map<string, Map<string, number>>();
  /** Gates at which some may wait; one at which nobody waits costs nothing when its jobs end. */
  readonly #waitedAt = new Set<string>();
  /** Those of them at which there may be room since the last claim. */
  readonly #opened = new Map<string, OpenedGate>();

  constructor(settings: QueueSettings, taskLimits: TaskLimits, circuits: Pick<Circuits, 'room' | 'started' | 'stopped'>) {
    this.#settings = settings;
    this.#taskLimits = taskLimits;
    this.#circuits = circuits;
  }

  room(queue: string, lane?: LaneName): number {
    if (lane === 'interactive') return Number.POSITIVE_INFINITY;
    return this.#settings.concurrency(queue) - (this.#inQueue.get(queue) ?? 0);
  }

  roomAt({ task, key }: Gate): number {
    if (task === '') return this.#circuits.room(key);
    const { jobs, jobsPerKey } = this.#taskLimits(task);
    return (key === '' ? jobs : jobsPerKey) - (this.#atGate.get(task)?.get(key) ?? 0);
  }

  /** The gate that holds up a job, or null. */
  closedGate(job: Gated): Gate | null {
    return gatesOf(job).find((gate) => this.roomAt(gate) <= 0) ?? null;
  }

  /** Whether a job that comes now would pass no other at its gates: what waits at one that has opened is ahead of it. */
  passesNobody(job: Gated): boolean {
    return gatesOf(job).every((gate) => this.roomAt(gate) > 0 && !(this.#opened.size > 0 && this.#opened.has(nameOf(gate))));
  }

  take(row: JobRow): void {
    this.#count(row, 1);
    if (row.circuit !== null) this.#circuits.started(row.circuit, row.seq);
  }

  giveBack(row: JobRow): void {
    this.#count(row, -1);
    if (row.circuit !== null) this.#circuits.stopped(row.circuit, row.seq);
    this.open(row);
  }

  /**
   * There may be room at the gates of a job: it has ended, or has left the line without having run.
   * @param wide those behind it may well have to leave it too
   */
  open(job: Gated, wide = false): void {
    if (this.#waitedAt.size === 0) return;
    for (const gate of gatesOf(job)) {
      const name = nameOf(gate);
      if (this.#waitedAt.has(name)) this.#opened.set(name, wide ? { ...gate, wide } : gate);
    }
  }

  /** A task's limits may have changed: there may be room at its gate, and at those of its keys. */
  openTask(task: string): void {
    for (const name of this.#waitedAt)
      if (name.startsWith(`${task}\u0000`)) this.#opened.set(name, { task, key: name.slice(task.length + 1) });
  }

  /** A job was put aside there, or will be when this transaction is committed. */
  waitsAt(gate: Gate): void {
    this.#waitedAt.add(nameOf(gate));
  }

  /** All that waited there was let back in line. */
  emptied(gate: Gate): void {
    this.#waitedAt.delete(nameOf(gate));
  }

  /**
   * A job that was let in line for one of its gates has to wait at another: its place is the next one's. Many at once where its service
   * is down, as those behind it may call the same.
   */
  passOn(job: Gated, closed: Gate): void {
    // Those behind one that waits for its task's place would have to wait there too.
    if (job.circuit === null && closed.key === '') return;
    for (const gate of gatesOf(job)) {
      const name = nameOf(gate);
      if (name !== nameOf(closed) && this.#waitedAt.has(name)) this.#opened.set(name, closed.task === '' ? { ...gate, wide: true } : gate);
    }
  }

  get hasOpened(): boolean {
    return this.#opened.size > 0;
  }

  /** Some of the gates that have opened: what waits there is let back in line. */
  takeOpened(limit: number): OpenedGate[] {
    const gates: OpenedGate[] = [];
    for (const [name, gate] of this.#opened) {
      if (gates.length === limit) break;
      gates.push(gate);
      this.#opened.delete(name);
    }
    return gates;
  }

  /** More jobs of a circuit may start than did. */
  openCircuit(circuit: string): void {
    this.reopen([circuitGate(circuit)]);
  }

  /** What waits there is still to be let back in line. */
  reopen(gates: readonly OpenedGate[]): void {
    for (const gate of gates) {
      this.waitsAt(gate);
      this.#opened.set(nameOf(gate), gate);
    }
  }

  /** Sync work answers a caller who waits: no queue's limit holds it up, and it takes nothing from one. A task's own limit does. */
  #count(row: JobRow, by: 1 | -1): void {
    if (row.lane !== 'interactive') add(this.#inQueue, row.queue, by);
    const atTask = this.#atGate.get(row.task) ?? new Map<string, number>();
    for (const { task, key } of gatesOf(row)) if (task !== '') add(atTask, key, by);
    if (atTask.size === 0) this.#atGate.delete(row.task);
    else this.#atGate.set(row.task, atTask);
  }
}

function nameOf({ task, key }: Gate): string {
  return `${task}\u0000${key}`;
}

function add(counts: Map<string, number>, name: string, by: 1 | -1): void {
  const count = (counts.get(name) ?? 0) + by;
  if (count === 0) counts.delete(name);
  else counts.set(name, count);
}
