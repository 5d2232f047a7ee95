import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobError } from '../../../contract/job.ts';
import {
  askedWaitLimitMs,
  backoffs,
  defaultRetry,
  type FailedAttempt,
  mayStillRetry,
  mergeRetry,
  type RetryPolicy,
  type RetryRule,
  retryDelayMs,
  retryStep,
  ruleFor,
  uncountedAgeMs,
} from '../../../contract/retry.ts';
import { retrySchema } from '../../../contract/submission.ts';

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const grown = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 1000 }),
  backoff: fc.constantFrom(...backoffs),
  baseMs: fc.integer({ min: 0, max: 86_400_000 }),
  maxMs: fc.integer({ min: 0, max: 7 * 86_400_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const delays = fc.array(fc.integer({ min: 0, max: uncountedAgeMs }), { minLength: 1, maxLength: 100 });
const failures = fc.integer({ min: 1, max: 2000 });
const error: JobError = { name: 'TypeError', message: 'Connection reset by peer', code: 'ECONNRESET' };
const policy = (changes: Partial<RetryPolicy> = {}): RetryPolicy => ({ ...defaultRetry, jitter: 0, ...changes });
const attempt = (changes: Partial<FailedAttempt> = {}): FailedAttempt => ({
  ...{ error, failures: 1, attemptsLeft: true, askedMs: undefined, sinceFirstMs: 0, random: 0.5 },
  ...changes,
});

describe('the delay after a failure', () => {
  test('is a whole number of milliseconds, never negative and never above the maximum', () => {
    fc.assert(
      fc.property(grown, failures, random, (given, n, luck) => {
        const delay = retryDelayMs(given, n, luck);
        expect(Number.isInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(given.maxMs);
      }),
    );
  });

  test('never shrinks from one failure to the next, but for its jitter', () => {
    fc.assert(
      fc.property(grown, failures, (given, n) => {
        const plain = { ...given, jitter: 0 };
        expect(retryDelayMs(plain, n + 1, 0)).toBeGreaterThanOrEqual(retryDelayMs(plain, n, 0));
      }),
    );
  });

  test('varies by its jitter and no more', () => {
    fc.assert(
      fc.property(grown, failures, random, (given, n, luck) => {
        const plain = retryDelayMs({ ...given, jitter: 0 }, n, luck);
        const varied = retryDelayMs(given, n, luck);
        expect(Math.abs(varied - plain)).toBeLessThanOrEqual(plain * given.jitter + 1);
      }),
    );
  });

  test.each([
    ['exponential', [100, 200, 400, 800, 1_000, 1_000]],
    ['linear', [100, 200, 300, 400, 500, 600]],
    ['fixed', [100, 100, 100, 100, 100, 100]],
  ] as const)('grows as %s says', (backoff, expected) => {
    const given = policy({ backoff, baseMs: 100, maxMs: 1_000 });
    expect(expected.map((_, index) => retryDelayMs(given, index + 1, 0.5))).toEqual(expected);
  });

  test('is the entry of a list, and its last one from then on', () => {
    fc.assert(
      fc.property(delays, failures, random, (delaysMs, n, luck) => {
        expect(retryDelayMs(policy({ delaysMs, maxMs: 1 }), n, luck)).toBe(delaysMs[Math.min(n, delaysMs.length) - 1]);
      }),
    );
  });
});

describe('a policy over another', () => {
  test('with a list takes as many attempts as it has delays and one more, without jitter', () => {
    expect(mergeRetry(defaultRetry, { delaysMs: [1, 2, 3] })).toEqual({ ...defaultRetry, delaysMs: [1, 2, 3], maxAttempts: 4, jitter: 0 });
    expect(mergeRetry(defaultRetry, { delaysMs: [1, 2, 3], maxAttempts: 2, jitter: 0.5 })).toMatchObject({ maxAttempts: 2, jitter: 0.5 });
  });

  test('with a backoff ends a list that stood before', () => {
    const listed = mergeRetry(defaultRetry, { delaysMs: [1] });
    expect(mergeRetry(listed, { baseMs: 5 })).not.toHaveProperty('delaysMs');
    expect(mergeRetry(listed, { maxAttempts: 9 })).toMatchObject({ delaysMs: [1], maxAttempts: 9 });
  });

  test('that says nothing changes nothing, also when it says so with undefined', () => {
    fc.assert(
      fc.property(grown, (given) => {
        expect(mergeRetry(given, {})).toEqual(given);
        expect(mergeRetry(given, { maxAttempts: undefined, backoff: undefined, rules: undefined })).toEqual(given);
      }),
    );
  });

  test('puts its rules before those that stood', () => {
    const [ours, theirs]: RetryRule[] = [
      { name: 'A', action: 'fail' },
      { name: 'A', action: 'retry' },
    ] as [RetryRule, RetryRule];
    expect(mergeRetry(policy({ rules: [theirs as RetryRule] }), { rules: [ours as RetryRule] }).rules).toEqual([ours, theirs]);
  });
});

describe('a rule', () => {
  test.each<[string, RetryRule, boolean]>([
    ['the name', { name: 'TypeError', action: 'fail' }, true],
    ['another name', { name: 'Type', action: 'fail' }, false],
    ['the code', { code: 'ECONNRESET', action: 'fail' }, true],
    ['another code', { code: 'ENOENT', action: 'fail' }, false],
    ['text of the message, in whatever case', { message: 'RESET by', action: 'fail' }, true],
    ['text that would be a pattern', { message: 'reset.*peer', action: 'fail' }, false],
    ['name and code together', { name: 'TypeError', code: 'ENOENT', action: 'fail' }, false],
  ])('by %s fits or does not', (_, rule, fits) => {
    expect(ruleFor(policy({ rules: [rule] }), error)).toEqual(fits ? rule : null);
  });

  test('that fits first decides', () => {
    const rules: RetryRule[] = [
      { code: 'ECONNRESET', action: 'retry' },
      { name: 'TypeError', action: 'fail' },
    ];
    expect(retryStep(policy({ rules }), attempt())).toEqual({ kind: 'retry', delayMs: 1_000 });
    expect(retryStep(policy({ rules: rules.toReversed() }), attempt())).toEqual({ kind: 'dead' });
  });

  test('that snoozes goes on when no attempt is left', () => {
    const rules: RetryRule[] = [{ name: 'TypeError', action: 'snooze', afterMs: 700 }];
    expect(retryStep(policy({ rules }), attempt({ attemptsLeft: false }))).toEqual({ kind: 'snooze', delayMs: 700 });
  });

  test('that snoozes ends a week after the first attempt, or when retryForMs says', () => {
    const rules: RetryRule[] = [{ name: 'TypeError', action: 'snooze', afterMs: 1_000 }];
    expect(retryStep(policy({ rules }), attempt({ sinceFirstMs: uncountedAgeMs }))).toEqual({ kind: 'dead' });
    expect(retryStep(policy({ rules, retryForMs: 5_000 }), attempt({ sinceFirstMs: 4_001 }))).toEqual({ kind: 'dead' });
    expect(retryStep(policy({ rules, retryForMs: 5_000 }), attempt({ sinceFirstMs: 4_000 }))).toEqual({ kind: 'snooze', delayMs: 1_000 });
  });

  test('that waits as asked uses no attempt where the service asked, and is an ordinary retry where it did not', () => {
    const rules: RetryRule[] = [{ name: 'TypeError', action: 'wait-as-asked' }];
    expect(retryStep(policy({ rules }), attempt({ askedMs: 4_200, attemptsLeft: false }))).toEqual({ kind: 'snooze', delayMs: 4_200 });
    expect(retryStep(policy({ rules }), attempt())).toEqual({ kind: 'retry', delayMs: 1_000 });
    expect(retryStep(policy({ rules }), attempt({ attemptsLeft: false }))).toEqual({ kind: 'dead' });
  });
});

describe('what follows a failure', () => {
  test('never begins later than retryForMs after the first attempt', () => {
    fc.assert(
      fc.property(grown, fc.nat(1e9), fc.nat(1e9), failures, random, (given, retryForMs, sinceFirstMs, n, luck) => {
        const step = retryStep({ ...given, retryForMs }, attempt({ failures: n, sinceFirstMs, random: luck }));
        if (step.kind !== 'dead') expect(sinceFirstMs + step.delayMs).toBeLessThanOrEqual(retryForMs);
      }),
    );
    expect(mayStillRetry(policy({ retryForMs: 10 }), 10)).toBe(true);
    expect(mayStillRetry(policy({ retryForMs: 10 }), 11)).toBe(false);
    expect(mayStillRetry(policy(), Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  test('waits as the service asked, a year at most', () => {
    expect(retryStep(policy(), attempt({ askedMs: 5 }))).toEqual({ kind: 'retry', delayMs: 5 });
    expect(retryStep(policy(), attempt({ askedMs: 1e12 }))).toEqual({ kind: 'retry', delayMs: askedWaitLimitMs });
    expect(retryStep(policy(), attempt({ askedMs: -5 }))).toEqual({ kind: 'retry', delayMs: 0 });
  });

  test('is nothing when no attempt is left', () => {
    expect(retryStep(policy(), attempt({ attemptsLeft: false }))).toEqual({ kind: 'dead' });
  });
});

describe('what a submission says of retries', () => {
  const messagesOf = (value: unknown) =>
    retrySchema.safeParse(value).error?.issues.map(({ path, message }) => `${path.join('/')}: ${message}`);

  test.each([
    [{ delaysMs: [0, 1_000] }],
    [{ delaysMs: [1], jitter: 0.1, maxAttempts: 4, retryForMs: 60_000 }],
    [{ rules: [{ message: 'busy', action: 'snooze', afterMs: 0 }] }],
    [{ rules: [{ name: 'A', code: 'B', message: 'c', action: 'wait-as-asked' }] }],
  ])('may be %j', (value) => {
    expect(messagesOf(value)).toBeUndefined();
  });

  test.each([
    [{ delaysMs: [] }, 'delaysMs'],
    [{ delaysMs: [-1] }, 'delaysMs/0'],
    [{ delaysMs: [1], backoff: 'fixed' }, 'delaysMs: says every delay itself'],
    [{ delaysMs: Array(101).fill(1) }, 'delaysMs'],
    [{ retryForMs: 1.5 }, 'retryForMs'],
    [{ rules: [{ action: 'fail' }] }, 'rules/0: must say which errors'],
    [{ rules: [{ name: 'A', action: 'snooze' }] }, 'rules/0/afterMs'],
    [{ rules: [{ name: 'A', action: 'fail', afterMs: 5 }] }, 'rules/0/afterMs'],
    [{ rules: [{ name: 'A', action: 'pray' }] }, 'rules/0/action'],
  ])('may not be %j', (value, message) => {
    expect(messagesOf(value)?.join('; ')).toContain(message);
  });
});

test('jobs that failed together are spread over the whole range of the jitter', () => {
  const spread = [0, 0.25, 0.5, 0.75].map((luck) => retryDelayMs({ ...defaultRetry, jitter: 0.2 }, 1, luck));
  expect(spread).toEqual([800, 900, 1000, 1100]);
});
