/** The unfinished jobs of each schedule. Kept by store/jobs.ts as jobs come and end, in the same transaction. */

import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';
import { scheduleIdOf } from './schedule-slot.ts';

export type ScheduleLineStore = ReturnType<typeof prepareScheduleLine>;

export function prepareScheduleLine(db: Database) {
  const insert = db.prepare('INSERT INTO schedule_line (schedule_id, seq) VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM schedule_line WHERE schedule_id = ? AND seq = ?');
  const members = db.prepare<[string, number], number>('SELECT seq FROM schedule_line WHERE schedule_id = ? ORDER BY seq LIMIT ?').pluck();
  const schedules = db.prepare<[], string>('SELECT DISTINCT schedule_id FROM schedule_line').pluck();
  /** Hints that outlive an undone transaction: looking at a line once too often changes nothing. */
  const moved = new Set<string>();

  return {
    moved,
    enter(row: Pick<JobRow, 'schedule_slot' | 'seq'>): void {
      if (row.schedule_slot !== null) insert.run(scheduleIdOf(row.schedule_slot), row.seq);
    },
    leave(row: Pick<JobRow, 'schedule_slot' | 'seq'>): void {
      if (row.schedule_slot === null) return;
      const schedule = scheduleIdOf(row.schedule_slot);
      if (remove.run(schedule, row.seq).changes > 0) moved.add(schedule);
    },
    /** An attempt was given back: the job waits again, still unfinished. */
    stepBack(row: Pick<JobRow, 'schedule_slot'>): void {
      if (row.schedule_slot !== null) moved.add(scheduleIdOf(row.schedule_slot));
    },
    /** Oldest first. */
    unfinished: (schedule: string, limit: number): number[] => members.all(schedule, limit),
    /** Of all schedules, those too that were deleted. To be asked at a start. */
    schedulesWithUnfinished: (): string[] => schedules.all(),
  };
}
