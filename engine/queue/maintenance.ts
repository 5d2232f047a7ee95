import type { StateCounts } from '../../contract/resources.ts';
import { finalStates } from '../../contract/states.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { EventStream } from './event-stream.ts';
import type { Lanes } from './lanes.ts';
import type { Measurements } from './measure.ts';
import type { Workflows } from './workflows.ts';

const day = 86_400_000;
/** How long final jobs are kept, in milliseconds. */
const retentionMs = { completed: 7 * day, cancelled: 7 * day, dead: 30 * day };
const pageJobs = 500;
const saveMs = 15_000;
const sweepMs = 600_000;

export type MaintenanceParts = {
  store: Store;
  measurements: Measurements;
  events: EventStream;
  lanes: Lanes;
  now: () => number;
  deleted: (row: JobRow) => void;
  workflows: Pick<Workflows, 'deleteEnded'>;
};

/** What is done from time to time: figures each second for those who watch, measurements kept, old jobs let go. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #timers: NodeJS.Timeout[] = [];
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#timers.push(
      setInterval(() => this.#tell(), 1_000),
      setInterval(() => void this.save(), saveMs),
      setInterval(() => {
        this.#sweeping = this.sweep();
      }, sweepMs),
    );
    this.#sweeping = this.sweep();
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#sweeping;
    await this.save();
  }

  /** Writes nothing when nothing was measured, so that an idle engine leaves the disk alone. */
  async save(): Promise<void> {
    const { store, measurements } = this.#parts;
    if (!measurements.changed) return;
    const write = () => measurements.save();
    // On a full disk figures are kept in memory until there is room.
    await store.commit.write('may', write, () => measurements.saved()).catch(() => {});
  }

  /** Lets go of final jobs past their time and of expired keys, in small transactions. */
  async sweep(): Promise<void> {
    const { store, measurements, now } = this.#parts;
    try {
      for (const state of finalStates) await this.#sweepState(state, now() - retentionMs[state]);
      // A workflow and its jobs go together.
      for (const [state, kept] of [
        ['completed', 'completed'],
        ['cancelled', 'cancelled'],
        ['failed', 'dead'],
      ] as const)
        await this.#parts.workflows.deleteEnded(state, now() - retentionMs[kept], () => this.#closed);
      while (!this.#closed && (await store.commit.write('may', () => store.idempotency.forgetExpired(now(), pageJobs))) === pageJobs);
      while (!this.#closed && (await store.commit.write('may', () => store.jobs.forgetExpiredKeys(now(), pageJobs))) === pageJobs);
      await store.commit.write('may', () => store.deadGroups.forgetEmpty(now() - retentionMs.dead, pageJobs));
      await store.commit.write('may', () => measurements.forgetOld());
    } catch {
      // A full disk or a stopping engine: the next sweep goes on.
    }
  }

  /** Of jobs that belong to no workflow. In order of submission, and no further than jobs that are too young to have ended before `cutoff`. */
  async #sweepState(state: (typeof finalStates)[number], cutoff: number): Promise<void> {
    const { store, deleted } = this.#parts;
    let afterSeq = 0;
    while (!this.#closed) {
      const page = store.jobs.listFinal(state, afterSeq, pageJobs);
      const last = page.at(-1);
      if (!last) return;
      const isOld = (row: JobRow | null) => row?.state === state && row.workflow_id === null && (row.finished_at ?? cutoff) < cutoff;
      const old = page.filter(isOld);
      if (old.length > 0) {
        const gone = await store.commit.write('may', () => {
          // Someone may have retried one in this very turn.
          const still = old.filter(({ seq }) => isOld(store.jobs.readJob(seq)));
          for (const row of still) store.jobs.deleteJob(row);
          return still;
        });
        for (const row of gone) deleted(row);
      }
      if (last.created_at >= cutoff) return;
      afterSeq = last.seq;
    }
  }

  #tell(): void {
    const { events, store, measurements, lanes, now } = this.#parts;
    if (!events.listenedTo) return;
    const at = new Date(now()).toISOString();
    const counts: StateCounts = store.counters.byState();
    events.emit({ type: 'stats', at, counts, point: measurements.lastSecond() });
    events.emit({ type: 'workers', at, ...lanes.workers() });
  }
}
