import { useRef } from 'react';
import type { Endpoint } from '../../../contract/notify.ts';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import type { Resource } from '../../data/resource.ts';
import { useResource } from '../../data/resource.ts';

const pageSize = 200;

export type Endpoints = { endpoints: readonly Endpoint[]; isMore: boolean };

/** Endpoints have no events of their own: a submission may make one, and a delivery may turn one off. */
export function useEndpoints(): Resource<Endpoints> & { readMore(): void } {
  const wanted = useRef(pageSize);
  const resource = useResource('endpoints', (signal) => readEndpoints(wanted.current, signal));
  useReloadOn(
    resource.reload,
    (event) => isJobEvent(event) && (event.job.queue === 'switchyard.deliveries' || event.type === 'job.created'),
    3_000,
  );
  return {
    ...resource,
    readMore: () => {
      if (!resource.data?.isMore || resource.loading) return;
      wanted.current += pageSize;
      resource.reload();
    },
  };
}

async function readEndpoints(wanted: number, signal: AbortSignal): Promise<Endpoints> {
  const endpoints: Endpoint[] = [];
  let cursor: string | null = null;
  do {
    const query: { limit: number; cursor?: string } = cursor === null ? { limit: pageSize } : { limit: pageSize, cursor };
    const page = await client.call('listEndpoints', { query, signal });
    endpoints.push(...page.endpoints);
    cursor = page.next;
  } while (cursor !== null && endpoints.length < wanted);
  return { endpoints, isMore: cursor !== null };
}
