import type { JsonObject } from '../../contract/json.ts';
import type { RetryPolicy } from '../../contract/retry.ts';
import type { Schedule } from '../../contract/schedule.ts';
import type { JobState } from '../../contract/states.ts';
import type { Submission } from '../../contract/submission.ts';
import { timeOf } from '../store/job-row.ts';
import { notificationsIn, requestsIn } from '../store/notify-text.ts';
import type { ScheduleRow } from '../store/schedules.ts';
import { cronSlots, intervalSlots, type Slots, upcoming } from './schedule-slots.ts';

export const shownRuns = 5;
/** Patterns that are kept compiled; the one least recently asked for goes first. */
const compiledKept = 1_000;

/** The slots of schedules, each pattern and zone compiled once. */
export class SlotBook {
  readonly #compiled = new Map<string, { slots: Slots; from: number | null; upcoming: number[] }>();

  slotsOf(row: ScheduleRow): Slots {
    return this.#of(row).slots;
  }

  /** From `first` on. The last answer is kept, since lists ask for the same again and again. */
  upcomingOf(row: ScheduleRow, first: number | null): number[] {
    const entry = this.#of(row);
    if (entry.from !== first || entry.upcoming.length === 0) {
      entry.from = first;
      entry.upcoming = upcoming(entry.slots, first, shownRuns);
    }
    return entry.upcoming;
  }

  #of(row: ScheduleRow) {
    const key = row.cron === null ? `${row.every_ms} ${row.anchor_at}` : `${row.time_zone} ${row.cron}`;
    let entry = this.#compiled.get(key);
    if (entry) this.#compiled.delete(key);
    else entry = { slots: compile(row), from: null, upcoming: [] };
    this.#compiled.set(key, entry);
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= compiledKept) break;
      this.#compiled.delete(oldest);
    }
    return entry;
  }
}

function compile(row: ScheduleRow): Slots {
  if (row.cron !== null) return cronSlots(row.cron, row.time_zone);
  if (row.every_ms !== null) return intervalSlots(row.anchor_at, row.every_ms);
  throw new Error(`schedule ${row.id} has neither pattern nor interval`);
}

/** Of a schedule that begins at `now` and was not made: compiled for once. @throws Problem invalid-request for a pattern that is none */
export function nextRunsOf(timing: Pick<Schedule, 'cron' | 'everyMs' | 'timeZone'>, now: number): string[] {
  const slots = timing.cron === null ? intervalSlots(now, timing.everyMs ?? 0) : cronSlots(timing.cron, timing.timeZone);
  return upcoming(slots, slots.next(now), shownRuns).map((at) => timeOf(at));
}

/** @param nextRuns milliseconds since 1970 */
export function scheduleOf(row: ScheduleRow, nextRuns: number[], lastState: JobState | null): Schedule {
  const { skipped_at, skipped_slot_at, skipped_reason, skipped_detail } = row;
  return {
    id: row.id,
    name: row.name,
    cron: row.cron,
    everyMs: row.every_ms,
    timeZone: row.time_zone,
    task: row.task,
    payload: JSON.parse(row.payload) as JsonObject,
    queue: row.queue,
    priority: row.priority,
    timeoutMs: row.timeout_ms,
    retry: row.retry === null ? null : (JSON.parse(row.retry) as Partial<RetryPolicy>),
    tags: JSON.parse(row.tags) as string[],
    notify: notificationsIn(row.notify),
    overlap: row.overlap,
    missed: row.missed,
    paused: row.paused === 1,
    nextRuns: nextRuns.map((at) => timeOf(at)),
    lastRun:
      row.run_at === null || row.run_job === null
        ? null
        : { at: timeOf(row.run_at), slotAt: timeOf(row.run_slot_at), jobId: row.run_job, state: lastState },
    lastSkipped:
      skipped_at === null || skipped_slot_at === null || skipped_reason === null
        ? null
        : { at: timeOf(skipped_at), slotAt: timeOf(skipped_slot_at), reason: skipped_reason, detail: skipped_detail ?? '' },
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}

/** What a slot submits. */
export function submissionOf(row: ScheduleRow): Submission {
  return {
    task: row.task,
    payload: JSON.parse(row.payload) as JsonObject,
    mode: 'async',
    queue: row.queue,
    priority: row.priority,
    delayMs: 0,
    runAt: null,
    tags: JSON.parse(row.tags) as string[],
    ...(row.timeout_ms === null ? {} : { timeoutMs: row.timeout_ms }),
    notify: requestsIn(row.notify),
    ...(row.retry === null ? {} : { retry: JSON.parse(row.retry) as Partial<RetryPolicy> }),
  };
}
