/** Every queue: what is in it, what it is held to, and whether it runs at all. */

import { useState } from 'react';
import type { Queue, QueuePatch } from '../../../contract/resources.ts';
import { Link } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { describeError, ErrorNotice, Notice } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { showToast } from '../../ui/toast.tsx';
import { LimitsField } from './limits-field.tsx';
import { NewQueue } from './new-queue.tsx';
import styles from './queues-page.module.css';

const counted = ['available', 'executing', 'retryable', 'scheduled', 'dead', 'completed'] as const;

type QueueRowProps = { queue: Queue; change: (patch: QueuePatch) => Promise<void> };

function QueueRow({ queue, change }: QueueRowProps) {
  const [busy, setBusy] = useState(false);
  const { name, paused, counts, oldestAvailableMs } = queue;
  const toggle = async () => {
    setBusy(true);
    try {
      await change({ paused: !paused });
    } catch (thrown) {
      const { title, text } = describeError(thrown instanceof Error ? thrown : new Error(String(thrown)));
      showToast({ tone: 'error', title, text });
    } finally {
      setBusy(false);
    }
  };
  return (
    <tr data-paused={paused || undefined}>
      <th scope="row">
        <span className={styles.name}>
          <Link to={`/jobs?queue=${encodeURIComponent(name)}`} title={name}>
            {name}
          </Link>
          {paused && <span className={styles.paused}>paused</span>}
        </span>
      </th>
      {counted.map((state) => (
        <td key={state} className={state === 'completed' ? styles.minor : undefined}>
          {counts[state] === 0 ? (
            <span className={styles.zero}>0</span>
          ) : (
            <Link
              className={styles.count}
              to={`/jobs?queue=${encodeURIComponent(name)}&state=${state}`}
              data-alarming={state === 'dead' || undefined}
            >
              {formatCount(counts[state])}
            </Link>
          )}
        </td>
      ))}
      <td className={styles.minor} title="How long the next job in line has waited since it was due">
        {oldestAvailableMs === null ? '–' : formatDuration(oldestAvailableMs)}
      </td>
      <td className={styles.limits}>
        <LimitsField queue={queue} change={change} />
      </td>
      <td>
        <Button icon={paused ? 'play' : 'pause'} busy={busy} onClick={toggle} aria-label={`${paused ? 'Resume' : 'Pause'} ${name}`}>
          {paused ? 'Resume' : 'Pause'}
        </Button>
      </td>
    </tr>
  );
}

export function QueuesPage() {
  const { data, error, reload } = useResource('queues', (signal) => client.call('listQueues', { signal }));
  const [making, setMaking] = useState(false);
  useReloadOn(reload, (event) => event.type === 'queue.changed' || (isJobEvent(event) && event.type !== 'job.progress'), 1500);
  const queues = data?.queues ?? [];
  const anyPaused = queues.filter(({ paused }) => paused);

  return (
    <Page
      title="Queues"
      aside={data && (anyPaused.length > 0 ? `${anyPaused.length} of ${queues.length} paused` : `${queues.length}`)}
      actions={
        <Button icon="submit" onClick={() => setMaking(true)} disabled={making}>
          New queue
        </Button>
      }
    >
      {making && (
        <NewQueue
          taken={queues.map(({ name }) => name)}
          onMade={() => {
            setMaking(false);
            reload();
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {error && (
        <div className={styles.error}>
          <ErrorNotice error={error} retry={reload} />
        </div>
      )}
      {data && queues.length === 0 && (
        <Notice tone="empty" title="No queues yet" action={<Button onClick={() => setMaking(true)}>Make a queue</Button>}>
          A queue is a line of its own that can be paused and limited: one for each service that must not be overrun.
        </Notice>
      )}
      {queues.length > 0 && (
        <table className={styles.queues}>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              {counted.map((state) => (
                <th key={state} scope="col" className={state === 'completed' ? styles.minor : undefined}>
                  <StateMark state={state} withLabel />
                </th>
              ))}
              <th scope="col" className={styles.minor}>
                Next has waited
              </th>
              <th scope="col" className={styles.limits}>
                Limits
              </th>
              <th scope="col">
                <span className="only-read">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {queues.map((queue) => (
              <QueueRow
                key={queue.name}
                queue={queue}
                change={async (patch) => {
                  await client.call('patchQueue', { params: { name: queue.name }, body: patch });
                  reload();
                }}
              />
            ))}
          </tbody>
        </table>
      )}
      {anyPaused.length > 0 && (
        <p className={styles.hint}>A paused queue takes jobs and starts none; what already runs goes on to its end.</p>
      )}
    </Page>
  );
}
