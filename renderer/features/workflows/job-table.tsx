/** The workflow's jobs as a list: what the graph shows, for keyboards, screen readers and thousands of jobs. */

import { useMemo, useState } from 'react';
import type { WorkflowJob } from '../../../contract/workflow.ts';
import { formatDuration } from '../../ui/format.ts';
import { ItemList } from '../../ui/item-list.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import styles from './job-table.module.css';
import { waitWords } from './workflow-words.ts';

type JobTableProps = { jobs: readonly WorkflowJob[]; all: readonly WorkflowJob[]; shown: string | null; onOpen(id: string): void };

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

/** @param props.jobs the ones that are listed @param props.all those that they may depend on */
export function JobTable({ jobs, all, shown, onOpen }: JobTableProps) {
  const [active, setActive] = useState<string | null>(shown);
  const states = useMemo(() => new Map(all.map(({ name, state }) => [name, state])), [all]);
  return (
    <div className={styles.list}>
      <ItemList
        label="Jobs of the workflow"
        items={jobs}
        keyOf={({ id }) => id}
        header={
          <div className={styles.cells} role="presentation">
            <span role="columnheader">State</span>
            <span role="columnheader">Name</span>
            <span role="columnheader" className={styles.task}>
              Task
            </span>
            <span role="columnheader" className={styles.after}>
              After
            </span>
            <span role="columnheader">Why</span>
            <span role="columnheader" className={styles.took}>
              Took
            </span>
          </div>
        }
        renderRow={(job) => {
          const { name, state, task, dependsOn, startedAt, finishedAt } = job;
          return (
            <div className={styles.cells} role="presentation">
              <span role="gridcell">
                <StateMark state={state} withLabel />
              </span>
              <span role="gridcell" className={styles.name}>
                {name}
              </span>
              <span role="gridcell" className={styles.task}>
                {task}
              </span>
              <span role="gridcell" className={styles.after} title={dependsOn.slice(0, 20).join(', ')}>
                {afterText(dependsOn)}
              </span>
              <span role="gridcell" className={styles.says} data-error={job.error !== null && state !== 'completed' ? true : undefined}>
                {saysText(job, (other) => states.get(other))}
              </span>
              <span role="gridcell" className={styles.took}>
                {startedAt !== null && finishedAt !== null && formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))}
              </span>
            </div>
          );
        }}
        active={active}
        onActive={(id) => {
          setActive(id);
          if (shown !== null) onOpen(id);
        }}
        onOpen={({ id }) => onOpen(id)}
      />
    </div>
  );
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above

function afterText(dependsOn: readonly string[]): string {
  return dependsOn.length > 3 ? `${dependsOn.slice(0, 2).join(', ')} and ${dependsOn.length - 2} others` : dependsOn.join(', ');
}

function saysText(job: WorkflowJob, stateOf: (name: string) => WorkflowJob['state'] | undefined): string {
  const { state, error, attempt, maxAttempts } = job;
  if (state === 'blocked') {
    const waits = waitWords(job, stateOf);
    return waits === null ? '' : `waits for ${waits}`;
  }
  if (error !== null && state !== 'completed') return error.message.split('\n', 1)[0] ?? '';
  return state === 'executing' && attempt > 1 ? `attempt ${attempt} of ${maxAttempts}` : '';
}
