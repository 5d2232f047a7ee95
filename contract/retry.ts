/** Retry arithmetic: whether a failed attempt is followed by another, and after how long. Pure; time and randomness are given. */

import type { JobError } from './job.ts';

export const backoffs = ['exponential', 'linear', 'fixed'] as const;
export type Backoff = (typeof backoffs)[number];

export const retryActions = ['retry', 'fail', 'snooze', 'wait-as-asked'] as const;
/**
 * `retry`: as if there were no rule. `fail`: dead at once. `snooze`: again after `afterMs`, without using an attempt.
 * `wait-as-asked`: again when the service asked for it, without using an attempt; without such a wish as `retry`.
 */
export type RetryAction = (typeof retryActions)[number];

/** What to do about one kind of error. At least one of `name`, `code` and `message` is given, and all that are given must fit. */
export type RetryRule = {
  /** Exactly the error's name, e.g. `TypeError`; `TimedOut` is an attempt that ran into its timeout. */
  name?: string;
  /** Exactly the error's code, e.g. `ECONNREFUSED`. */
  code?: string;
  /** Text that stands in the error's message, in whatever case. Never a pattern: one can take for ever on a text that a stranger wrote. */
  message?: string;
  action: RetryAction;
  /** Of `snooze`, in milliseconds. */
  afterMs?: number;
};

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
  /** The delay after each failure, instead of backoff, baseMs and maxMs; the last one repeats. */
  delaysMs?: number[];
  /** No attempt begins later than this after the first one did, in milliseconds. */
  retryForMs?: number;
  /** The first that fits an error decides. */
  rules?: RetryRule[];
};

export const defaultRetry: RetryPolicy = {
  maxAttempts: 5,
  backoff: 'exponential',
  baseMs: 1000,
  maxMs: 3_600_000,
  jitter: 0.2,
};

/** Longest wait that a service, a task or a rule may ask for, in milliseconds: as long as a submission may be delayed. */
export const askedWaitLimitMs = 366 * 86_400_000;
/** How long a job may go on that waits without using attempts, where its policy sets no age, in milliseconds. */
export const uncountedAgeMs = 7 * 86_400_000;

/**
 * `given` over `base`. Either a list of delays or a backoff holds, whichever was given last; a list brings its own number of
 * attempts (one more than it has delays) and no jitter, unless they were given with it. Rules of both hold, the given ones first.
 */
export function mergeRetry(base: RetryPolicy, given: { [Key in keyof RetryPolicy]?: RetryPolicy[Key] | undefined }): RetryPolicy {
  const merged = { ...base };
  if (given.delaysMs) Object.assign(merged, { delaysMs: given.delaysMs, maxAttempts: given.delaysMs.length + 1, jitter: 0 });
  else if (given.backoff !== undefined || given.baseMs !== undefined || given.maxMs !== undefined) delete merged.delaysMs;
  for (const field of ['maxAttempts', 'backoff', 'baseMs', 'maxMs', 'jitter', 'retryForMs'] as const) {
    const value = given[field];
    if (value !== undefined) Object.assign(merged, { [field]: value });
  }
  const rules = [...(given.rules ?? []), ...(base.rules ?? [])];
  return rules.length === 0 ? merged : { ...merged, rules };
}

/**
 * Milliseconds to wait after the `failures`-th failure (1 = the first).
 * exponential: min(max, base·2^(n−1)); linear: min(max, base·n); fixed: min(max, base); each times 1 ± jitter, at most max.
 * A list: its n-th entry, or its last one, times 1 ± jitter.
 * @param random uniform in [0, 1)
 */
export function retryDelayMs(policy: RetryPolicy, failures: number, random: number): number {
  const listed = policy.delaysMs?.[Math.min(failures, policy.delaysMs.length) - 1];
  if (listed !== undefined) return Math.round(varied(listed, policy.jitter, random));
  const growth = policy.backoff === 'exponential' ? 2 ** Math.min(failures - 1, 52) : policy.backoff === 'linear' ? failures : 1;
  const delay = Math.min(policy.maxMs, policy.baseMs * growth);
  return Math.round(Math.min(policy.maxMs, Math.max(0, varied(delay, policy.jitter, random))));
}

function varied(delay: number, jitter: number, random: number): number {
  return delay * (1 + jitter * (2 * random - 1));
}

/** The rule that decides about an error, or null: it is retried. */
export function ruleFor(policy: RetryPolicy, error: JobError): RetryRule | null {
  return policy.rules?.find((rule) => fits(rule, error)) ?? null;
}

function fits({ name, code, message }: RetryRule, error: JobError): boolean {
  if (name !== undefined && name !== error.name) return false;
  if (code !== undefined && code !== error.code) return false;
  return message === undefined || error.message.toLowerCase().includes(message.toLowerCase());
}

/** What follows a failed attempt. `snooze` uses no attempt. Delays in milliseconds. */
export type RetryStep = { kind: 'retry'; delayMs: number } | { kind: 'snooze'; delayMs: number } | { kind: 'dead' };

export type FailedAttempt = {
  error: JobError;
  /** Failures that count so far, this one included. */
  failures: number;
  /** Counted attempts are left. */
  attemptsLeft: boolean;
  /** Milliseconds that the service asked to be left alone, if it did. */
  askedMs: number | undefined;
  /** Milliseconds since the first attempt began. */
  sinceFirstMs: number;
  /** Uniform in [0, 1). */
  random: number;
};

/**
 * One reading of a policy: rule, attempts, delay and age. What waits without using attempts has to end as well: without
 * `retryForMs` it goes on for `uncountedAgeMs` after the first attempt.
 */
export function retryStep(policy: RetryPolicy, failed: FailedAttempt): RetryStep {
  const rule = ruleFor(policy, failed.error);
  if (rule?.action === 'fail') return { kind: 'dead' };
  const free = rule?.action === 'snooze' ? (rule.afterMs ?? 0) : rule?.action === 'wait-as-asked' ? failed.askedMs : undefined;
  const delayMs = Math.min(
    askedWaitLimitMs,
    Math.max(0, Math.ceil(free ?? failed.askedMs ?? retryDelayMs(policy, failed.failures, failed.random))),
  );
  const ageLimitMs = policy.retryForMs ?? (free === undefined ? Number.POSITIVE_INFINITY : uncountedAgeMs);
  if (failed.sinceFirstMs + delayMs > ageLimitMs) return { kind: 'dead' };
  if (free !== undefined) return { kind: 'snooze', delayMs };
  return failed.attemptsLeft ? { kind: 'retry', delayMs } : { kind: 'dead' };
}

/** Whether another attempt may begin now, as far as the age goes: it may have waited in line since it was due. */
export function mayStillRetry(policy: RetryPolicy, sinceFirstMs: number): boolean {
  return policy.retryForMs === undefined || sinceFirstMs <= policy.retryForMs;
}
