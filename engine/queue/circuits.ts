import type { Circuit, CircuitDeclaration } from '../../contract/circuit.ts';
import { Problem } from '../../contract/errors.ts';
import type { CircuitEventType } from '../../contract/events.ts';
import { limits } from '../../contract/limits.ts';
import type { OpenCircuitRow } from '../store/circuits.ts';
import { type JobRow, timeOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { afterAnswer, afterFault, type CircuitRecord, isShut, newCircuit, probed, unproven } from './circuit-rules.ts';
import { DueTimer } from './due-timer.ts';
import type { EventStream } from './event-stream.ts';
import type { RunResult } from './lanes.ts';
import { wordOf } from './service-calls.ts';

/** A circuit that nobody used for this long is forgotten, in milliseconds; looked for so often. */
const unusedMs = 86_400_000;
const sweepMs = 600_000;
/** Many circuits whose time comes one after the other are looked at together. */
const togetherMs = 100;

export type CircuitsParts = {
  store: Store;
  events: EventStream;
  now: () => number;
  random: () => number;
  /** More of a circuit's jobs may start. */
  opened: (name: string) => void;
};

type Known = { record: CircuitRecord; probes: Set<number> };

/**
 * The services that have failed lately, and whether they may be called. One that never fails is not known here and costs nothing. In
 * memory, with the open ones in the store: written with the attempt that opened or closed them.
 */
export class Circuits {
  readonly #parts: CircuitsParts;
  /** The one that was used longest ago first. */
  readonly #known = new Map<string, Known>();
  readonly #due: DueTimer;
  /** By what starts in the transaction that is open. */
  #tried: Known[] = [];
  #sweeping: NodeJS.Timeout | null = null;
  #lookedAt = 0;

  constructor(parts: CircuitsParts) {
    this.#parts = parts;
    const letTry = () => this.#letTry();
    this.#due = new DueTimer(parts.now, letTry, letTry);
    for (const row of parts.store.circuits.listOpen()) this.#known.set(row.name, { record: recordOf(row), probes: new Set() });
  }

  open(): void {
    this.#setTimer();
    this.#sweeping = setInterval(() => this.forgetUnused(), sweepMs);
    this.forgetUnused();
  }

  close(): void {
    this.#due.close();
    if (this.#sweeping) clearInterval(this.#sweeping);
  }

  /** How many more jobs that call this service may start now: any number, none, or the one that tries it. */
  room(name: string): number {
    const known = this.#known.get(name);
    if (!known?.record.open) return Number.POSITIVE_INFINITY;
    return isShut(known.record, this.#parts.now()) ? 0 : 1;
  }

  /** A service that is left alone, and for how long; null: it may be called, or tried. */
  outage(name: string): { name: string; waitMs: number } | null {
    return this.room(name) === 0 ? { name, waitMs: this.waitMs(name) } : null;
  }

  /** Milliseconds until it is worth asking again. */
  waitMs(name: string): number {
    const open = this.#known.get(name)?.record.open;
    return open ? Math.max(1_000, open.probeAt - this.#parts.now()) : 1_000;
  }

  /** A job starts that calls it. */
  started(name: string, seq: number): void {
    const known = this.#known.get(name);
    if (!known?.record.open) return;
    known.probes.add(seq);
    known.record = probed(known.record, this.#parts.now());
    this.#keep(known);
    this.#tried.push(known);
    this.#setTimer();
  }

  /** The turn's transaction is durable. */
  committed(): void {
    for (const known of this.#tried.splice(0)) this.#tell('circuit.half-opened', known);
  }

  /** The turn's transaction was undone. */
  undone(): void {
    this.#tried = [];
  }

  /** It does not run any more. What it had to say of the service was told before; if it had nothing to say, another one may try. */
  stopped(name: string, seq: number): void {
    const known = this.#known.get(name);
    if (!known?.probes.delete(seq) || known.probes.size > 0) return;
    known.record = unproven(known.record, this.#parts.now());
  }

  /**
   * A run has ended. A service that answers and never failed stays unknown.
   * @returns whether it failed because of a service that was known to be down: that is to cost it no attempt
   */
  ended({ circuit: name, seq }: JobRow, result: RunResult, declared: CircuitDeclaration | null): boolean {
    const word = name === null ? null : wordOf(result, declared);
    if (name === null || word === null) return false;
    const known = this.#known.get(name);
    if (!known && word.kind === 'answered') return false;
    const { now, random } = this.#parts;
    const at = now();
    const before = known ?? this.#make(name);
    const probe = before.probes.delete(seq);
    const spared = before.record.open !== null && word.kind === 'fault';
    const record =
      word.kind === 'answered'
        ? afterAnswer(before.record, at, probe)
        : afterFault(before.record, { at, error: word.error, askedMs: word.askedMs, probe, random: random() });
    if (record.open === before.record.open) {
      this.#keep({ ...before, record });
      return spared;
    }
    // Those that try it beside this one have nothing to add.
    this.#keep({ record, probes: new Set() });
    if (record.open) this.#write(() => this.#parts.store.circuits.putOpen(rowOf(record)), 'circuit.opened', record);
    else this.#write(() => this.#parts.store.circuits.dropOpen(name), 'circuit.closed', record);
    this.#setTimer();
    if (!record.open) this.#letThrough(name);
    return spared;
  }

  /** In the order of their names. @param after the name that an earlier page ended with */
  list(after: string, limit: number): { circuits: Circuit[]; next: string | null } {
    const names = [...this.#known.keys()].filter((name) => name > after).sort();
    const circuits = names.slice(0, limit).flatMap((name) => this.#shown(name) ?? []);
    return { circuits, next: names.length > limit ? (circuits.at(-1)?.name ?? null) : null };
  }

  /** @throws Problem not-found */
  get(name: string): Circuit {
    const circuit = this.#shown(name);
    if (!circuit)
      throw new Problem('not-found', `No circuit "${name}" is known: nothing that it stands for has failed within a day, so it is closed.`);
    return circuit;
  }

  /** Closes it and forgets its faults, as when someone knows that the service is back. @throws Problem not-found */
  async reset(name: string): Promise<Circuit> {
    const { store, now } = this.#parts;
    this.get(name);
    await store.commit.write('may', () => store.circuits.dropOpen(name));
    const record = newCircuit(name, now());
    const known: Known = { record, probes: new Set() };
    this.#keep(known);
    this.#tell('circuit.closed', known);
    this.#letThrough(name);
    return this.get(name);
  }

  forgetUnused(): void {
    const cutoff = this.#parts.now() - unusedMs;
    for (const [name, { record }] of this.#known) if (record.usedAt < cutoff) this.#forget(name);
  }

  #make(name: string): Known {
    const [oldest] = this.#known.keys();
    if (oldest !== undefined && this.#known.size >= limits.circuits) this.#forget(oldest);
    return { record: newCircuit(name, this.#parts.now()), probes: new Set() };
  }

  /** The last in order. */
  #keep(known: Known): void {
    this.#known.delete(known.record.name);
    this.#known.set(known.record.name, known);
  }

  #forget(name: string): void {
    const { store } = this.#parts;
    const record = this.#known.get(name)?.record;
    this.#known.delete(name);
    if (!record?.open) return;
    this.#write(() => store.circuits.dropOpen(name), 'circuit.closed', { ...record, open: null });
    this.#letThrough(name);
  }

  /** Each whose time has come lets one job through. */
  #letTry(): void {
    const at = this.#parts.now();
    const since = at < this.#lookedAt ? 0 : this.#lookedAt;
    this.#lookedAt = at;
    for (const [name, { record }] of this.#known)
      if (record.open && record.open.probeAt > since && !isShut(record, at)) this.#letThrough(name);
    this.#setTimer();
  }

  #letThrough(name: string): void {
    this.#parts.opened(name);
    this.#parts.store.commit.request();
  }

  #setTimer(): void {
    const at = this.#parts.now();
    let next = Number.POSITIVE_INFINITY;
    for (const { record } of this.#known.values()) if (record.open && isShut(record, at)) next = Math.min(next, record.open.probeAt);
    this.#due.set(Math.max(next, at + togetherMs));
  }

  #write(change: () => unknown, type: CircuitEventType, record: CircuitRecord): void {
    // If the store has failed the engine is on its way down; the next start finds what was written last.
    this.#parts.store.commit.write('must', change, () => this.#tell(type, { record, probes: new Set() })).catch(() => {});
  }

  #tell(type: CircuitEventType, known: Known): void {
    const { events, now } = this.#parts;
    events.emitLazily(() => ({ type, at: timeOf(now()), circuit: this.#circuitOf(known) }));
  }

  #shown(name: string): Circuit | null {
    const known = this.#known.get(name);
    return known ? this.#circuitOf(known) : null;
  }

  #circuitOf({ record, probes }: Known): Circuit {
    const { name, open, calls, lastFault } = record;
    const halfOpen = open !== null && (probes.size > 0 || !isShut(record, this.#parts.now()));
    return {
      name,
      state: open === null ? 'closed' : halfOpen ? 'half-open' : 'open',
      faults: calls.failures,
      calls: calls.failures + calls.successes,
      openedAt: timeOf(open?.since ?? null),
      probeAt: timeOf(open?.probeAt ?? null),
      openings: open?.openings ?? 0,
      lastFault: lastFault && { ...lastFault, at: timeOf(lastFault.at) },
      waiting: this.#parts.store.circuits.countWaiting(name),
    };
  }
}

function rowOf({ name, open, usedAt, lastFault }: CircuitRecord): OpenCircuitRow {
  if (!open || !lastFault) throw new Error(`circuit ${name} is not open`);
  return {
    ...{ name, opened_at: open.since, tried_at: open.triedAt, probe_at: open.probeAt, openings: open.openings, used_at: usedAt },
    ...{ fault_at: lastFault.at, error_name: lastFault.name, error_message: lastFault.message },
  };
}

function recordOf(row: OpenCircuitRow): CircuitRecord {
  return {
    ...newCircuit(row.name, row.used_at),
    open: { since: row.opened_at, triedAt: row.tried_at, probeAt: row.probe_at, openings: row.openings },
    lastFault: { at: row.fault_at, name: row.error_name, message: row.error_message },
  };
}
