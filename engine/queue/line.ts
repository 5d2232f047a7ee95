import { type LaneName, laneNames } from '../../contract/job.ts';
import { mayStillRetry, type RetryPolicy } from '../../contract/retry.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { type Catalog, type CatalogEntry, laneOf } from './catalog.ts';
import type { Concurrency, Gated, OpenedGate } from './concurrency.ts';
import { DueTimer } from './due-timer.ts';
import { ioRoom, threadRoom } from './lanes.ts';
import { retryTimeOverError } from './outcome.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { RateLimits } from './rate-limits.ts';

/** Claims of a lane in one transaction: enough to fill it, few enough for a short commit. */
const claimLimit = 512;
/** Jobs looked at in one transaction, those included that are put aside: what is behind them comes in the next. */
const lookLimit = 2_048;
const lookAhead = 64;
const promoteLimit = 1_000;

export type LineParts = {
  store: Store;
  catalog: Catalog;
  settings: QueueSettings;
  concurrency: Concurrency;
  rates: RateLimits;
  now: () => number;
  /** How many more runs of this size a lane takes. */
  places: (lane: LaneName, room: number) => number;
  roomOf: (entry: CatalogEntry, lane: LaneName) => number;
};

export type Claim = { row: JobRow; entry: CatalogEntry; room: number };

/** What a transaction took out of the line. */
export type Round = {
  claims: Claim[];
  /** Became due. */
  promoted: JobRow[];
  /** Could not be started any more. */
  dead: JobRow[];
};

/** Who waits for a place, and who is next: due jobs by queue and lane, held back by the limits of queues, tasks and keys. */
export class Line {
  readonly #parts: LineParts;
  /** Queues that may have a job ready, by lane: set when one enters, cleared when a claim finds none left. */
  readonly #ready: Record<LaneName, Set<string>> = { interactive: new Set(), io: new Set(), cpu: new Set() };
  /** By queue, when it was served last: one that was put aside for another's sake has not had its turn. */
  readonly #served = new Map<string, number>();
  #turns = 0;
  readonly #due: DueTimer;
  /** Rings when a queue that is held up by its rate limit may start another. */
  readonly #tokens: DueTimer;
  /** Of the transaction that is open. */
  #round: Round = { claims: [], promoted: [], dead: [] };
  #emptied: { queue: string; lane: LaneName }[] = [];
  #opened: OpenedGate[] = [];
  #looks = 0;
  /** Jobs that came into line so far. */
  #entries = 0;

  constructor(parts: LineParts) {
    this.#parts = parts;
    const ring = () => parts.store.commit.request();
    this.#due = new DueTimer(parts.now, ring);
    this.#tokens = new DueTimer(parts.now, ring);
  }

  open(): void {
    for (const { queue, lane } of this.#parts.store.jobs.readyPairs()) this.#ready[lane].add(queue);
    // Nothing runs after a restart.
    this.#parts.concurrency.reopen([...this.#parts.store.jobs.parkedGates()]);
    this.#setDueTimer();
  }

  close(): void {
    this.#due.close();
    this.#tokens.close();
  }

  entered(row: JobRow): void {
    this.#entries++;
    this.#ready[row.lane].add(row.queue);
  }

  waitsForItsTime(row: JobRow): void {
    this.#due.setIfEarlier(row.run_at);
  }

  /** Whether a job that comes now would pass nobody of its queue, or of another that may run. */
  mayPass(job: Gated & Pick<JobRow, 'queue' | 'lane'>): boolean {
    const { queue, lane } = job;
    if (!this.#mayRun(queue) || !this.#parts.concurrency.passesNobody(job)) return false;
    for (const waiting of this.#ready[lane]) if (waiting === queue || this.#mayRun(waiting)) return false;
    return true;
  }

  /** Inside each turn's transaction: takes what the lanes have places for. null: nothing has changed. */
  claim(): Round | null {
    const { store, concurrency, now } = this.#parts;
    this.#emptied = [];
    this.#looks = lookLimit;
    const due = this.#due.isDue;
    this.#round = { claims: [], promoted: due ? store.jobs.promoteDue(now(), promoteLimit) : [], dead: [] };
    for (const row of this.#round.promoted) this.entered(row);
    this.#opened = [];
    if (this.#tokens.isDue) this.#tokens.set(Number.POSITIVE_INFINITY);
    let looks: number;
    do {
      looks = this.#looks;
      const opened = concurrency.takeOpened(lookLimit);
      this.#opened.push(...opened);
      for (const gate of opened) this.#release(gate);
      for (const lane of laneNames) this.#claimFor(lane);
      // One that was put aside has passed its place on to the next.
    } while (concurrency.hasOpened && this.#looks > 0 && this.#looks < looks);
    const idle = this.#looks === lookLimit && !due && this.#opened.length === 0;
    return idle ? null : this.#round;
  }

  /** After the commit of what `claim` answered. */
  claimed(): void {
    // Also when nothing was promoted: the first in line may have been cancelled, and the next one still waits for its time.
    if (this.#due.isDue) this.#setDueTimer();
    const { promoted, claims } = this.#round;
    const more = promoted.length === promoteLimit || claims.length >= claimLimit || this.#looks <= 0 || this.#parts.concurrency.hasOpened;
    if (more) this.#parts.store.commit.request();
    this.#round = { claims: [], promoted: [], dead: [] };
  }

  /** The turn's transaction was undone: so are its claims, or it came to none. @param retryAt when it is tried again */
  undone(retryAt: number): void {
    for (const { row } of this.#round.claims) {
      this.#parts.concurrency.giveBack(row);
      this.entered(row);
    }
    for (const { queue, lane } of this.#emptied) this.#ready[lane].add(queue);
    this.#parts.concurrency.reopen(this.#opened);
    if (this.#due.isDue) this.#due.set(retryAt);
    else if (this.#parts.concurrency.hasOpened || laneNames.some((lane) => this.#ready[lane].size > 0)) this.#due.setIfEarlier(retryAt);
    this.#round = { claims: [], promoted: [], dead: [] };
    this.#emptied = [];
    this.#opened = [];
  }

  #release(gate: OpenedGate): void {
    const room = this.#parts.concurrency.roomAt(gate);
    if (room <= 0) return;
    if (this.#looks <= 0) {
      this.#parts.concurrency.reopen([gate]);
      return;
    }
    const limit = gate.wide ? claimLimit : Math.min(room, claimLimit);
    const released = this.#parts.store.jobs.releaseParked(gate, limit, claimLimit);
    for (const row of released) this.entered(row);
    this.#looks -= released.length;
    if (released.length < limit) this.#parts.concurrency.emptied(gate);
    else if (released.length >= claimLimit) this.#parts.concurrency.reopen([gate]);
  }

  #claimFor(lane: LaneName): void {
    const ready = this.#ready[lane];
    if (ready.size === 0) return;
    const { places, settings, concurrency, rates, now } = this.#parts;
    const claimed = this.#round.claims.filter(({ row }) => row.lane === lane).length;
    let left = Math.min(claimLimit, places(lane, lane === 'io' ? ioRoom : threadRoom)) - claimed;
    // Each queue gets its share, then what is left goes round again; the one that was served first goes last next time.
    const queues = [...ready]
      .filter((queue) => !settings.isPaused(queue))
      .sort((a, b) => (this.#served.get(a) ?? 0) - (this.#served.get(b) ?? 0));
    while (left > 0 && queues.length > 0 && this.#looks > 0) {
      const share = Math.ceil(left / queues.length);
      for (const queue of queues.splice(0)) {
        const at = now();
        const tokens = rates.room(queue, at);
        if (tokens <= 0) this.#tokens.setIfEarlier(rates.nextAt(queue));
        const asked = Math.min(share, left, concurrency.room(queue, lane), tokens);
        if (asked <= 0) continue;
        const entries = this.#entries;
        const { started, exhausted } = this.#claimFrom(queue, lane, asked, at);
        rates.take(queue, started, at);
        left -= started;
        if (started > 0) this.#served.set(queue, ++this.#turns);
        // What could not be started any more may have put something in line: what is to be done about it.
        if (exhausted && entries === this.#entries) {
          ready.delete(queue);
          this.#emptied.push({ queue, lane });
        } else if (started === asked) queues.push(queue);
      }
    }
  }

  /** Those that are put aside or sent to another lane do not count, those behind them are looked at in their place. */
  #claimFrom(queue: string, lane: LaneName, limit: number, at: number): { started: number; exhausted: boolean } {
    let started = 0;
    let looked = 0;
    while (started < limit && this.#looks > 0) {
      // Where some were put aside there are likely more of them.
      const wanted = Math.min(Math.max(limit - started, looked === 0 ? 0 : lookAhead), this.#looks);
      const rows = this.#parts.store.jobs.peekReady(queue, lane, wanted);
      for (const row of rows) {
        if (started === limit) return { started, exhausted: false };
        this.#looks--;
        looked++;
        if (this.#take(row, lane, at)) started++;
      }
      if (rows.length < wanted) return { started, exhausted: true };
    }
    return { started, exhausted: false };
  }

  /** @returns whether it is to be started; if not, it has left this line */
  #take(row: JobRow, lane: LaneName, at: number): boolean {
    const { store, catalog, concurrency, roomOf } = this.#parts;
    const entry = catalog.known(row.task);
    if (!entry || entry.error) {
      const error = entry?.error ?? { name: 'TaskNotFound', message: `There is no task "${row.task}" now. The job waits for it.` };
      store.jobs.holdJob(row, JSON.stringify(error));
      concurrency.open(row, true);
      return false;
    }
    if (lane !== 'interactive' && laneOf(entry) !== lane) {
      // Its file was changed since it was submitted, and says so.
      this.entered(store.jobs.changeLane(row, laneOf(entry)));
      store.commit.request();
      return false;
    }
    if (row.first_started_at !== null && !mayStillRetry(JSON.parse(row.retry) as RetryPolicy, at - row.first_started_at)) {
      this.#round.dead.push(store.jobs.buryWaiting(row, JSON.stringify(retryTimeOverError(row)), at));
      concurrency.open(row);
      return false;
    }
    const gate = concurrency.closedGate(row);
    if (gate) {
      store.jobs.parkJob(row, gate);
      concurrency.waitsAt(gate);
      concurrency.passOn(row, gate);
      return false;
    }
    const started = store.jobs.startJob(row, at);
    concurrency.take(started);
    this.#round.claims.push({ row: started, entry, room: roomOf(entry, lane) });
    return true;
  }

  #mayRun(queue: string): boolean {
    const { settings, concurrency, rates, now } = this.#parts;
    return !settings.isPaused(queue) && concurrency.room(queue) > 0 && rates.room(queue, now()) > 0;
  }

  #setDueTimer(): void {
    this.#due.set(this.#parts.store.jobs.nextDueAt() ?? Number.POSITIVE_INFINITY);
  }
}
