/** What a person may do with a job in each state, and why not where they may not. */

import type { JobState } from '../../../contract/states.ts';
import { isFinal, isWaiting } from '../../../contract/states.ts';

export const jobActions = ['retry', 'run-now', 'copy', 'edit', 'cancel', 'delete'] as const;
export type JobAction = (typeof jobActions)[number];

export type OfferedAction = {
  action: JobAction;
  label: string;
  /** Why it can't be done now; null when it can. */
  reason: string | null;
  /** Asked before it is done; null when it loses nothing. */
  confirmation: string | null;
};

const ended: Partial<Record<JobState, string>> = {
  completed: 'It has completed',
  dead: 'It is dead',
  cancelled: 'It was cancelled',
};

/**
 * The actions that make sense in this state, the likeliest first. One that has no meaning in it at all (running now what
 * runs already) is left out; one that people look for stays, with its reason.
 */
export function actionsFor(state: JobState): OfferedAction[] {
  const offered: OfferedAction[] = [];
  if (state === 'dead' || state === 'cancelled') offered.push({ action: 'retry', label: 'Retry', reason: null, confirmation: null });
  if (state === 'scheduled' || state === 'retryable') {
    offered.push({ action: 'run-now', label: state === 'retryable' ? 'Retry now' : 'Run now', reason: null, confirmation: null });
  }
  if (isFinal(state)) offered.push({ action: 'copy', label: 'Submit a copy', reason: null, confirmation: null });
  offered.push({ action: 'edit', label: 'Edit', reason: editReason(state), confirmation: null });
  offered.push({
    action: 'cancel',
    label: 'Cancel',
    reason: ended[state] ?? null,
    confirmation:
      state === 'executing'
        ? 'The running task is told to stop, and is ended if it has not done so after 5 seconds. What it has done by then stays done.'
        : null,
  });
  offered.push({
    action: 'delete',
    label: 'Delete',
    reason: state === 'executing' ? 'It is running: cancel it first' : null,
    confirmation: isFinal(state)
      ? 'Its payload, result, attempts and log are gone for good.'
      : 'It will never run, and its payload and log are gone for good.',
  });
  return offered;
}

function editReason(state: JobState): string | null {
  if (isWaiting(state)) return null;
  if (state === 'executing') return 'It is running';
  return `${ended[state] ?? 'It has ended'}: submit a changed copy instead`;
}
