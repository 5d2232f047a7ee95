import { client } from '../../data/client.ts';
import { FollowedList, type ShownList, useFollowedList } from '../../data/followed-list.ts';
import { noSchedules, type ScheduleList, withEvents, withPage } from './schedule-list.ts';

const pageSize = 500;

export function useSchedules(): ShownList<ScheduleList> {
  return useFollowedList(followedSchedules);
}

function followedSchedules(): FollowedList<ScheduleList> {
  return new FollowedList<ScheduleList>({
    empty: noSchedules,
    readPage: (cursor, signal) =>
      client.call('listSchedules', { query: { limit: pageSize, ...(cursor === null ? {} : { cursor }) }, signal }),
    withPage,
    withEvents,
  });
}
