import type { StateCounts } from '../../contract/resources.ts';
import type { Store } from '../store/store.ts';
import type { EventStream } from './event-stream.ts';
import type { Lanes } from './lanes.ts';
import type { Measurements } from './measure.ts';
import type { Retention } from './retention.ts';
import type { Workflows } from './workflows.ts';

/** Rows of what is forgotten, in one transaction. */
const pageRows = 500;
/** A group of dead jobs that was emptied is known for so long at most. */
const longestGroupMs = 30 * 86_400_000;
const saveMs = 15_000;
/** Counts and sizes are to be held to at thousands of jobs a second; a sweep that finds nothing costs microseconds. */
const sweepMs = 60_000;

export type MaintenanceParts = {
  store: Store;
  measurements: Measurements;
  events: EventStream;
  lanes: Lanes;
  retention: Retention;
  now: () => number;
  workflows: Pick<Workflows, 'deleteEnded'>;
};

/** What is done from time to time: figures each second for those who watch, measurements kept, old jobs let go. */
export class Maintenance {
  readonly #parts: MaintenanceParts;
  readonly #timers: NodeJS.Timeout[] = [];
  #sweeping: Promise<void> | null = null;
  #closed = false;

  constructor(parts: MaintenanceParts) {
    this.#parts = parts;
  }

  open(): void {
    this.#timers.push(
      setInterval(() => this.#tell(), 1_000),
      setInterval(() => void this.save(), saveMs),
      setInterval(() => this.#startSweep(), sweepMs),
    );
    this.#startSweep();
  }

  /** One at a time: the first after a long pause may take longer than the time between two. */
  #startSweep(): void {
    this.#sweeping ??= this.sweep().finally(() => {
      this.#sweeping = null;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    await this.#parts.retention.close();
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

  /** Lets go of ended jobs that are kept no longer and of expired keys, in small transactions. */
  async sweep(): Promise<void> {
    const { store, measurements, retention, now } = this.#parts;
    await retention.sweep();
    const groupMs = Math.min(longestGroupMs, retention.settings.dead.forMs ?? longestGroupMs);
    try {
      // A workflow and its jobs go together.
      for (const [state, kept] of [
        ['completed', 'completed'],
        ['cancelled', 'cancelled'],
        ['failed', 'dead'],
      ] as const) {
        const { forMs } = retention.settings[kept];
        if (forMs !== null) await this.#parts.workflows.deleteEnded(state, now() - forMs, () => this.#closed);
      }
      while (!this.#closed && (await store.commit.write('may', () => store.idempotency.forgetExpired(now(), pageRows))) === pageRows);
      while (!this.#closed && (await store.commit.write('may', () => store.jobs.forgetExpiredKeys(now(), pageRows))) === pageRows);
      await store.commit.write('may', () => store.deadGroups.forgetEmpty(now() - groupMs, pageRows));
      await store.commit.write('may', () => measurements.forgetOld());
    } catch {
      // A full disk or a stopping engine: the next sweep goes on.
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
