/** What a person does to jobs that are there: cancel, retry, run now, change, delete. What is done to many: operations.ts. */

import { invalid, invalidFields, Problem } from '../../contract/errors.ts';
import { isFinal, isWaiting } from '../../contract/states.ts';
import type { JobPatch } from '../../contract/submission.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { ResultFiles } from '../store/result-files.ts';
import type { Store } from '../store/store.ts';
import type { Catalog } from './catalog.ts';
import { type Compensations, renewalHindrance } from './compensation.ts';
import type { Dispatch } from './dispatch.ts';
import { backlogWaitMs, type DrainRates } from './drain.ts';
import type { EventStream } from './event-stream.ts';
import type { LogBook } from './log-book.ts';
import type { QueueSettings } from './queue-settings.ts';
import { circuitAfter } from './service-calls.ts';
import type { Waiters } from './waiters.ts';

export type ControlParts = {
  store: Store;
  catalog: Catalog;
  settings: QueueSettings;
  dispatch: Dispatch;
  events: EventStream;
  waiters: Waiters;
  logBook: LogBook;
  resultFiles: ResultFiles;
  compensations: Compensations;
  drains: DrainRates;
  now: () => number;
};

export class Control {
  readonly #parts: ControlParts;

  constructor(parts: ControlParts) {
    this.#parts = parts;
  }

  /** @throws Problem not-found */
  find(id: string): JobRow {
    const row = this.#parts.store.jobs.findJob(id);
    if (!row) throw new Problem('not-found', `There is no job ${id}. It may have been deleted, or kept no longer.`);
    return row;
  }

  /** A running task is signalled and its end waited for, at most the grace period and what ending its thread takes. */
  async cancel(id: string): Promise<JobRow> {
    const { store, dispatch, waiters, now } = this.#parts;
    const row = this.find(id);
    if (row.state === 'executing' && dispatch.abort(row.seq, 'cancelled')) {
      const wakeup = await waiters.wait(row.seq, Number.POSITIVE_INFINITY);
      const ended = wakeup === 'timeout' ? this.find(id) : wakeup.row;
      if (ended?.state === 'cancelled') return ended;
      throw wrongState(ended ?? row, 'cancel', 'it ended before the signal reached it');
    }
    return store.commit.write(
      'may',
      () => {
        const current = this.#inState(id, isWaiting, 'cancel');
        dispatch.leftLine(current);
        return store.jobs.cancelWaiting(current, now());
      },
      (cancelled) => dispatch.announceEnd(cancelled),
    );
  }

  async retry(id: string): Promise<JobRow> {
    const { store } = this.#parts;
    return this.#available(() => {
      const row = this.#inState(id, (state) => state === 'dead' || state === 'cancelled' || state === 'retryable', 'retry');
      return row.state === 'retryable' ? this.inLine(store.jobs.makeDueNow(row, this.#parts.now())) : this.#renew(row);
    });
  }

  async runNow(id: string): Promise<JobRow> {
    const { store, now } = this.#parts;
    return this.#available(() => {
      const row = this.#inState(id, (state) => state === 'scheduled' || state === 'retryable', 'run now');
      return this.inLine(store.jobs.makeDueNow(row, now()));
    });
  }

  async patch(id: string, patch: JobPatch): Promise<JobRow> {
    const { store, catalog, settings, dispatch, events, now } = this.#parts;
    const found = this.find(id);
    if (patch.queue !== undefined && !settings.has(patch.queue)) {
      throw new Problem('unknown-queue', `There is no queue "${patch.queue}". Make it with PUT /v1/queues/${patch.queue}.`);
    }
    const misfits = patch.payload === undefined ? [] : ((await catalog.load(found.task))?.check(patch.payload) ?? []);
    if (misfits.length > 0) throw invalidFields(misfits);
    return store.commit.write(
      'may',
      () => {
        const row = this.#inState(id, isWaiting, 'change');
        const changed = amend(row, patch, now());
        refuseChange(row, changed, settings.maxBacklog(changed.queue) - store.counters.backlogOf(changed.queue), this.#parts.drains);
        const amended = { ...changed, circuit: circuitAfter(row, changed.payload, catalog.known(row.task)) };
        dispatch.leftLine(row);
        store.jobs.amendWaiting(row, amended);
        return amended.state === 'available' ? this.inLine(amended) : amended;
      },
      (changed) => {
        if (changed.state !== 'available') dispatch.becameScheduled(changed);
        events.job('job.changed', changed, now());
      },
    );
  }

  async delete(id: string): Promise<void> {
    const { store, dispatch, now } = this.#parts;
    await store.commit.write(
      'may',
      () => {
        const current = this.#inState(id, (state) => state !== 'executing', 'delete');
        if (current.workflow_id !== null) throw wrongState(current, 'delete', `it is deleted with its workflow ${current.workflow_id}`);
        dispatch.leftLine(current);
        return store.jobs.deleteJob(current, now());
      },
      (row) => this.announceDeleted(row),
    );
  }

  announceDeleted(row: JobRow): void {
    const { dispatch, events, waiters, logBook, resultFiles, now } = this.#parts;
    resultFiles.remove(row);
    dispatch.leftLine(row);
    events.job('job.deleted', row, now());
    logBook.jobEnded(row.seq);
    waiters.wake(row.seq, null);
    this.#parts.compensations.announceDeleted(row);
  }

  announceAvailable(row: JobRow): void {
    this.#parts.events.job(row.state === 'available' ? 'job.available' : 'job.changed', row, this.#parts.now());
    if (row.compensates !== null) this.#parts.compensations.announceRenewed(row);
  }

  #available(move: () => JobRow): Promise<JobRow> {
    return this.#parts.store.commit.write('may', move, (row) => this.announceAvailable(row));
  }

  /** Inside the transaction: what is submitted in the same turn comes after it. One that waits for others is in no line. */
  inLine(row: JobRow): JobRow {
    if (row.state === 'available') this.#parts.dispatch.becameReady(row);
    else this.#parts.dispatch.becameBlocked(row);
    return row;
  }

  #renew(row: JobRow): JobRow {
    const holder = this.keyHolder(row);
    if (holder) throw wrongState(row, 'retry', `its unique key "${row.unique_key}" is taken by job ${jobIdOf(holder)}`);
    const hindrance = this.renewalHindrance(row);
    if (hindrance) throw wrongState(row, 'retry', row.compensated_by === null ? hindrance : `${hindrance}: job ${row.compensated_by}`);
    return this.inLine(this.#parts.store.jobs.renewJob(row, this.#parts.now()));
  }

  /** Why a job that has ended may not run again beside what makes up for it; null: it may. */
  renewalHindrance(row: JobRow): string | null {
    return renewalHindrance(row, this.#parts.store.jobs.findJob);
  }

  /** The other job that holds this one's unique key now. */
  keyHolder(row: JobRow): JobRow | null {
    if (row.unique_key === null) return null;
    const holder = this.#parts.store.jobs.uniqueHolder(row.task, row.unique_key, this.#parts.now());
    return holder?.seq === row.seq ? null : holder;
  }

  #inState(id: string, allowed: (state: JobRow['state']) => boolean, verb: string): JobRow {
    const row = this.find(id);
    if (!allowed(row.state)) throw wrongState(row, verb);
    return row;
  }
}

function wrongState(row: JobRow, verb: string, why?: string): Problem {
  const hint =
    why ??
    (isFinal(row.state)
      ? 'it has ended'
      : row.state === 'executing'
        ? 'it runs; cancel it first, or wait for its end'
        : 'it waits already');
  return new Problem('wrong-state', `Job ${jobIdOf(row)} is ${row.state}, so it can't be told to ${verb}: ${hint}.`, {
    jobId: jobIdOf(row),
  });
}

/** A change keeps to the bounds that a submission has. @param room how many more jobs may wait in the queue that it is to be in */
function refuseChange(row: JobRow, changed: JobRow, room: number, drains: DrainRates): void {
  if (changed.run_at !== row.run_at && row.deadline_at !== null && changed.run_at >= row.deadline_at)
    throw invalid('/runAt', 'must be earlier than the end of its deadlineMs, or it would never run');
  if (changed.queue === row.queue || room > 0) return;
  const detail = `As many jobs wait in the queue "${changed.queue}" as may (maxBacklog). The job was left as it is.`;
  throw new Problem('backlog-full', detail, {
    jobId: jobIdOf(row),
    retryAfterMs: backlogWaitMs(1 - room, drains.perSecond(changed.queue)),
  });
}

function amend(row: JobRow, patch: JobPatch, now: number): JobRow {
  // As for a submission, a time that has passed means now: it gives nobody a place ahead of those who have waited.
  const runAt = patch.runAt === undefined ? row.run_at : Math.max(Date.parse(patch.runAt), now);
  const payload = patch.payload === undefined ? row.payload : JSON.stringify(patch.payload);
  const waiting = row.state === 'retryable' || row.state === 'blocked' ? row.state : 'scheduled';
  return {
    ...row,
    priority: patch.priority ?? row.priority,
    queue: patch.queue ?? row.queue,
    tags: patch.tags === undefined ? row.tags : JSON.stringify(patch.tags),
    run_at: runAt,
    state: patch.runAt === undefined || row.state === 'blocked' ? row.state : runAt > now ? waiting : 'available',
    payload,
    first_payload: payload === row.payload ? row.first_payload : (row.first_payload ?? row.payload),
  };
}
