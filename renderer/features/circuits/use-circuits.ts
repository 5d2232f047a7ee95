import { useRef } from 'react';
import type { Circuit } from '../../../contract/circuit.ts';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import type { Resource } from '../../data/resource.ts';
import { useResource } from '../../data/resource.ts';

const pageSize = 500;
const everyMs = 1_500;

export type Circuits = { circuits: readonly Circuit[]; isMore: boolean };

/** Read again as circuits open and close, and as jobs line up behind them. */
export function useCircuits(): Resource<Circuits> & { readMore(): void } {
  const wanted = useRef(pageSize);
  const resource = useResource('circuits', (signal) => readCircuits(wanted.current, signal));
  const anyOpen = resource.data?.circuits.some(({ state }) => state !== 'closed') ?? false;
  useReloadOn(resource.reload, (event) => 'circuit' in event || (anyOpen && isJobEvent(event) && event.type !== 'job.progress'), everyMs);
  return {
    ...resource,
    readMore: () => {
      if (!resource.data?.isMore || resource.loading) return;
      wanted.current += pageSize;
      resource.reload();
    },
  };
}

async function readCircuits(wanted: number, signal: AbortSignal): Promise<Circuits> {
  const circuits: Circuit[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = cursor === null ? { limit: pageSize } : { limit: pageSize, cursor };
    const page = await client.call('listCircuits', { query, signal });
    circuits.push(...page.circuits);
    cursor = page.next;
  } while (cursor !== null && circuits.length < wanted);
  return { circuits, isMore: cursor !== null };
}
