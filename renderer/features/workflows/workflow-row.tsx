import type { WorkflowSummary } from '../../../contract/workflow.ts';
import { formatCount, formatDuration } from '../../ui/format.ts';
import { StateMark } from '../../ui/state-mark.tsx';
import { Ago } from '../../ui/time.tsx';
import { ProgressBar } from './progress-bar.tsx';
import styles from './workflow-row.module.css';
import { titleOf, totalOf, workflowMarks } from './workflow-words.ts';

// biome-ignore-start lint/a11y/useSemanticElements: cells of a grid whose rows are placed by transform
// biome-ignore-start lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row

export function WorkflowHeader() {
  return (
    <div className={styles.cells} role="presentation">
      <span role="columnheader">State</span>
      <span role="columnheader">Workflow</span>
      <span role="columnheader">Progress</span>
      <span role="columnheader" className={`${styles.number} ${styles.dead}`}>
        Dead
      </span>
      <span role="columnheader" className={`${styles.number} ${styles.took}`}>
        Took
      </span>
      <span role="columnheader" className={styles.number}>
        Submitted
      </span>
    </div>
  );
}

export function WorkflowRow({ workflow }: { workflow: WorkflowSummary }) {
  const { name, state, counts, createdAt, finishedAt } = workflow;
  return (
    <div className={styles.cells} role="presentation">
      <span role="gridcell">
        <StateMark state={workflowMarks[state].state} word={workflowMarks[state].word} withLabel />
      </span>
      <span role="gridcell" className={styles.name} data-unnamed={name === null || undefined}>
        {titleOf(workflow)}
      </span>
      <span role="gridcell" className={styles.progress}>
        <ProgressBar counts={counts} />
        <span className={styles.done}>
          {formatCount(counts.completed)} / {formatCount(totalOf(counts))}
        </span>
      </span>
      <span role="gridcell" className={`${styles.number} ${styles.dead}`} data-alarming={counts.dead > 0 || undefined}>
        {counts.dead === 0 ? '' : formatCount(counts.dead)}
      </span>
      <span role="gridcell" className={`${styles.number} ${styles.took}`}>
        {finishedAt === null ? '' : formatDuration(Date.parse(finishedAt) - Date.parse(createdAt))}
      </span>
      <span role="gridcell" className={styles.number}>
        <Ago at={createdAt} />
      </span>
    </div>
  );
}

// biome-ignore-end lint/a11y/useFocusableInteractive: see above
// biome-ignore-end lint/a11y/useSemanticElements: see above
