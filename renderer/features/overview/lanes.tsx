/** The lanes and what their threads do, every second. */

import { useState } from 'react';
import type { Lane, Workers } from '../../../contract/resources.ts';
import { client } from '../../data/client.ts';
import { useEvents } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { formatBytes, formatCount, formatPercent } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import styles from './lanes.module.css';

const purposes: Readonly<Record<Lane['name'], string>> = {
  interactive: 'sync calls, kept free for them',
  io: 'many jobs a thread: network, files',
  cpu: 'one job a thread: computing',
};

function LaneRow({ lane }: { lane: Lane }) {
  const { name, threads, maxThreads, jobs, places } = lane;
  const busy = threads.reduce((sum, { utilization }) => sum + utilization, 0) / Math.max(1, threads.length);
  const heap = threads.reduce((sum, { heapBytes }) => sum + heapBytes, 0);
  return (
    <tr>
      <th scope="row">
        {name} <span className={styles.purpose}>{purposes[name]}</span>
      </th>
      <td>
        <span className={styles.threads}>
          <span className={styles.blocks} aria-hidden="true">
            {threads.slice(0, 24).map((thread) => (
              <span
                key={thread.id}
                className={styles.block}
                title={`Thread ${thread.id}: ${thread.jobs} jobs, ${formatPercent(thread.utilization)} busy, ${formatBytes(thread.heapBytes)}`}
              >
                <span className={styles.level} style={{ transform: `scaleY(${Math.max(0.04, thread.utilization)})` }} />
              </span>
            ))}
          </span>
          {threads.length} of {maxThreads}
        </span>
      </td>
      <td>
        {formatCount(jobs)} / {formatCount(places)}
      </td>
      <td>{threads.length === 0 ? '–' : formatPercent(busy)}</td>
      <td>{threads.length === 0 ? '–' : formatBytes(heap)}</td>
    </tr>
  );
}

export function Lanes() {
  const { data, error, reload } = useResource('workers', (signal) => client.call('getWorkers', { signal }));
  const [told, setTold] = useState<{ since: Workers | undefined; lanes: Lane[] }>();
  useEvents((event) => {
    if (event.type === 'workers') setTold({ since: data, lanes: event.lanes });
  });
  const lanes = told && told.since === data ? told.lanes : (data?.lanes ?? []);
  return (
    <Section title="Lanes">
      {error && !data ? (
        <ErrorNotice error={error} retry={reload} />
      ) : (
        <table className={styles.lanes}>
          <thead>
            <tr>
              <th scope="col">Lane</th>
              <th scope="col">Threads</th>
              <th scope="col" title="Jobs running, and how many could">
                Jobs / places
              </th>
              <th scope="col">Busy</th>
              <th scope="col">Heap</th>
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane) => (
              <LaneRow key={lane.name} lane={lane} />
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}
