import type { Endpoint } from '../../../contract/notify.ts';
import { client } from '../../data/client.ts';
import { useGrownList } from '../../data/grown-list.ts';
import { isJobEvent } from '../../data/live.ts';

/** Endpoints have no events of their own: a submission may make one, and a delivery may turn one off. */
export function useEndpoints() {
  return useGrownList<Endpoint>({
    key: 'endpoints',
    pageSize: 200,
    readPage: async (query, signal) => {
      const { endpoints, next } = await client.call('listEndpoints', { query, signal });
      return { items: endpoints, next };
    },
    reloadOn: (event) => isJobEvent(event) && (event.job.queue === 'switchyard.deliveries' || event.type === 'job.created'),
    everyMs: 3_000,
  });
}
