import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  patchRetention,
  type RetentionPatch,
  type RetentionReason,
  type Retention as RetentionReport,
  type RetentionSettings,
} from '../../contract/retention.ts';
import { type FinalState, finalStates } from '../../contract/states.ts';
import { type JobRow, timeOf } from '../store/job-row.ts';
import type { ResultFiles } from '../store/result-files.ts';
import { beforeAllEnds, type EndedKey } from '../store/retention.ts';
import type { Store } from '../store/store.ts';
import { type Excess, excessOf, isOverSize, pagesToGiveBack, sizeOrder, usedBytes } from './retention-rules.ts';

/** Jobs that one transaction looks at, and how long it may take over deleting them, in milliseconds: a log of 20,000 lines is dear. */
const pageJobs = 200;
const stepMs = 4;

export type RetentionParts = {
  store: Store;
  resultFiles: ResultFiles;
  now: () => number;
  /** After the commit. */
  deleted: (row: JobRow) => void;
  log: (line: string) => void;
};

type Tally = Record<FinalState, number> & { reasons: Record<RetentionReason, number> };
type Step = { gone: JobRow[]; last: EndedKey | null };

/** Lets go of ended jobs by age, count and size, in steps of a few milliseconds, each part of a turn's transaction. */
export class Retention {
  readonly #parts: RetentionParts;
  #settings: RetentionSettings;
  #lastDeleted: RetentionReport['lastDeleted'] = null;
  #sweeping: Promise<void> | null = null;
  #again = false;
  #closed = false;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#settings = parts.store.retention.readSettings();
  }

  get settings(): RetentionSettings {
    return this.#settings;
  }

  report(): RetentionReport {
    const { store, resultFiles } = this.#parts;
    const use = store.retention.pageUse();
    return {
      ...this.#settings,
      usage: {
        databaseBytes: usedBytes(use, 0),
        freeBytes: use.free * use.pageBytes,
        resultBytes: resultFiles.bytes,
        shrinks: store.retention.shrinks(),
      },
      lastDeleted: this.#lastDeleted,
    };
  }

  /** What it no longer keeps is let go of at once. @throws Problem storage-full */
  async patch(patch: RetentionPatch): Promise<RetentionReport> {
    const { store } = this.#parts;
    await store.commit.write(
      'may',
      () => {
        const settings = patchRetention(store.retention.readSettings(), patch);
        store.retention.putSettings(settings);
        return settings;
      },
      (settings) => {
        this.#settings = settings;
      },
    );
    void this.sweep();
    return this.report();
  }

  /** One at a time; asked for while one goes on, it begins anew at its end. */
  sweep(): Promise<void> {
    if (this.#sweeping) {
      this.#again = true;
      return this.#sweeping;
    }
    this.#sweeping = this.#sweepAll().finally(() => {
      this.#sweeping = null;
      const again = this.#again && !this.#closed;
      this.#again = false;
      if (again) void this.sweep();
    });
    return this.#sweeping;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#sweeping;
  }

  async #sweepAll(): Promise<void> {
    const { store, now, log } = this.#parts;
    const tally: Tally = { completed: 0, cancelled: 0, dead: 0, reasons: { age: 0, count: 0, size: 0 } };
    try {
      for (const state of finalStates) {
        // The count is read anew after what was too old has gone.
        const excess = () => excessOf(this.#settings[state], store.counters.total({ state: [state] }), now());
        for (const reason of ['age', 'count'] as const) {
          const found = excess().find((item) => item.reason === reason);
          if (found) await this.#letGo(state, found, tally);
        }
      }
      for (const state of sizeOrder) {
        if (!this.#isOverSize()) break;
        await this.#letGo(state, { reason: 'size', before: Number.MAX_SAFE_INTEGER, most: Number.POSITIVE_INFINITY }, tally);
      }
      await this.#shrink();
    } catch {
      // A full disk or a stopping engine: the next sweep goes on.
    }
    const { completed, cancelled, dead, reasons } = tally;
    if (completed + cancelled + dead === 0) return;
    this.#lastDeleted = { at: timeOf(now()), completed, cancelled, dead, reasons };
    log(
      `Deleted ${completed} completed, ${cancelled} cancelled and ${dead} dead jobs: ${reasons.age} for their age, ${reasons.count} for their number, ${reasons.size} for the room they took.`,
    );
  }

  #isOverSize(): boolean {
    const { store, resultFiles } = this.#parts;
    return isOverSize(this.#settings, store.retention.pageUse(), resultFiles.bytes);
  }

  /** From the oldest end on. A job that is not deleted after all is passed by, so that it holds up nothing. */
  async #letGo(state: FinalState, { reason, before, most }: Excess, tally: Tally): Promise<void> {
    const { store, deleted } = this.#parts;
    let after = beforeAllEnds;
    let left = most;
    while (!this.#closed && left > 0 && (reason !== 'size' || this.#isOverSize())) {
      // Looked for outside: a sweep that finds nothing asks for no transaction.
      if (store.retention.endedBefore(state, after, before, 1).length === 0) return;
      const { gone, last } = await store.commit.write('may', () => this.#step(state, after, before, Math.min(left, pageJobs)));
      for (const row of gone) deleted(row);
      tally[state] += gone.length;
      tally.reasons[reason] += gone.length;
      left -= gone.length;
      if (last === null) return;
      after = last;
      await nextTurn();
    }
  }

  /** Inside the transaction. */
  #step(state: FinalState, after: EndedKey, before: number, limit: number): Step {
    const { store, now } = this.#parts;
    const until = performance.now() + stepMs;
    const gone: JobRow[] = [];
    let last: EndedKey | null = null;
    for (const key of store.retention.endedBefore(state, after, before, limit)) {
      const row = store.jobs.readJob(key.seq);
      // A workflow and its jobs go together (maintenance.ts).
      if (row && row.workflow_id === null) {
        store.jobs.deleteJob(row, now());
        gone.push(row);
      }
      last = key;
      if (performance.now() > until) break;
    }
    return { gone, last };
  }

  async #shrink(): Promise<void> {
    const { retention, commit } = this.#parts.store;
    if (!retention.shrinks()) return;
    for (;;) {
      const pages = pagesToGiveBack(retention.pageUse());
      if (pages === 0 || this.#closed) return;
      await commit.write('may', () => retention.giveBackPages(pages));
      await nextTurn();
    }
  }
}
