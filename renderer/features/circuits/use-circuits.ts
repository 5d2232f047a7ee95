import type { Circuit } from '../../../contract/circuit.ts';
import { client } from '../../data/client.ts';
import { useGrownList } from '../../data/grown-list.ts';
import { isJobEvent } from '../../data/live.ts';

/** Read again as circuits open and close, and as jobs line up behind them. */
export function useCircuits() {
  return useGrownList<Circuit>({
    key: 'circuits',
    pageSize: 500,
    readPage: async (query, signal) => {
      const { circuits, next } = await client.call('listCircuits', { query, signal });
      return { items: circuits, next };
    },
    reloadOn: (event, circuits) =>
      'circuit' in event || (isJobEvent(event) && event.type !== 'job.progress' && circuits.some(({ state }) => state !== 'closed')),
    everyMs: 1_500,
  });
}
