/**
 * One transaction per turn of the event loop: whatever the turn wants to write is committed and synced together, and each
 * writer is answered after the COMMIT. With synchronous=FULL a commit costs about a millisecond whatever it holds.
 */

import type { Database } from 'better-sqlite3';
import { Problem } from '../../contract/errors.ts';
import { type StorageError, storageErrorOf } from './storage-error.ts';

/**
 * `may`: refused when the disk is full, and its caller told so. `must`: the end of an attempt and the like, which has
 * already happened; it is kept and tried again until there is room.
 */
export type Urgency = 'may' | 'must';

type Entry = {
  urgency: Urgency;
  run: () => unknown;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
  committed: ((value: unknown) => void) | undefined;
  value: unknown;
  refusal: Problem | null;
};

export type CommitHooks = {
  /** What was started goes to its threads: before the transaction, so that they work while this one waits for the disk, and after what it claimed. */
  send(): void;
  /** Runs inside each transaction after the turn's writes: claims. Returns what to do after the commit. */
  claim(): (() => void) | null;
  /** Runs inside each transaction at its end: counters. */
  flushCounters(): void;
  /** The transaction is durable: what was noted is so. */
  committed(): void;
  /** The transaction was undone: forget what `flushCounters` and the entries noted. */
  undone(): void;
  /** A full disk: frees the ballast, so that what must be written can be. */
  outOfSpace(): void;
  /** The database can no longer be trusted or written: the engine must stop. */
  failed(error: unknown): void;
};

/** Rows that the operations of a transaction leave to be written at its end (store/job-writes.ts). */
export type GatheredWrites = { write(): void; committed(): void; undone(): void };

const retryMs = 500;

export class GroupCommit {
  readonly #db: Database;
  readonly #gathered: GatheredWrites;
  #hooks: CommitHooks | null = null;
  #entries: Entry[] = [];
  #scheduled = false;
  #retry: NodeJS.Timeout | null = null;
  /** Ends the wait of those that may wait. */
  #patience: NodeJS.Timeout | null = null;
  #closed = false;
  #full = false;
  #afterCommit: (() => void) | null = null;
  readonly #begin;
  readonly #commit;
  readonly #rollback;

  constructor(db: Database, gathered: GatheredWrites) {
    this.#db = db;
    this.#gathered = gathered;
    this.#begin = db.prepare('BEGIN IMMEDIATE');
    this.#commit = db.prepare('COMMIT');
    this.#rollback = db.prepare('ROLLBACK');
  }

  attach(hooks: CommitHooks): void {
    this.#hooks = hooks;
  }

  /** Calls `listener` after each COMMIT. */
  afterCommit(listener: () => void): void {
    this.#afterCommit = listener;
  }

  /** True while the last commit failed for want of space. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * Runs `operation` in this turn's transaction and answers after its COMMIT. A `Problem` that it throws refuses it alone;
   * it must be thrown before the operation's first write. `committed` is called right after the COMMIT, before anything
   * that was claimed in it starts, in the order of the operations: what is told to others goes there.
   * @param withinMs how long it may wait for a transaction that somebody else asks for, in milliseconds; 0: this turn's
   * @throws Problem storage-full (`may` only)
   */
  write<Value>(urgency: Urgency, operation: () => Value, committed?: (value: Value) => void, withinMs = 0): Promise<Value> {
    return new Promise<Value>((resolve, reject) => {
      this.#entries.push({
        urgency,
        run: operation,
        resolve: resolve as (value: unknown) => void,
        reject,
        committed: committed as ((value: unknown) => void) | undefined,
        value: undefined,
        refusal: null,
      });
      if (withinMs === 0) this.request();
      else this.#patience ??= setTimeout(() => this.flush(), withinMs);
    });
  }

  /** Asks for a transaction in this turn even if nobody writes: something may be claimed. */
  request(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    setImmediate(() => this.flush());
  }

  /** Commits what is pending now. */
  flush(): void {
    this.#scheduled = false;
    if (this.#patience) clearTimeout(this.#patience);
    this.#patience = null;
    if (this.#closed) return;
    const entries = this.#entries;
    this.#entries = [];
    let started: (() => void) | null = null;
    let begun = false;
    this.#hooks?.send();
    try {
      this.#begin.run();
      begun = true;
      for (const entry of entries) runEntry(entry);
      started = this.#hooks?.claim() ?? null;
      this.#hooks?.flushCounters();
      this.#gathered.write();
      this.#commit.run();
    } catch (error) {
      if (begun && this.#db.inTransaction) this.#rollback.run();
      this.#gathered.undone();
      this.#hooks?.undone();
      this.#undo(entries, error);
      return;
    }
    this.#full = false;
    this.#gathered.committed();
    this.#hooks?.committed();
    this.#afterCommit?.();
    for (const entry of entries) {
      if (!entry.refusal) entry.committed?.(entry.value);
    }
    started?.();
    this.#hooks?.send();
    for (const entry of entries) {
      if (entry.refusal) entry.reject(entry.refusal);
      else entry.resolve(entry.value);
    }
  }

  close(): void {
    if (this.#entries.length > 0) this.flush();
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
  }

  #undo(entries: Entry[], error: unknown): void {
    const storage: StorageError | null = storageErrorOf(error);
    if (storage?.kind !== 'full' && storage?.kind !== 'busy') {
      for (const entry of entries) entry.reject(error);
      this.#hooks?.failed(error);
      return;
    }
    this.#full = storage.kind === 'full';
    if (this.#full) this.#hooks?.outOfSpace();
    const kept: Entry[] = [];
    for (const entry of entries) {
      if (entry.urgency === 'must') kept.push({ ...entry, refusal: null });
      else entry.reject(refusalOf(storage));
    }
    this.#entries = [...kept, ...this.#entries];
    if (kept.length > 0 && !this.#retry) {
      this.#retry = setTimeout(() => {
        this.#retry = null;
        this.flush();
      }, retryMs);
    }
  }
}

function runEntry(entry: Entry): void {
  try {
    entry.value = entry.run();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    entry.refusal = error;
  }
}

function refusalOf(storage: StorageError): Problem {
  if (storage.kind === 'full') return diskFull();
  return new Problem('storage-full', `${storage.message}. Nothing was accepted. Close the other program and try again.`, {
    retryAfterMs: 5_000,
  });
}

export function diskFull(): Problem {
  return new Problem(
    'storage-full',
    'The disk is full. Nothing was accepted; jobs that were accepted before are safe. Free some space and try again.',
    { retryAfterMs: 10_000 },
  );
}
