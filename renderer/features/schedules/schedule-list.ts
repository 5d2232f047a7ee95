/** The list of schedules: pages as they are read, and what the event stream says since. Pure. */

import type { EngineEvent } from '../../../contract/events.ts';
import type { Schedule } from '../../../contract/schedule.ts';

export type ScheduleList = {
  /** Oldest first, as the engine lists them. */
  schedules: readonly Schedule[];
  /** Where the next page begins; null when all are here. */
  next: string | null;
};

export const noSchedules: ScheduleList = { schedules: [], next: null };

export function withPage(list: ScheduleList, page: ScheduleList): ScheduleList {
  const known = new Set(list.schedules.map(({ id }) => id));
  return { schedules: [...list.schedules, ...page.schedules.filter(({ id }) => !known.has(id))], next: page.next };
}

/** The list after some events; the same one where none is about it. */
export function withEvents(list: ScheduleList, events: readonly EngineEvent[]): ScheduleList {
  let { schedules } = list;
  for (const event of events) {
    if (!('schedule' in event)) continue;
    const { schedule } = event;
    const at = schedules.findIndex(({ id }) => id === schedule.id);
    if (event.type === 'schedule.deleted') {
      if (at !== -1) schedules = schedules.toSpliced(at, 1);
    } else if (at !== -1) schedules = schedules.with(at, schedule);
    // Ids grow with time: a new one stands at the end, beyond what was read unless that is all.
    else if (event.type === 'schedule.created' && list.next === null) schedules = [...schedules, schedule];
  }
  return schedules === list.schedules ? list : { ...list, schedules };
}
