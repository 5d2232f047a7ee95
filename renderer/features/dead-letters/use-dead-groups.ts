import type { DeadGroup } from '../../../contract/operations.ts';
import { client } from '../../data/client.ts';
import { useGrownList } from '../../data/grown-list.ts';
import { isJobEvent } from '../../data/live.ts';

/** The causes, the most frequent first; read again while jobs die or come back to life. */
export function useDeadGroups() {
  return useGrownList<DeadGroup>({
    key: 'dead groups',
    pageSize: 500,
    readPage: async (query, signal) => {
      const { groups, next } = await client.call('listDeadGroups', { query, signal });
      return { items: groups, next };
    },
    reloadOn: (event) => isJobEvent(event) && event.type !== 'job.progress' && event.type !== 'job.started',
    everyMs: 1_500,
  });
}
