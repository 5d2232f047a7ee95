/** What becomes of a promise that the work did not keep: the job that makes up for it, and how far that one is. */

/** Which of its task's functions a job runs. */
export const purposes = ['run', 'rollback'] as const;
export type Purpose = (typeof purposes)[number];

/** `none`: there is nothing to run for it, as its task has no `rollback` and its caller gave no `onFailure`. */
export const compensationStates = ['none', 'pending', 'compensated', 'compensation-failed'] as const;
export type CompensationState = (typeof compensationStates)[number];

/** What people read, the same in window and command line. */
export const compensationWords: Readonly<Record<CompensationState, string>> = {
  none: 'Nothing to roll back with',
  pending: 'Rolling back',
  compensated: 'Compensated',
  'compensation-failed': 'Compensation failed',
};

/** `jobId` is the job that makes up for it; null exactly when there is none to run. */
export type Compensation = { state: CompensationState; jobId: string | null };

/** How long a task's `predict` may take, in milliseconds: its caller is answered then in any case. */
export const predictMs = 50;

/** A rollback is listed under its task, and is no run of it. */
export function taskLabel({ task, purpose }: { task: string; purpose: Purpose }): string {
  return purpose === 'rollback' ? `${task} (rollback)` : task;
}
