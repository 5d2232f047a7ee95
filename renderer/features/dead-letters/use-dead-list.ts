import { useCallback, useEffect, useRef, useState } from 'react';
import type { JobEvent } from '../../../contract/events.ts';
import { client } from '../../data/client.ts';
import { isJobEvent, onReload, useEventBatches } from '../../data/live.ts';
import type { DeadFilter, DeadList } from './dead-list.ts';
import { mustRead, rowOf, withEvents, withPage } from './dead-list.ts';

export type ShownDeadList = {
  /** undefined while it is read for the first time. */
  list: DeadList | undefined;
  error: Error | undefined;
  reload(): void;
  /** Reads the next page if there is one: after the page that is being read, if one is. */
  readMore(): void;
  /** Reads until `count` jobs are here or all are, and answers with them. */
  readUpTo(count: number): Promise<DeadList['jobs']>;
};

const pageSize = 200;
const biggestPage = 500;
/** While a text is searched for, jobs that die make the list be read again at most this often. */
const readAgainMs = 1_000;

const nothing: DeadList = { jobs: [], next: null, total: 0 };

export function useDeadList({ q, task, fingerprint }: DeadFilter): ShownDeadList {
  const [state, setState] = useState<{ filter: string; list: DeadList | undefined; error: Error | undefined }>({
    filter: '',
    list: undefined,
    error: undefined,
  });
  const filterKey = JSON.stringify([q, task, fingerprint]);
  const shown = state.filter === filterKey ? state : { ...state, list: undefined, error: undefined };
  /** The state that callbacks go on from: several may come before React renders. */
  const latest = useRef<DeadList | undefined>(undefined);
  const reading = useRef<AbortController | null>(null);
  /** What was told while a page was read, which may show things as they were before. */
  const heard = useRef<JobEvent[]>([]);
  /** The end was looked at while a page was read, which need not make the list longer: nobody may look again. */
  const moreWanted = useRef(false);
  const readAgain = useRef<ReturnType<typeof setTimeout> | null>(null);

  const show = useCallback(
    (list: DeadList | undefined, error?: Error) => {
      latest.current = list;
      setState({ filter: filterKey, list, error });
    },
    [filterKey],
  );

  const readPage = useCallback(
    async (after: DeadList, cursor: string | null, limit: number, signal: AbortSignal): Promise<DeadList> => {
      const query = {
        limit,
        ...(q === '' ? {} : { q }),
        ...(task === null ? {} : { task: [task] }),
        ...(fingerprint === null ? {} : { fingerprint }),
        ...(cursor === null ? {} : { cursor }),
      };
      let page = await client.call('listDeadLetters', { query, signal });
      // The engine looks for a bounded time: a page may be empty though more follow.
      while (page.jobs.length === 0 && page.next !== null)
        page = await client.call('listDeadLetters', { query: { ...query, cursor: page.next }, signal });
      return withPage(after, { ...page, jobs: page.jobs.map(rowOf) });
    },
    [q, task, fingerprint],
  );

  /** One read at a time; a newer one from the start ends an older one. */
  const read = useCallback(
    async (fromStart: boolean, limit: number): Promise<boolean> => {
      if (reading.current && !fromStart) return false;
      reading.current?.abort();
      const abort = new AbortController();
      reading.current = abort;
      heard.current = [];
      try {
        const before = fromStart ? nothing : (latest.current ?? nothing);
        const page = await readPage(before, fromStart ? null : before.next, limit, abort.signal);
        if (abort.signal.aborted) return false;
        // Events may have changed the list meanwhile: the page is added to what it is now, and does not take them back.
        const all = fromStart ? page : withPage(latest.current ?? nothing, { ...page, jobs: page.jobs.slice(before.jobs.length) });
        show(withEvents(all, heard.current, { q, task, fingerprint }));
        return true;
      } catch (error) {
        if (!abort.signal.aborted) show(latest.current, error as Error);
        return false;
      } finally {
        if (reading.current === abort) reading.current = null;
      }
    },
    [readPage, show, q, task, fingerprint],
  );

  const reload = useCallback(() => void read(true, Math.min(biggestPage, Math.max(pageSize, latest.current?.jobs.length ?? 0))), [read]);

  useEffect(() => {
    latest.current = undefined;
    void read(true, pageSize);
    const stop = onReload(reload);
    return () => {
      stop();
      reading.current?.abort();
      reading.current = null;
      if (readAgain.current !== null) clearTimeout(readAgain.current);
      readAgain.current = null;
    };
  }, [read, reload]);

  useEffect(() => {
    if (reading.current || !moreWanted.current) return;
    moreWanted.current = false;
    if (state.list?.next && !state.error) void read(false, pageSize);
  }, [read, state]);

  useEventBatches((events) => {
    const own = events.filter(isJobEvent);
    if (reading.current) heard.current.push(...own);
    if (!latest.current) return;
    const next = withEvents(latest.current, own, { q, task, fingerprint });
    if (next !== latest.current) show(next, shown.error);
    if (!mustRead(own, { q, task, fingerprint }) || readAgain.current !== null) return;
    readAgain.current = setTimeout(() => {
      readAgain.current = null;
      reload();
    }, readAgainMs);
  });

  return {
    list: shown.list,
    error: shown.error,
    reload,
    readMore: () => {
      if (reading.current) moreWanted.current = true;
      else if (latest.current?.next) void read(false, pageSize);
    },
    readUpTo: async (count) => {
      while (latest.current?.next && latest.current.jobs.length < count) {
        if (!(await read(false, biggestPage))) break;
      }
      return (latest.current ?? nothing).jobs.slice(0, count);
    },
  };
}
