import { Tooltip } from '@mantine/core';
import { useState } from 'react';
import type { Job } from '../../../contract/job.ts';
import { navigate } from '../../app/navigation.tsx';
import { client } from '../../data/client.ts';
import { Button } from '../../ui/button.tsx';
import { Confirm } from '../../ui/confirm.tsx';
import type { IconName } from '../../ui/icon.tsx';
import { describeError } from '../../ui/notice.tsx';
import { showToast } from '../../ui/toast.tsx';
import type { JobAction, OfferedAction } from './job-actions.ts';
import { actionsFor } from './job-actions.ts';
import styles from './job-actions-bar.module.css';

const icons: Record<JobAction, IconName | undefined> = {
  retry: 'retry',
  'run-now': 'play',
  copy: undefined,
  edit: undefined,
  cancel: 'stop',
  delete: 'trash',
};

type JobActionsBarProps = {
  job: Job;
  onEdit(): void;
  onDone(): void;
  onDeleted(): void;
};

export function JobActionsBar({ job, onEdit, onDone, onDeleted }: JobActionsBarProps) {
  const [asked, setAsked] = useState<OfferedAction | null>(null);
  const [busy, setBusy] = useState<JobAction | null>(null);

  const perform = async (action: JobAction) => {
    if (action === 'edit') return onEdit();
    if (action === 'copy') return navigate(`/submit?task=${encodeURIComponent(job.task)}&from=${job.id}`);
    setBusy(action);
    try {
      await send(job.id, action);
      if (action === 'delete') onDeleted();
      else onDone();
    } catch (error) {
      const { title, text } = describeError(error as Error);
      showToast({ tone: 'error', title, text });
      onDone();
    } finally {
      setBusy(null);
      setAsked(null);
    }
  };

  return (
    <div className={styles.bar} role="toolbar" aria-label="Actions">
      {actionsFor(job.state).map((offered) => (
        <ActionButton
          key={offered.action}
          offered={offered}
          busy={busy === offered.action}
          primary={offered.action === 'retry' && job.state === 'dead'}
          onClick={() => (offered.confirmation === null ? void perform(offered.action) : setAsked(offered))}
        />
      ))}
      <Confirm
        open={asked !== null}
        title={`${asked?.label ?? ''} this job?`}
        verb={`${asked?.label ?? ''} job`}
        keep={asked?.action === 'cancel' ? 'Let it run' : 'Keep it'}
        busy={busy !== null}
        onConfirm={() => asked && void perform(asked.action)}
        onClose={() => setAsked(null)}
      >
        {asked?.confirmation}
      </Confirm>
    </div>
  );
}

type ActionButtonProps = { offered: OfferedAction; primary: boolean; busy: boolean; onClick(): void };

/** One that can't be used now still takes the focus, so that a keyboard or a screen reader finds the reason. */
function ActionButton({ offered: { action, label, reason }, primary, busy, onClick }: ActionButtonProps) {
  const icon = icons[action];
  const button = (
    <Button
      tone={primary ? 'primary' : action === 'delete' && reason === null ? 'danger' : 'default'}
      {...(icon && { icon })}
      busy={busy}
      className={styles.action ?? ''}
      aria-disabled={reason !== null || undefined}
      onClick={() => reason === null && onClick()}
    >
      {label}
    </Button>
  );
  return reason === null ? (
    button
  ) : (
    <Tooltip label={reason} events={{ hover: true, focus: true, touch: true }}>
      {button}
    </Tooltip>
  );
}

function send(id: string, action: Exclude<JobAction, 'edit' | 'copy'>) {
  const params = { id };
  switch (action) {
    case 'retry':
      return client.call('retryJob', { params });
    case 'run-now':
      return client.call('runJobNow', { params });
    case 'cancel':
      return client.call('cancelJob', { params });
    case 'delete':
      return client.call('deleteJob', { params });
  }
}
