/** What is being done to many jobs: one quiet line in the navigation's foot while anything is, and each operation behind it. */

import { Popover } from '@mantine/core';
import { useState } from 'react';
import type { Operation } from '../../contract/resources.ts';
import { useOperations } from '../data/operations.ts';
import { Button } from '../ui/button.tsx';
import { formatCount } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { describeError } from '../ui/notice.tsx';
import { showToast } from '../ui/toast.tsx';
import { doingText, endToast, percentOf } from './operation-words.ts';
import styles from './operations-place.module.css';

export function OperationsPlace() {
  const { running, stop } = useOperations((operation) => showToast(endToast(operation)));
  const [open, setOpen] = useState(false);
  if (running.length === 0) return null;
  const [first] = running;
  const words = running.length === 1 && first ? doingText(first) : `${formatCount(running.length)} operations`;
  const percent = Math.floor(running.reduce((sum, operation) => sum + percentOf(operation), 0) / running.length);
  return (
    <Popover opened={open} onChange={setOpen} position="right-end" width={340} trapFocus returnFocus withinPortal>
      <Popover.Target>
        <button type="button" className={styles.place} onClick={() => setOpen(!open)} aria-label={`${words}, ${percent} %. Show`}>
          <span className={styles.line}>
            <Icon name="retry" size={14} />
            <span className={styles.words}>{words}</span>
            <span className={styles.percent}>{percent} %</span>
          </span>
          <progress className={styles.bar} max={100} value={percent} aria-hidden="true" />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Operations on many jobs">
        <ul className={styles.operations}>
          {running.map((operation) => (
            <RunningOperation key={operation.id} operation={operation} stop={() => stop(operation.id)} />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

function RunningOperation({ operation, stop }: { operation: Operation; stop: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  const { matched, done, failed, reason, failures = [] } = operation;
  const onStop = async () => {
    setBusy(true);
    try {
      await stop();
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      setBusy(false);
    }
  };
  return (
    <li className={styles.operation}>
      <div className={styles.head}>
        <span className={styles.title}>{doingText(operation)}</span>
        <Button icon="stop" busy={busy} onClick={onStop} aria-label={`Stop: ${doingText(operation)}`}>
          Stop
        </Button>
      </div>
      <progress className={styles.bar} max={matched} value={done + failed} aria-label={doingText(operation)} />
      <p className={styles.counts}>
        {formatCount(done)} of {formatCount(matched)} done
        {failed > 0 && <span className={styles.failed}> · {formatCount(failed)} left as they are</span>}
      </p>
      {reason && <p className={styles.reason}>{reason}</p>}
      {failures.slice(0, 3).map(({ reason: why, count }) => (
        <p key={why} className={styles.reason}>
          {formatCount(count)}× {why}
        </p>
      ))}
    </li>
  );
}
