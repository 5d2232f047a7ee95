/** Retry arithmetic: how long to wait after the n-th failure. Pure; randomness is given. */

export const backoffs = ['exponential', 'linear', 'fixed'] as const;
export type Backoff = (typeof backoffs)[number];

export type RetryPolicy = {
  /** Attempts in all, the first included; 1…1000. */
  maxAttempts: number;
  backoff: Backoff;
  /** Delay after the first failure, in milliseconds. */
  baseMs: number;
  /** No delay is longer, jitter included. */
  maxMs: number;
  /** Share of the delay by which it is varied both ways, 0…1, so that jobs that failed together do not return together. */
  jitter: number;
};

export const defaultRetry: RetryPolicy = {
  maxAttempts: 5,
  backoff: 'exponential',
  baseMs: 1000,
  maxMs: 3_600_000,
  jitter: 0.2,
};

/**
 * Milliseconds to wait after the `failures`-th failure (1 = the first).
 * exponential: min(max, base·2^(n−1)); linear: min(max, base·n); fixed: min(max, base); each times 1 ± jitter, at most max.
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: number): number {
  const growth = policy.backoff === 'exponential' ? 2 ** Math.min(failures - 1, 52) : policy.backoff === 'linear' ? failures : 1;
  const delay = Math.min(policy.maxMs, policy.baseMs * growth);
  const varied = delay * (1 + policy.jitter * (2 * random - 1));
  return Math.round(Math.min(policy.maxMs, Math.max(0, varied)));
}
