import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { backoffs, defaultRetry, type RetryPolicy, retryDelayMs } from '../../../contract/retry.ts';
import { retrySchema } from '../../../contract/submission.ts';

/** Every policy that a submission may hold. */
const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 1, max: 1000 }),
  backoff: fc.constantFrom(...backoffs),
  baseMs: fc.integer({ min: 0, max: 86_400_000 }),
  maxMs: fc.integer({ min: 0, max: 7 * 86_400_000 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const failures = fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constantFrom(53, 54, 1024, 1075, Number.MAX_SAFE_INTEGER));
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('the delay before a retry', () => {
  test('is a whole number of milliseconds, never negative and never over the longest, whatever the policy', () => {
    fc.assert(
      fc.property(policies, failures, randoms, (policy, count, random) => {
        expect(retrySchema.safeParse(policy).success).toBe(true);
        const delay = retryDelayMs(policy, count, random);
        expect(Number.isSafeInteger(delay)).toBe(true);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(policy.maxMs);
      }),
    );
  });

  test('never shrinks from one failure to the next when nothing varies it', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 2000 }), randoms, (policy, count, random) => {
        const plain = { ...policy, jitter: 0 };
        expect(retryDelayMs(plain, count + 1, random)).toBeGreaterThanOrEqual(retryDelayMs(plain, count, random));
      }),
    );
  });

  test('is varied by at most its jitter, both ways', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 60 }), randoms, (policy, count, random) => {
        const middle = retryDelayMs({ ...policy, jitter: 0 }, count, random);
        const delay = retryDelayMs(policy, count, random);
        expect(delay).toBeGreaterThanOrEqual(Math.floor(middle * (1 - policy.jitter)));
        expect(delay).toBeLessThanOrEqual(Math.min(policy.maxMs, Math.ceil(middle * (1 + policy.jitter))));
      }),
    );
  });

  test.each([
    { backoff: 'exponential', delays: [1000, 2000, 4000, 8000, 10_000, 10_000] },
    { backoff: 'linear', delays: [1000, 2000, 3000, 4000, 5000, 6000] },
    { backoff: 'fixed', delays: [1000, 1000, 1000, 1000, 1000, 1000] },
  ] as const)('grows as $backoff says', ({ backoff, delays }) => {
    const policy: RetryPolicy = { maxAttempts: 9, backoff, baseMs: 1000, maxMs: 10_000, jitter: 0 };
    expect(delays.map((_, index) => retryDelayMs(policy, index + 1, 0))).toEqual(delays);
  });

  test('spreads jobs that failed together over the whole range of the jitter', () => {
    const spread = [0, 0.25, 0.5, 0.75].map((random) => retryDelayMs({ ...defaultRetry, jitter: 0.2 }, 1, random));
    expect(spread).toEqual([800, 900, 1000, 1100]);
  });
});
