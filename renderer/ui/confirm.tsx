/** Asked before what cannot be undone. The button names the deed, and the safe way out has the focus. */

import { Modal } from '@mantine/core';
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './confirm.module.css';

type ConfirmProps = {
  open: boolean;
  title: string;
  /** What will be gone, and what stays. */
  children: ReactNode;
  /** The deed as a verb: "Delete 12 jobs". */
  verb: string;
  /** The way out; name it when the deed itself is a cancelling. */
  keep?: string;
  /** `primary` for what can be undone. */
  tone?: 'danger' | 'primary';
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

export function Confirm({ open, title, children, verb, keep = 'Keep', tone = 'danger', busy = false, onConfirm, onClose }: ConfirmProps) {
  return (
    <Modal opened={open} onClose={onClose} title={title} centered size={420} withCloseButton={false}>
      <div className={styles.text}>{children}</div>
      <div className={styles.actions}>
        <Button onClick={onClose} data-autofocus>
          {keep}
        </Button>
        <Button tone={tone} busy={busy} onClick={onConfirm}>
          {verb}
        </Button>
      </div>
    </Modal>
  );
}
