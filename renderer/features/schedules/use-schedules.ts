import { useCallback, useEffect, useRef, useState } from 'react';
import { client } from '../../data/client.ts';
import { onReload, useEventBatches } from '../../data/live.ts';
import type { ScheduleList } from './schedule-list.ts';
import { noSchedules, withEvents, withPage } from './schedule-list.ts';

export type ShownSchedules = {
  /** undefined while it is read for the first time. */
  list: ScheduleList | undefined;
  error: Error | undefined;
  reload(): void;
  /** Reads the next page, unless it is being read or there is none. */
  readMore(): void;
};

const pageSize = 500;

export function useSchedules(): ShownSchedules {
  const [state, setState] = useState<{ list: ScheduleList | undefined; error: Error | undefined }>({ list: undefined, error: undefined });
  /** What callbacks go on from: several may come before React renders. */
  const latest = useRef<ScheduleList | undefined>(undefined);
  const reading = useRef<AbortController | null>(null);

  const show = useCallback((list: ScheduleList | undefined, error?: Error) => {
    latest.current = list;
    setState({ list, error });
  }, []);

  const read = useCallback(
    async (fromStart: boolean) => {
      if (reading.current && !fromStart) return;
      reading.current?.abort();
      const abort = new AbortController();
      reading.current = abort;
      try {
        const cursor = fromStart ? null : (latest.current?.next ?? null);
        const query = { limit: pageSize, ...(cursor === null ? {} : { cursor }) };
        const page = await client.call('listSchedules', { query, signal: abort.signal });
        if (!abort.signal.aborted) show(withPage(fromStart ? noSchedules : (latest.current ?? noSchedules), page));
      } catch (error) {
        if (!abort.signal.aborted) show(latest.current, error as Error);
      } finally {
        if (reading.current === abort) reading.current = null;
      }
    },
    [show],
  );
  const reload = useCallback(() => void read(true), [read]);

  useEffect(() => {
    reload();
    const stop = onReload(reload);
    return () => {
      stop();
      reading.current?.abort();
      reading.current = null;
    };
  }, [reload]);

  useEventBatches((events) => {
    if (!latest.current) return;
    const next = withEvents(latest.current, events);
    if (next !== latest.current) show(next, state.error);
  });

  return {
    ...state,
    reload,
    readMore: () => {
      if (latest.current?.next) void read(false);
    },
  };
}
