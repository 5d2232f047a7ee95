import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';
import { slotKey } from './schedule-slot.ts';

/** Jobs by the slot of the schedule that made them. */
export function prepareScheduleJobs(db: Database, readJob: (seq: number) => JobRow | null) {
  const bySlot = db.prepare<[string], number>('SELECT seq FROM jobs WHERE schedule_slot = ?').pluck();
  const ofSchedule = db
    .prepare<[string, string, number], number>(
      'SELECT seq FROM jobs WHERE schedule_slot >= ? AND schedule_slot < ? ORDER BY schedule_slot DESC LIMIT ?',
    )
    .pluck();
  return {
    /** Whether this slot of a schedule has a job already. */
    hasSlot: (key: string) => bySlot.get(key) !== undefined,
    /** A schedule's jobs, the newest slot first; `before` is the `schedule_slot` of an earlier page's last, '' for the first page. */
    jobsOfSchedule: (schedule: string, before: string, limit: number) =>
      ofSchedule.all(slotKey(schedule, 0), before === '' ? `${schedule}A` : before, limit).flatMap((seq) => readJob(seq) ?? []),
  };
}
