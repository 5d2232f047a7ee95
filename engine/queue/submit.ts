/** The one way in. All modes are one path, told apart by how long the caller waits. */

import type { FieldError } from '../../contract/errors.ts';
import { invalidFields, Problem } from '../../contract/errors.ts';
import { defaults, limits } from '../../contract/limits.ts';
import type { Submission } from '../../contract/submission.ts';
import { diskFull } from '../store/group-commit.ts';
import { nonceLimit } from '../store/job-id.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { Answers, type Standing } from './answers.ts';
import type { SubmitAnswer, SubmitOptions } from './backend.ts';
import { type Catalog, type CatalogEntry, laneOf } from './catalog.ts';
import { Circumstances } from './circumstances.ts';
import type { Dispatch } from './dispatch.ts';
import { backlogWaitMs, type DrainRates, lineWaitMs } from './drain.ts';
import type { EventStream } from './event-stream.ts';
import type { Lanes } from './lanes.ts';
import type { Measurements } from './measure.ts';
import type { NotifyRequests } from './notify-requests.ts';
import { planJob, startAtOnce, syncRefusal, waitOf } from './plan.ts';
import { checkPromise, givenPromise, type Promised, predictionRoom, promiseFor, unpredicted } from './promise.ts';
import type { QueueSettings } from './queue-settings.ts';
import { circuitOf } from './service-calls.ts';
import { refuseTakenKeys } from './taken-keys.ts';
import { mayStartUnwritten, startUnwritten, type UnwrittenStartParts } from './unwritten-start.ts';
import type { Waiters } from './waiters.ts';

export type SubmitParts = {
  store: Store;
  lanes: Lanes;
  catalog: Catalog;
  settings: QueueSettings;
  dispatch: Dispatch;
  events: EventStream;
  waiters: Waiters;
  measurements: Measurements;
  drains: DrainRates;
  now: () => number;
  random: () => number;
  notifyRequests: NotifyRequests;
  spaceIsShort: () => boolean;
};

/** A job as it will be inserted. */
type Plan = { row: JobRow; entry: CatalogEntry; room: number; uniqueUntil: number | null };

/** What jobs that belong together are told apart by. */
export type Together = {
  /** JSON Pointer to a submission, for what is wrong with it. */
  pathOf: (index: number) => string;
  /** The job as it is inserted, from what was planned for a job of its own. */
  dress: (row: JobRow, index: number) => JobRow;
  /** Inside the transaction, once they have their numbers. */
  placed: (rows: readonly JobRow[]) => void;
  idempotency: SubmitOptions['idempotency'];
};

export class Submit {
  readonly #parts: SubmitParts;
  readonly #answers: Answers;
  readonly #startParts: UnwrittenStartParts;
  #lastSeq: number;
  #stopping = false;

  constructor(parts: SubmitParts) {
    this.#parts = parts;
    this.#answers = new Answers({ ...parts, isStopping: () => this.#stopping });
    this.#startParts = { ...parts, nextSeq: () => this.nextSeq() };
    this.#lastSeq = parts.store.jobs.lastSeq();
  }

  stop(): void {
    this.#stopping = true;
  }

  /** The number of a job that is made inside a transaction without a submission. */
  nextSeq(): number {
    return ++this.#lastSeq;
  }

  async submit(submission: Submission, options: SubmitOptions): Promise<SubmitAnswer> {
    const { catalog, notifyRequests } = this.#parts;
    this.#refuseWhenStopping();
    // First of all: what stands was accepted, whatever has become of its task, its queue and the lanes since.
    const replayed = options.idempotency ? this.#replayed(options.idempotency) : null;
    if (replayed) return this.#answers.answer(replayed, submission, options);
    this.#refuseWhenShort();
    const entry = catalog.current(submission.task) ?? (await catalog.load(submission.task));
    const { onFailure } = submission;
    const compensator = onFailure ? (catalog.current(onFailure.task) ?? (await catalog.load(onFailure.task))) : null;
    const checked = this.#check(submission, entry, compensator, '');
    if (submission.notify) await notifyRequests.prepare(submission.notify);
    const promised = submission.mode === 'hybrid' ? await this.#promise(submission, checked) : null;
    const plan = this.#plan(submission, checked, options, promised);
    const standing = await this.#insert(plan, submission.waitMs ?? options.waitMs, options.idempotency);
    return this.#answers.answer(standing, submission, options);
  }

  /** All or none, in one transaction. */
  async submitBatch(submissions: Submission[]): Promise<string[]> {
    const plans = await this.#planMany(submissions, (index) => `/jobs/${index}`);
    return this.#write((place) => {
      this.#refuseFull(plans);
      return plans.map((plan) => jobIdOf(this.#uniqueHolder(plan.row) ?? place(plan)));
    });
  }

  /** As a batch, of jobs that belong together. A `unique` key that is taken refuses all of them, as none may stand for another. @returns the first */
  async submitTogether(submissions: readonly Submission[], { pathOf, dress, placed, idempotency }: Together): Promise<JobRow> {
    const { store, now } = this.#parts;
    const standing = idempotency ? this.#replayed(idempotency) : null;
    if (standing) return standing.row;
    const planned = await this.#planMany(submissions, pathOf);
    const plans = planned.map((plan, index) => ({ ...plan, row: dress(plan.row, index) }));
    return this.#write((place) => {
      const replayed = idempotency ? this.#replayed(idempotency) : null;
      if (replayed) return replayed.row;
      refuseTakenKeys(
        plans.map(({ row }) => row),
        pathOf,
        (row) => this.#uniqueHolder(row),
      );
      this.#refuseFull(plans);
      const rows = plans.map(place);
      const [first] = rows;
      if (!first) throw new Error('there is nothing to submit');
      if (idempotency) store.idempotency.keepKey(idempotency, first.seq, false, now() + limits.idempotencyMs);
      placed(rows);
      return first;
    });
  }

  /**
   * Inside a transaction: inserts what a schedule submits, at the end of its queue's line, or blocked behind the job before it. `keyOf`
   * is given the job's number. Nothing is written before a refusal. @throws Problem
   */
  place(
    submission: Submission,
    entry: CatalogEntry,
    { keyOf, dueAt, blocked }: { keyOf: (seq: number) => string; dueAt: number; blocked: boolean },
  ): JobRow {
    const { row: planned } = this.#plan(submission, entry, { respondAsync: true, waitMs: undefined, idempotency: undefined });
    const seq = this.#lastSeq + 1;
    return this.placeRow({ ...planned, schedule_slot: keyOf(seq), run_at: dueAt, state: blocked ? 'blocked' : 'available' });
  }

  /** Inside a transaction: inserts what the engine itself has to do, due now, however long its queue's line is. */
  placeOwn(submission: Submission, entry: CatalogEntry): JobRow {
    return this.placeRow(this.#plan(submission, entry, { respondAsync: true, waitMs: undefined, idempotency: undefined }).row);
  }

  /** Inside a transaction: inserts a job that is available or blocked. */
  placeRow(planned: JobRow): JobRow {
    const row: JobRow = { ...planned, seq: ++this.#lastSeq };
    this.#insertRow(row, null);
    if (row.state === 'available') this.#parts.dispatch.becameReady(row);
    return row;
  }

  #insertRow(row: JobRow, uniqueUntil: number | null): void {
    this.#parts.store.jobs.insertJob(row, uniqueUntil);
    if (row.notify !== null) this.#parts.notifyRequests.accept(row);
  }

  /** After the commit of `place`, `placeOwn` or `placeRow`. */
  announcePlaced(row: JobRow): void {
    this.#parts.measurements.submitted(1);
    this.#parts.events.job('job.created', row, row.created_at);
  }

  /** @throws Problem with everything that is wrong, at most twenty faults */
  async #planMany(submissions: readonly Submission[], pathOf: (index: number) => string): Promise<Plan[]> {
    const { catalog, notifyRequests } = this.#parts;
    this.#refuseWhenStopping();
    this.#refuseWhenShort();
    const entries = new Map<string, CatalogEntry | null>();
    const names = submissions.flatMap(({ task, onFailure }) => (onFailure ? [task, onFailure.task] : task));
    for (const name of new Set(names)) entries.set(name, catalog.current(name) ?? (await catalog.load(name)));
    const errors: FieldError[] = [];
    const plans: Plan[] = [];
    for (const [index, submission] of submissions.entries()) {
      if (errors.length >= 20) break;
      const path = pathOf(index);
      if (submission.mode === 'sync')
        errors.push({ path: `${path}/mode`, message: 'must not be "sync": jobs that are submitted together run in the background' });
      else if (submission.waitMs !== undefined)
        errors.push({ path: `${path}/waitMs`, message: 'must be left out: nobody waits for jobs that are submitted together' });
      else {
        try {
          const compensator = entries.get(submission.onFailure?.task ?? '') ?? null;
          const entry = this.#check(submission, entries.get(submission.task) ?? null, compensator, path);
          if (submission.notify) await notifyRequests.prepare(submission.notify, path);
          const promised = submission.mode === 'hybrid' ? (givenPromise(submission) ?? unpredicted) : null;
          plans.push(this.#plan(submission, entry, { respondAsync: true, waitMs: undefined, idempotency: undefined }, promised));
        } catch (error) {
          if (!(error instanceof Problem)) throw error;
          if (error.extras.errors) errors.push(...error.extras.errors);
          else throw new Problem(error.code, `${path}: ${error.message}`, error.extras);
        }
      }
    }
    if (errors.length > 0) throw invalidFields(errors);
    return plans;
  }

  #refuseWhenStopping(): void {
    if (this.#stopping)
      throw new Problem('shutting-down', 'The engine is stopping. Nothing was accepted; submit again once it runs.', {
        retryAfterMs: 5_000,
      });
  }

  #refuseWhenShort(): void {
    if (this.#parts.spaceIsShort()) throw diskFull();
  }

  #check(submission: Submission, entry: CatalogEntry | null, compensator: CatalogEntry | null, path: string): CatalogEntry {
    const { catalog, settings } = this.#parts;
    if (!entry)
      throw new Problem(
        'unknown-task',
        `There is no task "${submission.task}". There are: ${catalog.names().sort().join(', ')}. Your own are files in ${catalog.folder}.`,
      );
    const queue = submission.queue ?? defaults.queue;
    if (!settings.has(queue)) throw new Problem('unknown-queue', `There is no queue "${queue}". Make it with PUT /v1/queues/${queue}.`);
    if (entry.error && submission.mode === 'sync')
      throw new Problem('unknown-task', `The task "${entry.name}" does not load: ${entry.error.message}`);
    const misfits = entry.check(submission.payload).map((error) => ({ ...error, path: path + error.path }));
    if (misfits.length > 0) throw invalidFields(misfits);
    checkPromise(submission, path, compensator);
    return entry;
  }

  #promise(submission: Submission, entry: CatalogEntry): Promise<Promised> {
    const { lanes, dispatch } = this.#parts;
    return promiseFor(submission, entry, lanes, () => dispatch.places('interactive', predictionRoom) > 0);
  }

  #plan(submission: Submission, entry: CatalogEntry, options: SubmitOptions, promised: Promised | null = null): Plan {
    const { dispatch, now, random } = this.#parts;
    const queue = submission.queue ?? defaults.queue;
    const rooms = { own: dispatch.roomOf(entry, laneOf(entry)), interactive: dispatch.roomOf(entry, 'interactive') };
    const circuit = circuitOf(entry.description.circuit, submission.payload);
    const job = { queue, task: entry.name, concurrency_key: submission.concurrencyKey ?? null, circuit };
    const nonce = Math.floor(random() * nonceLimit);
    const given = { now: now(), nonce, lineMs: () => this.#lineMs(queue), promised };
    const row = planJob(submission, entry, options, new Circumstances(this.#parts, entry, job, rooms, given));
    const uniqueUntil = submission.unique?.forMs === undefined ? null : row.created_at + submission.unique.forMs;
    return { row, entry, room: row.lane === 'interactive' ? rooms.interactive : rooms.own, uniqueUntil };
  }

  /** How long what comes now stands in its queue's line, in milliseconds; null: nobody knows. */
  #lineMs(queue: string): number | null {
    const { store, drains } = this.#parts;
    return lineWaitMs(store.counters.total({ queue: [queue], state: ['available'] }), drains.perSecond(queue));
  }

  async #insert(plan: Plan, waitMs: number | undefined, idempotency: SubmitOptions['idempotency']): Promise<Standing> {
    const { store, dispatch, settings, now } = this.#parts;
    const isPlain = idempotency === undefined && !store.commit.full;
    if (isPlain && mayStartUnwritten(plan.row, plan.entry, waitOf(plan.row, waitMs), settings.rateLimit(plan.row.queue) !== null)) {
      const started = startUnwritten(plan, this.#startParts);
      if (started) return { row: await started, how: 'new', isDuplicate: false };
    }
    return this.#write((place): Standing => {
      const replayed = idempotency ? this.#replayed(idempotency) : null;
      if (replayed) return replayed;
      const keep = (row: JobRow, asDuplicate: boolean) => {
        if (idempotency) store.idempotency.keepKey(idempotency, row.seq, asDuplicate, now() + limits.idempotencyMs);
      };
      const holder = this.#uniqueHolder(plan.row);
      if (holder) {
        keep(holder, true);
        return { row: holder, how: 'new', isDuplicate: true };
      }
      const hindrance = plan.row.mode === 'sync' ? dispatch.syncHindrance(plan.row, plan.room) : null;
      if (hindrance) throw syncRefusal(hindrance, plan.row.task, dispatch.hindranceEndsInMs(hindrance, plan.row, plan.room));
      if (!this.#handsOff(plan)) this.#refuseFull([plan]);
      const row = place(plan);
      keep(row, false);
      return { row, how: 'new', isDuplicate: false };
    });
  }

  #replayed({ key, bodyHash }: { key: string; bodyHash: string }): Standing | null {
    const { store, now } = this.#parts;
    const kept = store.idempotency.findKey(key, now());
    if (!kept) return null;
    if (kept.bodyHash !== bodyHash)
      throw new Problem(
        'idempotency-mismatch',
        'This Idempotency-Key came with another body within the last 24 hours. Use a new key for a new job.',
      );
    const row = store.jobs.readJob(kept.seq);
    return row && { row, how: 'replayed', isDuplicate: kept.isDuplicate };
  }

  #uniqueHolder(row: JobRow): JobRow | null {
    return row.unique_key === null ? null : this.#parts.store.jobs.uniqueHolder(row.task, row.unique_key, this.#parts.now());
  }

  /**
   * Inside the transaction, before its first write: all of them fit or none is accepted. A batch is counted as if all of
   * it had to wait: how much of it starts at once is known only afterwards.
   * @throws Problem backlog-full
   */
  #refuseFull(plans: readonly Plan[]): void {
    const { settings, store, drains } = this.#parts;
    for (const [queue, ofQueue] of Map.groupBy(plans, ({ row }) => row.queue)) {
      const most = settings.maxBacklog(queue);
      if (most === Number.POSITIVE_INFINITY) continue;
      const keys = ofQueue
        .filter(({ row }) => !this.#uniqueHolder(row))
        .map(({ row }, index) => (row.unique_key === null ? index : `${row.task} ${row.unique_key}`));
      const added = new Set(keys).size;
      const waiting = store.counters.backlogOf(queue);
      const excess = waiting + added - most;
      if (added === 0 || excess <= 0) continue;
      const detail = `The queue "${queue}" lets at most ${most} jobs wait (maxBacklog); ${waiting} do, and ${added} more would be too many. Nothing was accepted.`;
      throw new Problem('backlog-full', detail, { retryAfterMs: backlogWaitMs(excess, drains.perSecond(queue)) });
    }
  }

  /** Inside the transaction: whether the job may go straight into its lane. */
  #handsOff({ row, entry, room }: Plan): boolean {
    return row.state === 'available' && entry.error === null && this.#parts.dispatch.mayHandOff(row, room);
  }

  /** Inside the transaction: inserts the job where it belongs; straight into its lane when nothing is ahead of it. */
  #place(plan: Plan): JobRow {
    const { dispatch, now } = this.#parts;
    const { row, room, uniqueUntil } = plan;
    row.seq = this.nextSeq();
    const handOff = this.#handsOff(plan);
    if (handOff) startAtOnce(row, now());
    this.#insertRow(row, uniqueUntil);
    if (handOff) dispatch.promise(row, room);
    else if (row.state === 'available') dispatch.becameReady(row);
    return row;
  }

  /** One transaction; what it places is announced and started once it is committed, and its places are free again if it is undone. */
  async #write<Value>(operation: (place: (plan: Plan) => JobRow) => Value): Promise<Value> {
    const { store, dispatch, measurements } = this.#parts;
    const placed: Plan[] = [];
    const place = (plan: Plan) => {
      const row = this.#place(plan);
      placed.push(plan);
      return row;
    };
    const announce = () => {
      if (placed.length > 0) measurements.submitted(placed.length);
      for (const plan of placed) {
        measurements.usage.called(plan.row.task, plan.row.mode);
        this.#announce(plan);
      }
    };
    try {
      return await store.commit.write('may', () => operation(place), announce);
    } catch (error) {
      for (const { row, room } of placed) if (row.state === 'executing') dispatch.giveUpPromised(row, room);
      throw error;
    }
  }

  #announce({ row, entry, room }: Plan): void {
    const { dispatch, events } = this.#parts;
    events.job('job.created', row, row.created_at);
    if (row.state === 'executing') dispatch.startPromised(row, entry, room);
    else if (row.state === 'scheduled') dispatch.becameScheduled(row);
    else if (row.state === 'blocked') dispatch.becameBlocked(row);
  }
}
