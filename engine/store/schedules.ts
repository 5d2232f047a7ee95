import type { Database } from 'better-sqlite3';
import type { MissedRule, Overlap, SkipReason } from '../../contract/schedule.ts';

/** A row of `schedules`: times in milliseconds since 1970, JSON as text. */
export type ScheduleRow = {
  id: string;
  name: string | null;
  cron: string | null;
  every_ms: number | null;
  anchor_at: number;
  time_zone: string;
  task: string;
  queue: string;
  priority: number;
  timeout_ms: number | null;
  retry: string | null;
  tags: string;
  notify: string | null;
  overlap: Overlap;
  missed: MissedRule;
  paused: 0 | 1;
  next_at: number | null;
  run_at: number | null;
  run_slot_at: number | null;
  run_job: string | null;
  skipped_at: number | null;
  skipped_slot_at: number | null;
  skipped_reason: SkipReason | null;
  skipped_detail: string | null;
  created_at: number;
  updated_at: number;
  payload: string;
};

/** What a person decides; the rest is what happened. */
const decided = [
  ...['name', 'cron', 'every_ms', 'anchor_at', 'time_zone', 'task', 'queue', 'priority', 'timeout_ms'],
  ...['retry', 'tags', 'notify', 'overlap', 'missed', 'paused', 'next_at', 'updated_at', 'payload'],
] as const;

export function prepareSchedules(db: Database) {
  const insert = db.prepare<[ScheduleRow]>(
    `INSERT INTO schedules (id, created_at, ${decided.join(', ')}) VALUES (@id, @created_at, ${decided.map((name) => `@${name}`).join(', ')})`,
  );
  const amend = db.prepare<[ScheduleRow]>(`UPDATE schedules SET ${decided.map((name) => `${name} = @${name}`).join(', ')} WHERE id = @id`);
  const find = db.prepare<[string], ScheduleRow>('SELECT * FROM schedules WHERE id = ?');
  const after = db.prepare<[string, number], ScheduleRow>('SELECT * FROM schedules WHERE id > ? ORDER BY id LIMIT ?');
  const due = db.prepare<[number, number], ScheduleRow>('SELECT * FROM schedules WHERE next_at <= ? ORDER BY next_at LIMIT ?');
  const first = db.prepare<[], number>('SELECT next_at FROM schedules WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1').pluck();
  const advance = db.prepare('UPDATE schedules SET next_at = ? WHERE id = ?');
  const ran = db.prepare('UPDATE schedules SET run_at = ?, run_slot_at = ?, run_job = ? WHERE id = ?');
  const skipped = db.prepare(
    'UPDATE schedules SET skipped_at = ?, skipped_slot_at = ?, skipped_reason = ?, skipped_detail = ? WHERE id = ?',
  );
  const remove = db.prepare('DELETE FROM schedules WHERE id = ?');

  return {
    insertSchedule: (row: ScheduleRow) => insert.run(row),
    /** Writes what a person may decide of a schedule. */
    amendSchedule: (row: ScheduleRow) => amend.run(row),
    findSchedule: (id: string) => find.get(id) ?? null,
    /** By id, which is by time of making. */
    schedulesAfter: (id: string, limit: number) => after.all(id, limit),
    /** With a slot at or before `now` that was not dealt with, the longest due first. */
    dueSchedules: (now: number, limit: number) => due.all(now, limit),
    nextSlotAt: () => first.get() ?? null,
    advanceSchedule: (id: string, nextAt: number | null) => advance.run(nextAt, id),
    keepRun: (id: string, run: { at: number; slotAt: number | null; jobId: string }) => ran.run(run.at, run.slotAt, run.jobId, id),
    keepSkip: (id: string, skip: { at: number; slotAt: number; reason: SkipReason; detail: string }) =>
      skipped.run(skip.at, skip.slotAt, skip.reason, skip.detail, id),
    deleteSchedule: (id: string) => remove.run(id).changes === 1,
  };
}
