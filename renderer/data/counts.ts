/** How many jobs are in each state: read once, then told every second by the event stream. */

import { useState } from 'react';
import type { StateCounts } from '../../contract/resources.ts';
import { jobStates } from '../../contract/states.ts';
import { client } from './client.ts';
import { useEvents } from './live.ts';
import type { Resource } from './resource.ts';
import { useResource } from './resource.ts';

export function useCounts(): Resource<StateCounts> {
  const stats = useResource('stats', async (signal) => (await client.call('getStats', { signal })).counts);
  const [live, setLive] = useState<{ counts: StateCounts; since: StateCounts | undefined }>();
  useEvents((event) => {
    if (event.type === 'stats') setLive({ counts: event.counts, since: stats.data });
  });
  // What was read anew (after a gap) is newer than what the stream said before it.
  const data = live && live.since === stats.data ? live.counts : stats.data;
  return { ...stats, data };
}

export function totalOf(counts: StateCounts): number {
  return jobStates.reduce((sum, state) => sum + counts[state], 0);
}
