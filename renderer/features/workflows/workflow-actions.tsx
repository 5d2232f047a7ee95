import { Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { Workflow } from '../../../contract/workflow.ts';
import { navigate } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import { formatCount } from '../../ui/format.ts';
import type { IconName } from '../../ui/icon.tsx';
import { describeError } from '../../ui/notice.tsx';
import { showToast } from '../../ui/toast.tsx';
import styles from './workflow-actions.module.css';
import { titleOf, totalOf, workflowActions } from './workflow-words.ts';

type Action = 'cancel' | 'retry' | 'delete';

const looks: Readonly<Record<Action, { label: string; icon: IconName }>> = {
  retry: { label: 'Retry', icon: 'retry' },
  cancel: { label: 'Cancel', icon: 'stop' },
  delete: { label: 'Delete', icon: 'trash' },
};

export function WorkflowActions({ workflow, onDone }: { workflow: Workflow; onDone(): void }) {
  const [asked, setAsked] = useState<'cancel' | 'delete' | null>(null);
  const [busy, setBusy] = useState<Action | null>(null);
  const { id, counts } = workflow;
  const reasons = workflowActions(workflow);

  const perform = async (action: Action) => {
    setBusy(action);
    try {
      if (action === 'retry') await client.call('retryWorkflow', { params: { id }, body: {} });
      else if (action === 'cancel') await client.call('cancelWorkflow', { params: { id } });
      else {
        await client.call('deleteWorkflow', { params: { id } });
        showToast({ tone: 'done', title: `Deleted ${titleOf(workflow)}` });
        navigate('/workflows', { replace: true });
        return;
      }
      onDone();
    } catch (thrown) {
      const { title, text } = describeError(thrown as Error);
      showToast({ tone: 'error', title, text });
      onDone();
    } finally {
      setBusy(null);
      setAsked(null);
    }
  };

  const button = (action: Action) => {
    const reason = reasons[action];
    const { label, icon } = looks[action];
    const element = (
      <Button
        key={action}
        icon={icon}
        busy={busy === action}
        tone={action === 'retry' && workflow.state === 'failed' ? 'primary' : action === 'delete' && reason === null ? 'danger' : 'default'}
        className={styles.action ?? ''}
        aria-disabled={reason !== null || undefined}
        onClick={() => {
          if (reason !== null) return;
          if (action === 'retry') void perform(action);
          else setAsked(action);
        }}
      >
        {label}
      </Button>
    );
    return reason === null ? (
      element
    ) : (
      <Tooltip key={action} label={reason} events={{ hover: true, focus: true, touch: true }}>
        {element}
      </Tooltip>
    );
  };

  const open = totalOf(counts) - counts.completed - counts.dead - counts.cancelled;
  return (
    <>
      {(['retry', 'cancel', 'delete'] as const).map(button)}
      <Confirm
        open={asked !== null}
        title={asked === 'delete' ? `Delete ${titleOf(workflow)}?` : `Cancel ${titleOf(workflow)}?`}
        verb={asked === 'delete' ? 'Delete workflow' : 'Cancel workflow'}
        keep={asked === 'cancel' ? 'Let it run' : 'Keep'}
        busy={busy !== null}
        onConfirm={() => asked && void perform(asked)}
        onClose={() => setAsked(null)}
      >
        {asked === 'delete'
          ? `Its ${formatCount(totalOf(counts))} jobs, with their results, attempts and logs, are gone for good.`
          : `${formatCount(open)} of its jobs have not ended; those that run are told to stop. What has been done stays done, and a retry brings back the rest.`}
      </Confirm>
    </>
  );
}
