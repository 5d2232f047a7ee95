/**
 * `jobs.schedule_slot`: which schedule made a job, and for which slot. Text that sorts by schedule and then by time:
 * `<schedule>@<slot in milliseconds, 15 digits>` for a slot, `<schedule>@<time, 15 digits>+<seq>` for a run by hand.
 */

export function slotKey(scheduleId: string, slotAt: number): string {
  return `${scheduleId}@${String(slotAt).padStart(15, '0')}`;
}

export function runByHandKey(scheduleId: string, at: number, seq: number): string {
  return `${slotKey(scheduleId, at)}+${seq}`;
}

export function scheduleIdOf(key: string): string {
  return key.slice(0, key.indexOf('@'));
}

/** Milliseconds since 1970; null for a run by hand. */
export function slotAtOf(key: string): number | null {
  return key.includes('+') ? null : Number(key.slice(key.indexOf('@') + 1));
}
