/** Where a job stands in its workflow, above its details: its name there, what it waits for, and a retry of all that follows. */

import { useState } from 'react';
import type { Workflow, WorkflowJob } from '../../../contract/workflow.ts';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { describeError } from '../../ui/notice.tsx';
import { StateMark } from '../../ui/state-mark.tsx';
import { showToast } from '../../ui/toast.tsx';
import styles from './step-bar.module.css';
import { policyWords } from './workflow-words.ts';

type StepBarProps = { workflow: Workflow; step: WorkflowJob; onOpen(id: string): void; onRetried(): void };

const shownParents = 6;

export function StepBar({ workflow, step, onOpen, onRetried }: StepBarProps) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const parents = workflow.jobs.filter(({ name }) => step.dependsOn.includes(name));
  const ended = ['completed', 'dead', 'cancelled'].includes(step.state);

  const retry = async () => {
    setBusy(true);
    try {
      const { jobs } = await client.call('retryWorkflow', { params: { id: workflow.id }, body: { from: step.name } });
      // What had completed runs as a new job in the same place.
      const now = jobs.find(({ name }) => name === step.name);
      if (now && now.id !== step.id) onOpen(now.id);
      onRetried();
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };

  return (
    <section className={styles.bar} aria-label="Its place in the workflow">
      <div className={styles.head}>
        <strong className={styles.name}>{step.name}</strong>
        {ended && (
          <Button icon="retry" onClick={() => setAsking(true)}>
            Retry from here
          </Button>
        )}
      </div>
      {parents.length > 0 && (
        <ul className={styles.parents} aria-label="After">
          {parents.slice(0, shownParents).map((parent) => (
            <li key={parent.id}>
              <button type="button" className={styles.parent} onClick={() => onOpen(parent.id)}>
                <StateMark state={parent.state} /> {parent.name}
              </button>
              <span className={styles.policy} title={policyWords[step.onFailure[parent.name] ?? workflow.onFailure].long}>
                {policyWords[step.onFailure[parent.name] ?? workflow.onFailure].short}
              </span>
            </li>
          ))}
          {parents.length > shownParents && <li className={styles.policy}>and {parents.length - shownParents} others</li>}
        </ul>
      )}
      <Confirm
        open={asking}
        title={`Retry from ${step.name}?`}
        verb="Retry from here"
        tone="primary"
        keep="Leave it"
        busy={busy}
        onConfirm={() => void retry()}
        onClose={() => setAsking(false)}
      >
        It and everything after it run again, also what has completed. What completed before stays as a job of its own, with its result.
      </Confirm>
    </section>
  );
}
