import type { AttemptOutcome, FinalState } from '../../contract/states.ts';

/** How an attempt ended, as it is kept. */
export type EndedAttempt = { outcome: AttemptOutcome; thread: number | null; error: string | null };

/** A final state, and what the job leaves. */
export type FinalEnd = {
  state: FinalState;
  result: string | null;
  error: string | null;
  /** Of a result in a file. */
  resultBytes?: number;
};

/** Back to waiting: `retryable` and `scheduled` are due at `runAt`, `available` at once. */
export type WaitingEnd = {
  state: 'retryable' | 'scheduled' | 'available';
  runAt: number;
  maxAttempts: number;
  crashes: number;
  error: string | null;
};
