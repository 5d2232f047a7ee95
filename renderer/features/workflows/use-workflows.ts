import { useCallback, useEffect, useRef, useState } from 'react';
import type { WorkflowState } from '../../../contract/workflow.ts';
import { client } from '../../data/client.ts';
import { isJobEvent, onReload, useEventBatches } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import type { WorkflowList } from './workflow-live.ts';
import { noWorkflows, withFresh, withPage, withWorkflowEvents } from './workflow-live.ts';

export type ShownWorkflows = {
  /** undefined while it is read for the first time. */
  list: WorkflowList | undefined;
  error: Error | undefined;
  reload(): void;
  /** Reads the next page, unless it is being read or there is none. */
  readMore(): void;
};

const pageSize = 200;

/** Give the place where it is used `key={state}`. @param wanted what the list is narrowed to; null: all */
export function useWorkflows(wanted: WorkflowState | null): ShownWorkflows {
  const [state, setState] = useState<{ list: WorkflowList | undefined; error: Error | undefined }>({ list: undefined, error: undefined });
  /** What callbacks go on from: several may come before React renders. */
  const latest = useRef<WorkflowList | undefined>(undefined);
  const reading = useRef<AbortController | null>(null);

  const show = useCallback((list: WorkflowList | undefined, error?: Error) => {
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
        const query = { limit: pageSize, ...(wanted === null ? {} : { state: [wanted] }), ...(cursor === null ? {} : { cursor }) };
        const page = await client.call('listWorkflows', { query, signal: abort.signal });
        if (!abort.signal.aborted) show(withPage(fromStart ? noWorkflows : (latest.current ?? noWorkflows), page));
      } catch (error) {
        if (!abort.signal.aborted) show(latest.current, error as Error);
      } finally {
        if (reading.current === abort) reading.current = null;
      }
    },
    [wanted, show],
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
    const next = withWorkflowEvents(latest.current, events, wanted);
    if (next !== latest.current) show(next, state.error);
  });

  // Workflows tell of their state, their jobs of all between: how far those are that run is read anew while jobs move.
  const refresh = useCallback(async () => {
    if (!latest.current?.workflows.some((workflow) => workflow.state === 'running')) return;
    try {
      const { workflows } = await client.call('listWorkflows', { query: { state: ['running'], limit: pageSize } });
      if (latest.current) show(withFresh(latest.current, workflows));
    } catch {
      // Without an engine everything is read anew once it is back.
    }
  }, [show]);
  useReloadOn(
    () => void refresh(),
    (event) => isJobEvent(event) && event.job.workflowId !== null && event.type !== 'job.progress',
    1_000,
  );

  return {
    ...state,
    reload,
    readMore: () => {
      if (latest.current?.next) void read(false);
    },
  };
}
