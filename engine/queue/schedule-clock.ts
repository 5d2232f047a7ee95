/**
 * Makes the jobs of slots that are due. Slots belong to the store: a slot's job and the step to the next slot are one transaction, so that a
 * crash neither loses a slot nor makes its job twice; what is armed here is only a timer for the first of them.
 */

import { Problem } from '../../contract/errors.ts';
import type { ScheduleEventType } from '../../contract/events.ts';
import { limits } from '../../contract/limits.ts';
import type { SkipReason } from '../../contract/schedule.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import { runByHandKey, slotKey } from '../store/schedule-slot.ts';
import type { ScheduleRow } from '../store/schedules.ts';
import type { Store } from '../store/store.ts';
import { type Catalog, type CatalogEntry, misfitError } from './catalog.ts';
import { type DueSlot, dueSlots } from './due-slots.ts';
import { DueTimer } from './due-timer.ts';
import type { ScheduleLine } from './schedule-line.ts';
import { type SlotBook, submissionOf } from './schedule-view.ts';
import type { Submit } from './submit.ts';

/** Schedules looked at, and jobs made for them, in one transaction. */
const turnSchedules = 100;
const turnJobs = 250;
/** After a full disk, in milliseconds. */
const retryMs = 1_000;

export type ScheduleClockParts = {
  store: Store;
  catalog: Catalog;
  submit: Submit;
  line: ScheduleLine;
  slots: SlotBook;
  now: () => number;
  /** After a commit. */
  announce: (type: ScheduleEventType, row: ScheduleRow) => void;
  /** A bug: the engine is to go down. */
  failed: (error: unknown) => void;
};

type Made = { row: JobRow; after: () => void };

/** What a slot, or a person's run, comes to. */
type Attempt = { made: Made } | { refused: { reason: SkipReason; detail: string; blocker: JobRow | null } };

export class ScheduleClock {
  readonly #parts: ScheduleClockParts;
  readonly #timer: DueTimer;
  #runningSince = Number.POSITIVE_INFINITY;
  #turning = false;
  #closed = false;

  constructor(parts: ScheduleClockParts) {
    this.#parts = parts;
    this.#timer = new DueTimer(parts.now, () => void this.#turn().catch(parts.failed));
  }

  open(): void {
    this.#runningSince = this.#parts.now();
    this.rearm();
  }

  close(): void {
    this.#closed = true;
    this.#timer.close();
  }

  /** Another slot may be the first now. */
  rearm(): void {
    if (!this.#turning) this.#timer.set(this.#parts.store.schedules.nextSlotAt() ?? Number.POSITIVE_INFINITY);
  }

  /** Makes a job now, paused or not. @throws Problem wrong-state under `overlap: skip` while one is unfinished; what a submission throws */
  async runNow(id: string, find: (id: string) => ScheduleRow): Promise<JobRow> {
    const { store, submit, announce, now } = this.#parts;
    const entry = await this.#entryOf(find(id).task);
    const { made } = await store.commit.write(
      'may',
      () => {
        const row = find(id);
        const at = now();
        const attempt = this.#make(row, entry, { keyOf: (seq) => runByHandKey(id, at, seq), dueAt: at, linesUp: false });
        if ('refused' in attempt) throw refusalOf(attempt.refused);
        store.schedules.keepRun(id, { at, slotAt: null, jobId: jobIdOf(attempt.made.row) });
        return { made: attempt.made, schedule: find(id) };
      },
      ({ made, schedule }) => {
        submit.announcePlaced(made.row);
        made.after();
        announce('schedule.ran', schedule);
      },
    );
    return made.row;
  }

  async #turn(): Promise<void> {
    if (this.#turning || this.#closed) return;
    this.#turning = true;
    let retryAt: number | null = null;
    try {
      while (!this.#closed) {
        const due = this.#parts.store.schedules.dueSchedules(this.#parts.now(), turnSchedules);
        if (due.length === 0) break;
        await this.#fire(due);
      }
    } catch (error) {
      // A full disk undid the transaction: the slots are still due.
      if (!(error instanceof Problem)) throw error;
      retryAt = this.#parts.now() + retryMs;
    } finally {
      this.#turning = false;
    }
    if (retryAt === null) this.rearm();
    else this.#timer.set(retryAt);
  }

  async #fire(due: ScheduleRow[]): Promise<void> {
    const { store, announce } = this.#parts;
    // Read before the transaction: a task's file may have changed, or was not read yet since the start.
    const entries = new Map<string, CatalogEntry | null>();
    for (const task of new Set(due.map((row) => row.task))) entries.set(task, await this.#entryOf(task));
    await store.commit.write(
      'may',
      () => {
        const after: (() => void)[] = [];
        let left = turnJobs;
        for (const { id } of due) {
          const row = store.schedules.findSchedule(id);
          const entry = row && entries.get(row.task);
          // Changed in this very turn: its task is read in the next.
          if (!row || entry === undefined || left <= 0) continue;
          left -= this.#fireOne(row, entry, left, after);
          const fired = store.schedules.findSchedule(id) ?? row;
          if (fired.skipped_at !== row.skipped_at || fired.skipped_slot_at !== row.skipped_slot_at)
            after.push(() => announce('schedule.skipped', fired));
          if (fired.run_job !== row.run_job) after.push(() => announce('schedule.ran', fired));
        }
        return after;
      },
      (after) => {
        for (const act of after) act();
      },
    );
  }

  /** @returns how many slots were dealt with one by one */
  #fireOne(row: ScheduleRow, entry: CatalogEntry | null, most: number, after: (() => void)[]): number {
    const { store, slots, submit, now } = this.#parts;
    const at = now();
    if (row.next_at === null || row.next_at > at) return 0;
    const due = dueSlots(slots.slotsOf(row), {
      ...{ nextAt: row.next_at, now: at, runningSince: this.#runningSince, most },
      // Of many that take each other's place at once only the last would stay.
      missed: row.missed === 'all' && row.overlap === 'replace' ? 'once' : row.missed,
    });
    if (due.leftOut !== null) this.#skip(row, due.leftOut, 'missed', leftOutBecause(row));
    for (const slot of due.run) {
      const made = this.#runSlot(row, entry, slot, at);
      if (made)
        after.push(() => {
          submit.announcePlaced(made.row);
          made.after();
        });
    }
    store.schedules.advanceSchedule(row.id, due.nextAt);
    return Math.max(1, due.run.length);
  }

  #runSlot(row: ScheduleRow, entry: CatalogEntry | null, { at: slotAt, wasMissed }: DueSlot, at: number): Made | null {
    const { store } = this.#parts;
    const key = slotKey(row.id, slotAt);
    // Only after a clock was set back and the schedule changed or resumed since.
    if (store.jobs.hasSlot(key)) return null;
    const attempt = this.#make(row, entry, {
      keyOf: () => key,
      // In line as of now: nobody waited for what nobody could run.
      dueAt: wasMissed ? at : slotAt,
      linesUp: wasMissed && row.missed === 'all',
    });
    if ('refused' in attempt) {
      this.#skip(row, slotAt, attempt.refused.reason, attempt.refused.detail);
      return null;
    }
    store.schedules.keepRun(row.id, { at, slotAt, jobId: jobIdOf(attempt.made.row) });
    return attempt.made;
  }

  /** @param linesUp under `overlap: skip` too, as `missed: all` promises each slot its job */
  #make(
    row: ScheduleRow,
    entry: CatalogEntry | null,
    { keyOf, dueAt, linesUp }: { keyOf: (seq: number) => string; dueAt: number; linesUp: boolean },
  ): Attempt {
    const { line, submit } = this.#parts;
    if (!entry) return refused('unknown-task', `There is no task "${row.task}".`);
    const submission = submissionOf(row);
    const misfits = entry.check(submission.payload);
    if (misfits.length > 0) return refused('invalid-payload', misfitError(misfits).message);
    const { count, first } = line.standing(row.id);
    if (first && row.overlap === 'skip' && !linesUp) return refused('overlap', `Job ${jobIdOf(first)} was still ${first.state}.`, first);
    if (count >= limits.scheduleLine)
      return refused('line-full', `${limits.scheduleLine} jobs of the schedule were still unfinished.`, first);
    const replaced = row.overlap === 'replace' ? line.unfinished(row.id) : [];
    const blocked = row.overlap === 'replace' ? replaced.some(({ state }) => state === 'executing') : first !== null;
    let job: JobRow;
    try {
      job = submit.place(submission, entry, { keyOf, dueAt, blocked });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return refused('refused', error.message);
    }
    return { made: { row: job, after: line.replace(replaced) } };
  }

  #skip(row: ScheduleRow, slotAt: number, reason: SkipReason, detail: string): void {
    const { store, now } = this.#parts;
    store.schedules.keepSkip(row.id, { at: now(), slotAt, reason, detail });
  }

  async #entryOf(task: string): Promise<CatalogEntry | null> {
    const { catalog } = this.#parts;
    return catalog.current(task) ?? (await catalog.load(task));
  }
}

function refused(reason: SkipReason, detail: string, blocker: JobRow | null = null): Attempt {
  return { refused: { reason, detail, blocker } };
}

function leftOutBecause(row: ScheduleRow): string {
  if (row.missed === 'skip') return 'The engine did not run, slept or was late (missed: skip).';
  if (row.missed === 'all' && row.overlap !== 'replace') return `Of more than ${limits.missedSlots} missed slots the newest run.`;
  return 'Several slots were missed; the newest of them runs (missed: once).';
}

function refusalOf({ reason, detail, blocker }: { reason: SkipReason; detail: string; blocker: JobRow | null }): Problem {
  switch (reason) {
    case 'unknown-task':
      return new Problem('unknown-task', detail);
    case 'invalid-payload':
      return new Problem('invalid-request', detail);
    default: {
      const hint = 'Wait for its end, cancel it, or give the schedule another overlap rule.';
      return new Problem('wrong-state', `The schedule can't run now: ${detail} ${hint}`, blocker ? { jobId: jobIdOf(blocker) } : {});
    }
  }
}
