import { useEffect, useRef } from 'react';
import { taskLabel } from '../../../contract/compensation.ts';
import type { JobSummary } from '../../../contract/job.ts';
import { stripAnsi } from '../../ui/ansi.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import styles from './dead-row.module.css';

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

export function DeadHeader({ all, some, onToggleAll }: { all: boolean; some: boolean; onToggleAll(): void }) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (box.current) box.current.indeterminate = some && !all;
  }, [some, all]);
  return (
    <div className={styles.cells} role="presentation">
      <span role="columnheader" className={styles.box}>
        <input ref={box} type="checkbox" checked={all} onChange={onToggleAll} aria-label="Choose all dead jobs" />
      </span>
      <span role="columnheader">Reason</span>
      <span role="columnheader">Task</span>
      <span role="columnheader" className={styles.number}>
        Attempts
      </span>
      <span role="columnheader" className={styles.number}>
        Died
      </span>
    </div>
  );
}

export function DeadRow({ job, selected, onToggle }: { job: JobSummary; selected: boolean; onToggle(): void }) {
  const reason = firstLine(job.error?.message ?? 'It left no reason');
  return (
    <div className={styles.cells} role="presentation">
      <span role="gridcell" className={styles.box}>
        <input type="checkbox" tabIndex={-1} checked={selected} onChange={onToggle} aria-label={`Choose ${job.task}: ${reason}`} />
      </span>
      <span role="gridcell" className={styles.reason} title={job.error?.message}>
        <StateMark state={job.state} />
        <span className={styles.text}>{reason}</span>
      </span>
      <span role="gridcell" className={styles.task}>
        {taskLabel(job)}
      </span>
      <span role="gridcell" className={styles.number}>
        {job.attempt}
      </span>
      <span role="gridcell" className={styles.number}>
        <Ago at={job.finishedAt ?? job.createdAt} />
      </span>
    </div>
  );
}

/** The rest is in the panel beside. */
function firstLine(message: string): string {
  return stripAnsi(message).trim().split('\n', 1)[0] ?? '';
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above
