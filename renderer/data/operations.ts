/** Operations on many jobs: those that run, whoever asked for them, and the ends of those that this window asked for. */

import { useEffect, useEffectEvent, useRef } from 'react';
import type { Operation } from '../../contract/resources.ts';
import { client } from './client.ts';
import { isJobEvent } from './live.ts';
import { useReloadOn } from './reload-on.ts';
import { useResource } from './resource.ts';

/** The engine lets a hundred run at once. */
const shownMost = 100;
const whileRunningMs = 700;
/** Operations are not in the event stream, but they do nothing without jobs that are. */
const afterEventsMs = 5_000;

const begunListeners = new Set<(operation: Operation) => void>();

/** Tells the shell of an operation that was asked for here: it shows how far it is and what came of it. */
export function operationBegan(operation: Operation): void {
  for (const listener of begunListeners) listener(operation);
}

export type ShownOperations = {
  running: readonly Operation[];
  /** @throws Problem wrong-state when it has ended meanwhile */
  stop(id: string): Promise<void>;
};

/** @param onEnd called once for each operation that was asked for here, as it ended */
export function useOperations(onEnd: (operation: Operation) => void): ShownOperations {
  const own = useRef(new Set<string>());
  const ended = useEffectEvent(onEnd);
  const { data, reload } = useResource('operations', async (signal) => {
    const { operations } = await client.call('listOperations', { query: { limit: shownMost }, signal });
    return operations;
  });
  useReloadOn(reload, (event) => isJobEvent(event) && event.type !== 'job.progress', afterEventsMs);

  useEffect(() => {
    const begun = (operation: Operation) => {
      if (operation.state !== 'running') {
        ended(operation);
        return;
      }
      own.current.add(operation.id);
      reload();
    };
    begunListeners.add(begun);
    return () => {
      begunListeners.delete(begun);
    };
  }, [reload]);

  const running = data?.filter(({ state }) => state === 'running') ?? [];
  const anyRuns = running.length > 0;
  useEffect(() => {
    if (!anyRuns) return;
    const timer = setInterval(reload, whileRunningMs);
    return () => clearInterval(timer);
  }, [anyRuns, reload]);

  useEffect(() => {
    for (const operation of data ?? []) {
      if (operation.state !== 'running' && own.current.delete(operation.id)) ended(operation);
    }
  }, [data]);

  return {
    running,
    async stop(id) {
      await client.call('stopOperation', { params: { id } });
      reload();
    },
  };
}
