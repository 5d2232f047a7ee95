/** Jobs of one schedule that wait for each other: under `queue` one after the other, under `replace` the newest for those it takes the place of. */

import { limits } from '../../contract/limits.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventStream } from './event-stream.ts';

export type ScheduleLineParts = { store: Store; dispatch: Dispatch; events: EventStream; now: () => number };

export class ScheduleLine {
  readonly #parts: ScheduleLineParts;
  #open = false;
  /** In the last transaction. */
  #settled: string[] = [];

  constructor(parts: ScheduleLineParts) {
    this.#parts = parts;
  }

  /** What an engine before this one left is looked at too. */
  open(): void {
    const { store } = this.#parts;
    for (const schedule of store.scheduleLine.schedulesWithUnfinished()) store.scheduleLine.moved.add(schedule);
    this.#open = true;
    store.commit.request();
  }

  /** Unfinished jobs of a schedule, oldest first. */
  unfinished(schedule: string): JobRow[] {
    const { store } = this.#parts;
    return store.scheduleLine.unfinished(schedule, limits.scheduleLine).flatMap((seq) => store.jobs.readJob(seq) ?? []);
  }

  /** How many there are, up to the bound, and the oldest of them. */
  standing(schedule: string): { count: number; first: JobRow | null } {
    const { store } = this.#parts;
    const members = store.scheduleLine.unfinished(schedule, limits.scheduleLine);
    return { count: members.length, first: members[0] === undefined ? null : store.jobs.readJob(members[0]) };
  }

  /** Inside a transaction: cancels those that wait. @returns what is to be done after the commit */
  replace(jobs: JobRow[]): () => void {
    const { store, dispatch, now } = this.#parts;
    const running = jobs.filter(({ state }) => state === 'executing');
    const cancelled = jobs.filter(({ state }) => state !== 'executing').map((job) => store.jobs.cancelWaiting(job, now()));
    return () => {
      for (const job of cancelled) dispatch.announceEnd(job);
      for (const { seq } of running) dispatch.abort(seq, 'cancelled');
    };
  }

  /** Inside each turn's transaction: whoever waited for a job that has ended in it may run. */
  settle(): (() => void) | null {
    const { moved } = this.#parts.store.scheduleLine;
    if (!this.#open || moved.size === 0) return null;
    const after: (() => void)[] = [];
    this.#settled = [...moved];
    // Before: what is claimed in this transaction may move one again.
    moved.clear();
    for (const schedule of this.#settled) after.push(...this.#settle(schedule));
    return () => {
      for (const act of after) act();
    };
  }

  /** The turn's transaction was undone: what was settled in it is to be looked at again. */
  undone(): void {
    for (const schedule of this.#settled) this.#parts.store.scheduleLine.moved.add(schedule);
  }

  #settle(schedule: string): (() => void)[] {
    const { store, dispatch, events, now } = this.#parts;
    const after: (() => void)[] = [];
    if (store.schedules.findSchedule(schedule)?.overlap === 'replace') {
      // One that was told to end may have come back for a retry, or by a crash before it was told.
      const replaced = this.unfinished(schedule)
        .slice(0, -1)
        .filter(({ state }) => state !== 'executing');
      if (replaced.length > 0) after.push(this.replace(replaced));
    }
    const [first] = store.scheduleLine.unfinished(schedule, 1);
    const next = first === undefined ? null : store.jobs.readJob(first);
    if (next?.state === 'blocked') {
      const free = store.jobs.unblockJob(next);
      dispatch.becameReady(free);
      after.push(() => events.job('job.available', free, now()));
    }
    return after;
  }
}
