import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { onReload, useEventBatches } from '../../data/live.ts';
import type { JobFilter } from './job-filter.ts';
import type { JobListState } from './job-list.ts';
import { JobList } from './job-list.ts';

/** @param filter kept as it is until its content changes */
export function useJobList(filter: JobFilter): { list: JobList; state: JobListState } {
  const list = useMemo(() => new JobList(filter), [filter]);
  useEffect(() => {
    list.reload();
    const stop = onReload(() => list.reload());
    return () => {
      stop();
      list.close();
    };
  }, [list]);
  useEventBatches((events) => list.follow(events));
  return { list, state: useSyncExternalStore(list.subscribe, list.state) };
}
