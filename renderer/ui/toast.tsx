/** Short answers to what a person just did, in the lower corner; with a way back where there is one. */

import { useSyncExternalStore } from 'react';
import { Button, IconButton } from './button.tsx';
import styles from './toast.module.css';

export type Toast = {
  tone: 'done' | 'error';
  title: string;
  text?: string;
  action?: { label: string; run: () => void };
};

type ShownToast = Toast & { id: number };

const shownMost = 3;
/** Errors stay until they are closed: nobody should have to be quick to read what went wrong. */
const doneMs = 6_000;

const listeners = new Set<() => void>();
let toasts: readonly ShownToast[] = [];
let lastId = 0;

function set(next: readonly ShownToast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

export function showToast(toast: Toast): void {
  lastId += 1;
  const id = lastId;
  set([...toasts, { ...toast, id }].slice(-shownMost));
  if (toast.tone === 'done') setTimeout(() => dismiss(id), doneMs);
}

export function Toasts() {
  const shown = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
  return (
    <section className={styles.toasts} aria-label="Messages" aria-live="polite">
      {shown.map(({ id, tone, title, text, action }) => (
        <div key={id} className={styles.toast} data-tone={tone}>
          <div className={styles.words}>
            <p className={styles.title}>{title}</p>
            {text && <p className={styles.text}>{text}</p>}
          </div>
          {action && (
            <Button
              onClick={() => {
                dismiss(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton icon="close" label="Close message" onClick={() => dismiss(id)} />
        </div>
      ))}
    </section>
  );
}
