/** One line of the list. Memoised: an event renders its own row and no other. */

import { memo } from 'react';
import { taskLabel } from '../../../contract/compensation.ts';
import { isFinal, stateWords } from '../../../contract/states.ts';
import { formatDuration } from '../../ui/format.ts';
import { Icon } from '../../ui/icon.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago, useNow } from '../../ui/time.tsx';
import styles from './job-row.module.css';
import type { Row } from './job-window.ts';

const columns = [
  { name: 'select', title: '' },
  { name: 'state', title: 'State' },
  { name: 'task', title: 'Task' },
  { name: 'what', title: 'What' },
  { name: 'queue', title: 'Queue' },
  { name: 'attempt', title: 'Attempt' },
  { name: 'run', title: 'Run time' },
  { name: 'age', title: 'Created' },
] as const;

export function JobListHeader({ allSelected, onSelectAll }: { allSelected: boolean; onSelectAll: () => void }) {
  return (
    <div className={styles.cells}>
      {columns.map(({ name, title }) =>
        name === 'select' ? (
          // biome-ignore lint/a11y/useSemanticElements: a grid of divs, see VirtualList
          // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
          <div key={name} role="columnheader" className={styles.select}>
            <button
              type="button"
              tabIndex={-1}
              className={styles.tick}
              data-on={allSelected || undefined}
              aria-label="Select all that are loaded"
              onClick={onSelectAll}
            >
              {allSelected && <Icon name="check" size={10} />}
            </button>
          </div>
        ) : (
          // biome-ignore lint/a11y/useSemanticElements: a grid of divs, see VirtualList
          // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
          <div key={name} role="columnheader" className={styles[name]}>
            {title}
          </div>
        ),
      )}
    </div>
  );
}

function Elapsed({ since }: { since: string }) {
  const ms = useNow() - Date.parse(since);
  return <>{ms < 1000 ? '<1 s' : formatDuration(Math.floor(ms / 1000) * 1000).replace('.0 s', ' s')}</>;
}

function RunTime({ job }: { job: Row }) {
  if (job.state === 'executing' && job.startedAt) return <Elapsed since={job.startedAt} />;
  if (job.state === 'scheduled' || job.state === 'retryable') return <Ago at={job.runAt} />;
  if (isFinal(job.state) && job.startedAt && job.finishedAt)
    return <>{formatDuration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}</>;
  return null;
}

function What({ job }: { job: Row }) {
  const progress = job.state === 'executing' ? job.progress : null;
  const failed = (job.state === 'dead' || job.state === 'retryable') && job.error;
  return (
    <>
      {failed && (
        <span className={styles.error} data-state={job.state} title={job.error?.message}>
          {job.error?.message.split('\n', 1)[0]}
        </span>
      )}
      {progress && (
        <span className={styles.progress}>
          <span className={styles.track} aria-hidden="true">
            <span className={styles.bar} style={{ transform: `scaleX(${progress.percent / 100})` }} />
          </span>
          {Math.round(progress.percent)} %{progress.message && <span className={styles.message}>{progress.message}</span>}
        </span>
      )}
      <span className={styles.preview} title={job.preview ?? undefined}>
        {job.preview}
      </span>
      {job.tags.slice(0, 2).map((tag) => (
        <span key={tag} className={styles.tag}>
          {tag}
        </span>
      ))}
    </>
  );
}

type JobRowProps = { job: Row | undefined; selected: boolean; leaving: boolean };

export const JobRow = memo(function JobRow({ job, selected, leaving }: JobRowProps) {
  if (!job) {
    return (
      <div className={styles.cells} data-loading>
        {/* biome-ignore lint/a11y/useSemanticElements: a grid of divs, see VirtualList */}
        {/* biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus */}
        <div role="gridcell" className={styles.skeleton}>
          <span className="only-read">Loading</span>
        </div>
      </div>
    );
  }
  const cells = {
    select: (
      <span className={styles.tick} data-toggle-row data-on={selected || undefined}>
        {selected && <Icon name="check" size={10} />}
      </span>
    ),
    state: <StateMark state={job.state} withLabel />,
    task: taskLabel(job),
    what: <What job={job} />,
    queue: job.queue,
    attempt: job.attempt > 0 ? `${job.attempt} of ${job.maxAttempts}` : null,
    run: <RunTime job={job} />,
    age: <Ago at={job.createdAt} />,
  };
  return (
    <div
      className={styles.cells}
      data-leaving={leaving || undefined}
      title={leaving ? `Now ${stateWords[job.state].toLowerCase()}: leaves this list` : undefined}
    >
      {columns.map(({ name }) => (
        // biome-ignore lint/a11y/useSemanticElements: a grid of divs, see VirtualList
        // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
        <div key={name} role="gridcell" className={styles[name]} data-toggle-row={name === 'select' || undefined}>
          {cells[name]}
        </div>
      ))}
      <button
        type="button"
        tabIndex={-1}
        className={styles.copy}
        data-copy={job.id}
        aria-label={`Copy the id of ${job.id}`}
        title="Copy id"
      >
        <Icon name="copy" size={13} />
      </button>
    </div>
  );
});
