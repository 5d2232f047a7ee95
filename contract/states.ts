/** The life of a job. The same table is enforced by CHECKs in the schema (engine/store/migrations) and drawn in docs/states.md. */

export const jobStates = ['blocked', 'scheduled', 'available', 'executing', 'retryable', 'completed', 'dead', 'cancelled'] as const;

export type JobState = (typeof jobStates)[number];

/** What people read, the same in window, tray, command line and notifications. */
export const stateWords: Readonly<Record<JobState, string>> = {
  blocked: 'Blocked',
  scheduled: 'Scheduled',
  available: 'Waiting',
  executing: 'Running',
  retryable: 'Retrying',
  completed: 'Completed',
  dead: 'Dead',
  cancelled: 'Cancelled',
};

export const finalStates = ['completed', 'dead', 'cancelled'] as const satisfies readonly JobState[];

export type FinalState = (typeof finalStates)[number];

/**
 * Where a job may go from each state. `executing → available` is an attempt given back (a clean stop, a crash that is
 * tried again at once). What waits is `dead` once its deadline has passed; `available → dead` is also one whose payload no
 * longer fits its task. `completed` is never left; `dead` and `cancelled` only by a person's redrive or retry, to
 * `blocked` where a job of a workflow waits for others.
 */
export const transitions: Readonly<Record<JobState, readonly JobState[]>> = {
  blocked: ['available', 'scheduled', 'cancelled', 'dead'],
  scheduled: ['available', 'cancelled', 'dead'],
  available: ['executing', 'scheduled', 'cancelled', 'dead'],
  executing: ['completed', 'retryable', 'scheduled', 'available', 'dead', 'cancelled'],
  retryable: ['available', 'cancelled', 'dead'],
  completed: [],
  dead: ['available', 'blocked'],
  cancelled: ['available', 'blocked'],
};

export function isFinal(state: JobState): boolean {
  return state === 'completed' || state === 'dead' || state === 'cancelled';
}

/** States in which a person may still change what will run and when. */
export function isWaiting(state: JobState): boolean {
  return state === 'available' || state === 'scheduled' || state === 'retryable' || state === 'blocked';
}

export function mayBecome(from: JobState, to: JobState): boolean {
  return transitions[from].includes(to);
}

export const attemptOutcomes = ['succeeded', 'failed', 'timed-out', 'cancelled', 'crashed', 'interrupted', 'snoozed'] as const;

export type AttemptOutcome = (typeof attemptOutcomes)[number];
