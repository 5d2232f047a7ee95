import type { LaneName } from '../../contract/job.ts';
import { isFinal } from '../../contract/states.ts';
import type { AbortReason, ThreadOutput } from '../../contract/thread.ts';
import type { EndedAttempt } from '../store/attempt-end.ts';
import type { JobRow } from '../store/job-row.ts';
import type { ResultFiles } from '../store/result-files.ts';
import type { Store } from '../store/store.ts';
import { CallersFirst } from './callers-first.ts';
import { type Catalog, type CatalogEntry, misfitError } from './catalog.ts';
import { Circuits } from './circuits.ts';
import type { Compensations } from './compensation.ts';
import { Concurrency, type Gated, limitsOf } from './concurrency.ts';
import { Deadlines, type Overdue } from './deadlines.ts';
import type { DeliveryOrders } from './delivery-orders.ts';
import type { DrainRates } from './drain.ts';
import type { EventStream } from './event-stream.ts';
import type { Lanes, RunReport } from './lanes.ts';
import { Line } from './line.ts';
import type { LogBook } from './log-book.ts';
import type { Measurements } from './measure.ts';
import { deadlineErrorName } from './outcome.ts';
import { PlaceForecast } from './place-forecast.ts';
import { PromisedRoom } from './promised-room.ts';
import type { QueueSettings } from './queue-settings.ts';
import { RateLimits } from './rate-limits.ts';
import { RunEnds } from './run-ends.ts';
import { runRequestOf } from './run-request.ts';
import { roomOf } from './run-room.ts';
import { Runs } from './runs.ts';
import { UnwrittenRuns } from './unwritten-runs.ts';
import type { Waiters } from './waiters.ts';
import { parentsFor } from './workflow-parents.ts';

/** Jobs of a task that loads again, in one transaction. */
const releaseLimit = 512;
/** After a transaction that was undone, in milliseconds. */
const retryMs = 500;

export type DispatchParts = {
  store: Store;
  lanes: Lanes;
  catalog: Catalog;
  settings: QueueSettings;
  events: EventStream;
  waiters: Waiters;
  logBook: LogBook;
  resultFiles: ResultFiles;
  measurements: Measurements;
  drains: DrainRates;
  compensations: Compensations;
  orders: DeliveryOrders;
  now: () => number;
  random: () => number;
  /** queue/unwritten-runs.ts; in milliseconds. */
  unwrittenMs: number;
};

/** Every place of the interactive lane is taken, as many jobs of its task or key run as may, its queue's rate limit is used up, or its circuit is open. */
export type SyncHindrance =
  | { kind: 'lane' | 'task' }
  | { kind: 'rate'; waitMs: number }
  | { kind: 'circuit'; name: string; waitMs: number };

/** Takes due jobs in order, hands them to their lanes and records how each attempt ended. */
export class Dispatch {
  readonly #parts: DispatchParts;
  readonly circuits: Circuits;
  readonly #runs = new Runs();
  readonly #unwritten: UnwrittenRuns;
  readonly #concurrency: Concurrency;
  readonly #rates: RateLimits;
  readonly #line: Line;
  readonly #deadlines: Deadlines;
  readonly #promised = new PromisedRoom();
  readonly #forecast: PlaceForecast;
  readonly #callersFirst: CallersFirst;
  /** Until it is opened, and from a drain on. */
  #stopped = true;
  #drained: (() => void) | null = null;

  constructor(parts: DispatchParts) {
    this.#parts = parts;
    const { store, catalog, settings, now } = parts;
    this.circuits = new Circuits({ ...parts, opened: (name) => this.#concurrency.openCircuit(name) });
    this.#concurrency = new Concurrency(settings, (task) => limitsOf(catalog.known(task)), this.circuits);
    this.#rates = new RateLimits(store, settings);
    this.#forecast = new PlaceForecast(parts.measurements, now);
    this.#deadlines = new Deadlines(store, now, () => store.commit.request());
    this.#callersFirst = new CallersFirst(now, () => store.commit.request());
    this.#line = new Line({
      ...{ store, catalog, settings, now, concurrency: this.#concurrency, rates: this.#rates },
      places: (lane, room) => this.places(lane, room),
      roomOf: (entry, lane) => this.roomOf(entry, lane),
    });
    const ended = (reports: RunReport[]) => ends.ended(reports);
    const hear = (output: ThreadOutput[]) => this.#runs.heard(output, { ...parts, unwritten: this.#unwritten });
    this.#unwritten = new UnwrittenRuns({ ...parts, runs: this.#runs, hear, ended });
    const ends = new RunEnds({
      ...{ ...parts, runs: this.#runs, unwritten: this.#unwritten, concurrency: this.#concurrency, circuits: this.circuits },
      becameReady: (row) => this.becameReady(row),
      becameScheduled: (row) => this.becameScheduled(row),
      announceEnd: (row) => this.announceEnd(row),
      writeWithinMs: (lane) => (lane === 'interactive' ? 0 : this.#callersFirst.endWithinMs),
      idle: () => this.#drained?.(),
    });
    parts.lanes.listen({
      ended,
      output: hear,
      placed: (run, thread) => this.#runs.placed(run, thread),
      recycled: (recycled) => parts.events.emit({ type: 'workers.recycled', at: recycled.at, recycled }),
    });
  }

  /** Begins to claim. */
  open(): void {
    this.#stopped = false;
    this.circuits.open();
    this.#line.open();
    this.#deadlines.open();
    this.#parts.store.commit.request();
  }

  roomOf(entry: CatalogEntry, lane: LaneName): number {
    return roomOf(entry, lane, () => this.#parts.measurements.statsOf(entry.name));
  }

  places(lane: LaneName, room: number): number {
    if (this.#stopped) return 0;
    const promised = this.#promised.placesTaken(lane, room);
    const free = this.#parts.lanes.places(lane, room) - promised;
    return lane === 'cpu' ? this.#callersFirst.placesBeside(free, promised + this.#runs.on(lane)) : free;
  }

  /**
   * Whether a job that is submitted now may start at once: a place is free, no limit holds it up, and nothing of its queue or of another is
   * ahead of it. On the interactive lane, which has no line, nobody is.
   */
  mayHandOff(job: Gated & Pick<JobRow, 'queue' | 'lane'>, room: number): boolean {
    if (job.lane === 'interactive') return this.syncHindrance(job, room) === null;
    return this.places(job.lane, room) > 0 && this.#line.mayPass(job);
  }

  /** What keeps sync work, which has a lane of its own and waits for nobody, from starting now; null: nothing does. */
  syncHindrance(job: Gated & Pick<JobRow, 'queue'>, room: number): SyncHindrance | null {
    if (this.places('interactive', room) <= 0) return { kind: 'lane' };
    const gate = this.#concurrency.closedGate(job);
    if (gate?.task === '') return { kind: 'circuit', name: gate.key, waitMs: this.circuits.waitMs(gate.key) };
    if (gate) return { kind: 'task' };
    const now = this.#parts.now();
    return this.#rates.room(job.queue, now) > 0 ? null : { kind: 'rate', waitMs: Math.max(1, this.#rates.nextAt(job.queue) - now) };
  }

  /** When that will likely be over, in milliseconds. */
  hindranceEndsInMs(hindrance: SyncHindrance, job: Pick<JobRow, 'task' | 'concurrency_key'>, room: number): number {
    if ('waitMs' in hindrance) return hindrance.waitMs;
    const running = this.#runs.all();
    return hindrance.kind === 'lane' ? this.#forecast.laneFreeInMs(running, room) : this.#forecast.taskFreeInMs(running, job);
  }

  /** Inside a transaction: `row` is inserted as executing. It is started when `startPromised` is called after the commit, or given up. */
  promise(row: JobRow, room: number): void {
    this.#promised.add(row.lane, room);
    this.#concurrency.take(row);
    this.#rates.take(row.queue, 1, row.started_at ?? this.#parts.now());
  }

  startPromised(row: JobRow, entry: CatalogEntry, room: number): void {
    this.#promised.remove(row.lane, room);
    this.#start(row, entry, room);
  }

  /**
   * Starts a job that may start now and of which nothing is written yet. @param announce tells of the new job, once it is durable
   * @returns the job as it was first written: executing, or ended @throws Problem storage-full
   */
  startUnwritten(row: JobRow, entry: CatalogEntry, room: number, announce: (row: JobRow) => void): Promise<JobRow> {
    this.#concurrency.take(row);
    const run = this.#runs.begin(row, room);
    if (row.lane === 'interactive') this.#callersFirst.called();
    const written = this.#unwritten.hold(run, announce);
    this.#parts.lanes.start(row.lane, runRequestOf(row, row.payload, entry, run.number, room));
    return written;
  }

  giveUpPromised(row: JobRow, room: number): void {
    this.#promised.remove(row.lane, room);
    this.#concurrency.giveBack(row);
  }

  /** A job became available, or will when this transaction is committed: its queue is looked at in this turn's claim, and nothing is handed off past it. */
  becameReady(row: JobRow): void {
    this.#line.entered(row);
    this.#deadlines.watch(row);
    this.#parts.store.commit.request();
  }

  /** A job waits for its time. */
  becameScheduled(row: JobRow): void {
    this.#line.waitsForItsTime(row);
    this.#deadlines.watch(row);
  }

  /** A job waits for others. */
  becameBlocked(row: JobRow): void {
    this.#deadlines.watch(row);
  }

  /** A job has left the line without having run, so those that wait for its task or its key may go on in the next claim. */
  leftLine(row: JobRow): void {
    this.#concurrency.open(row);
    this.#parts.store.commit.request();
  }

  /** A task's limits may have changed. */
  taskChanged(task: string): void {
    this.#concurrency.openTask(task);
    this.#parts.store.commit.request();
  }

  /** What runs now of a job, with its progress. */
  runningRow(seq: number): JobRow | null {
    return this.#runs.ofJob(seq)?.row ?? null;
  }

  threadOf(seq: number): number | null {
    return this.#runs.ofJob(seq)?.thread ?? null;
  }

  /** Asks a running job to end. @returns false when it does not run */
  abort(seq: number, reason: AbortReason): boolean {
    const run = this.#runs.ofJob(seq);
    if (!run) return false;
    if (reason === 'cancelled') run.cancelRequested = true;
    this.#parts.lanes.abort(run.number, reason);
    return true;
  }

  /**
   * Cancels a running job now, whatever its task does: the fence refuses what its run reports later, and the run is
   * aborted. For callers whose deadline has passed.
   */
  async cancelAtDeadline(seq: number): Promise<void> {
    const run = this.#runs.ofJob(seq);
    if (!run) return;
    const { row, thread } = run;
    const error = JSON.stringify({
      name: deadlineErrorName,
      message: `It did not end within its ${row.timeout_ms} ms (timeoutMs); its caller was told so.`,
    });
    const { store, now } = this.#parts;
    this.abort(seq, 'timed-out');
    const attempt: EndedAttempt = { outcome: 'timed-out', thread, error };
    await store.commit.write(
      'must',
      () => store.jobs.finishAttempt(row, attempt, { state: 'cancelled', result: null, error }, now()),
      (ended) => {
        if (!ended) return;
        // What the run still says is no longer the job's.
        this.#runs.letGo(run);
        const runMs = Math.max(0, now() - (row.started_at ?? now()));
        this.#parts.measurements.attempted(row.task, { waitMs: 0, runMs, failed: true, timedOut: true });
        this.announceEnd(ended);
      },
    );
  }

  /** Inside each turn's transaction: ends what is past its deadline and fills the lanes. */
  claim(): (() => void) | null {
    if (this.#stopped) return null;
    const overdue = this.#deadlines.isDue ? this.#deadlines.enforce() : null;
    for (const row of overdue?.dead ?? []) this.leftLine(row);
    const round = this.#line.claim();
    if (!round && !overdue) return null;
    return () => {
      const { events, now } = this.#parts;
      for (const row of round?.promoted ?? []) events.job('job.available', row, now());
      for (const row of round?.dead ?? []) this.announceEnd(row);
      for (const { row, entry, room } of round?.claims ?? []) this.#start(row, entry, room);
      if (overdue) this.#endOverdue(overdue);
      if (round) this.#line.claimed();
    };
  }

  /** The turn's transaction is durable. */
  committed(): void {
    this.#rates.committed();
    this.circuits.committed();
  }

  /** The turn's transaction was undone. Tried again in a moment. */
  undone(): void {
    const retryAt = this.#parts.now() + retryMs;
    this.#rates.undone();
    this.circuits.undone();
    this.#line.undone(retryAt);
    this.#deadlines.retryAt(retryAt);
  }

  /** Jobs that were put aside because their task did not load. */
  async releaseHeld(task: string): Promise<void> {
    const { store, catalog, now } = this.#parts;
    const entry = catalog.known(task);
    if (!entry || entry.error) return;
    for (;;) {
      const release = (row: JobRow) => {
        // What was done with a payload that no longer fits is taken back with that same payload.
        const misfits = row.purpose === 'rollback' ? [] : entry.check(JSON.parse(row.payload));
        if (misfits.length > 0) return store.jobs.buryWaiting(row, JSON.stringify(misfitError(misfits)), now());
        store.jobs.releaseHeld(row);
        this.becameReady(row);
        return row;
      };
      const released = await store.commit.write(
        'must',
        () => store.jobs.peekHeld(task, releaseLimit).map(release),
        (rows) => {
          for (const row of rows) if (isFinal(row.state)) this.announceEnd(row);
        },
      );
      if (released.length < releaseLimit) return;
    }
  }

  /** Claims no more and answers when nothing runs. */
  async drain(): Promise<void> {
    this.#stopped = true;
    this.#line.close();
    this.circuits.close();
    this.#deadlines.close();
    this.#callersFirst.close();
    if (this.#runs.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#drained = resolve;
    });
  }

  abortAll(reason: AbortReason): void {
    for (const { number } of this.#runs.all()) this.#parts.lanes.abort(number, reason);
  }

  /** After the commit that ended a job: tells everyone who waits or watches. */
  announceEnd(row: JobRow): void {
    const { events, waiters, logBook, measurements, drains, compensations, now } = this.#parts;
    if (row.state === 'completed' || row.state === 'dead' || row.state === 'cancelled') {
      measurements.finished(row.state);
      drains.ended(row.queue);
      events.job(`job.${row.state}`, row, now());
      if (row.on_failure !== null || row.compensates !== null) compensations.announceEnd(row);
    }
    // It may have been the one that was let in line for the rest of its key.
    if (row.state !== 'completed') this.leftLine(row);
    logBook.attemptEnded(row.seq);
    logBook.jobEnded(row.seq);
    waiters.wake(row.seq, row);
  }

  #start(row: JobRow, entry: CatalogEntry, room: number): void {
    const { number } = this.#runs.begin(row, room);
    if (row.lane === 'interactive') this.#callersFirst.called();
    const given = row.workflow_id === null ? {} : parentsFor(row, this.#parts);
    this.#parts.lanes.start(row.lane, { ...runRequestOf(row, this.#parts.orders.payloadOf(row), entry, number, room), ...given });
    this.#parts.events.job('job.started', row, row.started_at ?? this.#parts.now());
    this.#deadlines.watch(row);
  }

  #endOverdue({ dead, running }: Overdue): void {
    for (const row of dead) this.announceEnd(row);
    for (const { seq } of running) this.abort(seq, 'timed-out');
    this.#deadlines.open();
  }
}
