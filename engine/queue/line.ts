import { type LaneName, laneNames } from '../../contract/job.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { type Catalog, type CatalogEntry, laneOf } from './catalog.ts';
import type { Concurrency } from './concurrency.ts';
import type { QueueSettings } from './queue-settings.ts';

/** Claims of a lane in one transaction: enough to fill it, few enough for a short commit. */
const claimLimit = 512;

export type Claim = { row: JobRow; entry: CatalogEntry };

export type LineParts = {
  store: Store;
  catalog: Catalog;
  settings: QueueSettings;
  concurrency: Concurrency;
  now: () => number;
};

/** Who is next: every queue has a line for each lane, in the store's order, and queues take turns. */
export class Line {
  readonly #parts: LineParts;
  /** Queues that may have a job ready, by lane: set when one enters, cleared when a claim finds none left. */
  readonly #ready: Record<LaneName, Set<string>> = { interactive: new Set(), io: new Set(), cpu: new Set() };
  /** Of the transaction that is open: what it claims, how many jobs it moved out of the way, and the lines that it emptied. */
  #claims: Claim[] = [];
  #movedAside = 0;
  #emptied: { queue: string; lane: LaneName }[] = [];

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  open(): void {
    for (const pair of this.#parts.store.jobs.readyPairs()) this.add(pair);
  }

  add({ queue, lane }: Pick<JobRow, 'queue' | 'lane'>): void {
    this.#ready[lane].add(queue);
  }

  /** Someone may be in line; perhaps only those who may not run now. */
  get waits(): boolean {
    return laneNames.some((lane) => this.#ready[lane].size > 0);
  }

  /** The queue may run one more on this lane, and nobody who may run is ahead: of its own or of another queue. */
  mayPass(queue: string, lane: LaneName): boolean {
    if (!this.#mayRun(queue)) return false;
    for (const waiting of this.#ready[lane]) if (waiting === queue || this.#mayRun(waiting)) return false;
    return true;
  }

  /**
   * Inside the turn's transaction: starts as many as there are places.
   * @param placesOn free places of a lane, for the smallest runs that it takes
   */
  claim(placesOn: (lane: LaneName) => number): Claim[] {
    this.#claims = [];
    this.#movedAside = 0;
    this.#emptied = [];
    for (const lane of laneNames) if (this.#ready[lane].size > 0) this.#claimFor(lane, Math.min(claimLimit, placesOn(lane)));
    // What was left for another transaction is asked for now: nobody else may.
    if (this.#claims.length >= claimLimit || this.#movedAside >= claimLimit) this.#parts.store.commit.request();
    return this.#claims;
  }

  /** The claims are durable. */
  committed(): void {
    this.#claims = [];
  }

  /** The transaction was undone, perhaps before it came to its claims. */
  undone(): void {
    for (const { row } of this.#claims) {
      this.#parts.concurrency.giveBack(row);
      this.add(row);
    }
    for (const emptied of this.#emptied) this.add(emptied);
    this.#claims = [];
    this.#emptied = [];
  }

  #mayRun(queue: string): boolean {
    return !this.#parts.settings.isPaused(queue) && this.#parts.concurrency.room(queue) > 0;
  }

  #claimFor(lane: LaneName, places: number): void {
    const ready = this.#ready[lane];
    let left = places;
    // Each queue gets its share, then what is left goes round again; the one that was served first goes last next time.
    const queues = [...ready].filter((queue) => !this.#parts.settings.isPaused(queue));
    while (left > 0 && queues.length > 0) {
      const share = Math.ceil(left / queues.length);
      for (const queue of queues.splice(0)) {
        const asked = Math.min(share, left, this.#parts.concurrency.room(queue, lane));
        if (asked <= 0) continue;
        const { started, emptied } = this.#claimFrom(queue, lane, asked);
        left -= started;
        ready.delete(queue);
        if (emptied) this.#emptied.push({ queue, lane });
        else ready.add(queue);
        if (started === asked) queues.push(queue);
      }
    }
  }

  /** Those that can't run now are moved out of the way and take no place, or a task that does not load would hold up every other. */
  #claimFrom(queue: string, lane: LaneName, limit: number): { started: number; emptied: boolean } {
    let started = 0;
    for (let asked = limit; started < limit && this.#movedAside < claimLimit; asked = claimLimit) {
      const rows = this.#parts.store.jobs.peekReady(queue, lane, asked);
      for (const row of rows) {
        if (started === limit) return { started, emptied: false };
        if (this.#take(row, lane)) started++;
        else this.#movedAside++;
      }
      if (rows.length < asked) return { started, emptied: true };
    }
    return { started, emptied: false };
  }

  #take(row: JobRow, lane: LaneName): boolean {
    const { store, catalog, concurrency, now } = this.#parts;
    const entry = catalog.known(row.task);
    if (!entry || entry.error) {
      const missing = { name: 'TaskNotFound', message: `There is no task "${row.task}" now. The job waits for it.` };
      store.jobs.holdJob(row, JSON.stringify(entry?.error ?? missing));
      return false;
    }
    if (lane !== 'interactive' && laneOf(entry) !== lane) {
      // Its file was changed since it was submitted, and says so.
      this.add(store.jobs.changeLane(row, laneOf(entry)));
      store.commit.request();
      return false;
    }
    const started = store.jobs.startJob(row, now());
    concurrency.take(started);
    this.#claims.push({ row: started, entry });
    return true;
  }
}
