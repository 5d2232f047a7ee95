/** Who is told of the job's end, and what became of each message. */

import { useState } from 'react';
import type { EngineEvent } from '../../../contract/events.ts';
import type { Job, JobNotification } from '../../../contract/job.ts';
import type { Delivery } from '../../../contract/notify.ts';
import { finalStates, isFinal } from '../../../contract/states.ts';
import { client } from '../../data/client.ts';
import { isJobEvent } from '../../data/live.ts';
import { useReloadOn } from '../../data/reload-on.ts';
import { useResource } from '../../data/resource.ts';
import { Button } from '../../ui/button.tsx';
import { formatClock, formatMoment } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notice.tsx';
import { showToast } from '../../ui/toast.tsx';
import { attemptText, deliveryText } from './delivery-text.ts';
import styles from './job-deliveries.module.css';

const shownMost = 50;
/** The jobs that send: a message changes when its own job does. */
const sends = (event: EngineEvent) => isJobEvent(event) && event.job.queue === 'switchyard.deliveries';

export function JobDeliveries({ job }: { job: Job }) {
  const isOver = isFinal(job.state);
  // A job that ran before has told of that end, too.
  const read = useResource(`job ${job.id} deliveries`, (signal) =>
    client.call('listDeliveries', { query: { job: job.id, limit: shownMost }, signal }),
  );
  useReloadOn(read.reload, (event) => sends(event) || (isJobEvent(event) && event.job.id === job.id));
  const deliveries = read.data?.deliveries ?? [];
  return (
    <>
      {read.error && <ErrorNotice error={read.error} retry={read.reload} />}
      {!isOver && (
        <ul className={styles.told} aria-label="Who is told when it has ended">
          {job.notify.map((told) => (
            <li key={JSON.stringify(told)}>{toldText(told)}</li>
          ))}
        </ul>
      )}
      {deliveries.length > 0 && (
        <ul className={styles.deliveries}>
          {deliveries.map((delivery) => (
            <DeliveryEntry key={delivery.id} delivery={delivery} onChanged={read.reload} />
          ))}
        </ul>
      )}
      {isOver && deliveries.length === 0 && read.data && (
        <p className={styles.faint}>No message was sent: none was asked for at this end, or only on the desktop.</p>
      )}
    </>
  );
}

function toldText(told: JobNotification): string {
  const who = told.type === 'webhook' ? told.url : told.type === 'email' ? told.to.join(', ') : 'This desktop';
  return told.on.length === finalStates.length ? who : `${who}, if ${told.on.join(' or ')}`;
}

function DeliveryEntry({ delivery, onChanged }: { delivery: Delivery; onChanged: () => void }) {
  const [sending, setSending] = useState(false);
  const redeliver = async () => {
    setSending(true);
    try {
      await client.call('redeliver', { params: { id: delivery.id } });
      onChanged();
    } catch (error) {
      showToast({ tone: 'error', title: 'Not sent again', text: error instanceof Error ? error.message : String(error) });
    } finally {
      setSending(false);
    }
  };
  return (
    <li className={styles.delivery}>
      <div className={styles.head}>
        <span className={styles.state} data-state={delivery.state}>
          {deliveryText(delivery, formatClock)}
        </span>
        <span className={styles.target}>{delivery.target}</span>
        {delivery.state !== 'pending' && (
          <Button onClick={() => void redeliver()} busy={sending}>
            Send again
          </Button>
        )}
      </div>
      {delivery.error && delivery.attempts.length === 0 && <p className={styles.faint}>{delivery.error.message}</p>}
      {delivery.attempts.length > 0 && (
        <ol className={styles.attempts} aria-label={`Tries to reach ${delivery.target}`}>
          {delivery.attempts.map((attempt) => (
            <li key={`${attempt.runId} ${attempt.attempt}`}>
              <time className={styles.faint} dateTime={attempt.finishedAt} title={formatMoment(attempt.finishedAt)}>
                {formatClock(attempt.finishedAt)}
              </time>{' '}
              {attemptText(attempt)}
            </li>
          ))}
        </ol>
      )}
    </li>
  );
}
