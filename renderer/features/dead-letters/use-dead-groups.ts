import { useRef } from 'react';
import type { DeadGroup } from '../../../contract/operations.ts';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import type { Resource } from '../../data/resource.ts';
import { useResource } from '../../data/resource.ts';

const pageSize = 500;

export type DeadGroups = { groups: readonly DeadGroup[]; isMore: boolean };

/** The causes, the most frequent first; read again while jobs die or come back to life. */
export function useDeadGroups(): Resource<DeadGroups> & { readMore(): void } {
  const wanted = useRef(pageSize);
  const resource = useResource('dead groups', (signal) => readGroups(wanted.current, signal));
  useReloadOn(resource.reload, (event) => isJobEvent(event) && event.type !== 'job.progress' && event.type !== 'job.started', 1_500);
  return {
    ...resource,
    readMore: () => {
      if (!resource.data?.isMore || resource.loading) return;
      wanted.current += pageSize;
      resource.reload();
    },
  };
}

async function readGroups(wanted: number, signal: AbortSignal): Promise<DeadGroups> {
  const groups: DeadGroup[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = cursor === null ? { limit: pageSize } : { limit: pageSize, cursor };
    const page = await client.call('listDeadGroups', { query, signal });
    groups.push(...page.groups);
    cursor = page.next;
  } while (cursor !== null && groups.length < wanted);
  return { groups, isMore: cursor !== null };
}
