/** A run of the lab with its results, told anew about every second while it goes on. */

import { useState } from 'react';
import type { LabRun } from '../../../contract/lab-run.ts';
import { client } from '../../data/client.ts';
import { useEventBatches } from '../../data/live.ts';
import { type Resource, useResource } from '../../data/resource.ts';
import { withProgress } from './live-run.ts';

/** @param id null reads nothing */
export function useLabRun(id: string | null): Resource<LabRun> {
  const resource = useResource(id === null ? null : `lab run ${id}`, (signal) =>
    client.call('getLabRun', { params: { id: id ?? '' }, signal }),
  );
  const { data, reload } = resource;
  const [told, setTold] = useState<{ since: LabRun | undefined; run: LabRun | undefined }>({ since: undefined, run: undefined });
  useEventBatches((events) => {
    for (const event of events) {
      if (event.type === 'lab.progress' && event.run.id === id)
        setTold((before) => {
          const run = before.since === data ? before.run : data;
          return { since: data, run: run && withProgress(run, event.run, event.result) };
        });
      else if ((event.type === 'lab.ended' || event.type === 'lab.changed' || event.type === 'lab.started') && event.run.id === id)
        reload();
    }
  });
  return { ...resource, data: told.since === data && told.run ? told.run : data };
}
