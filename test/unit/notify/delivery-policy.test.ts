import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRetry, mergeRetry, retryDelayMs, retryStep } from '../../../contract/retry.ts';
import { deliveryRetry } from '../../../engine/notify/delivery-policy.ts';

const policy = mergeRetry(defaultRetry, deliveryRetry);
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failure = fc.integer({ min: 1, max: policy.maxAttempts - 1 });
const error = { name: 'WebhookError', message: 'status 500' };

test('each delay is longer than the one before it, whatever chance makes of both', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: policy.maxAttempts - 2 }), random, random, (failures, before, after) => {
      expect(retryDelayMs(policy, failures + 1, after)).toBeGreaterThan(retryDelayMs(policy, failures, before) * 0.97);
    }),
  );
});

test('a message is tried once more than there are delays, over three to five days, whatever chance makes of it', () => {
  fc.assert(
    fc.property(fc.array(random, { minLength: 20, maxLength: 20 }), (luck) => {
      let elapsed = 0;
      let failures = 0;
      for (;;) {
        failures++;
        const step = retryStep(policy, {
          ...{ error, failures, attemptsLeft: failures < policy.maxAttempts, askedMs: undefined },
          ...{ sinceFirstMs: elapsed, random: luck[failures] ?? 0.5 },
        });
        if (step.kind === 'dead') break;
        elapsed += step.delayMs;
      }
      expect(failures).toBe((deliveryRetry.delaysMs?.length ?? 0) + 1);
      expect(elapsed).toBeGreaterThan(2.5 * 86_400_000);
      expect(elapsed).toBeLessThan(5 * 86_400_000);
    }),
  );
});

test('a receiver that asks to be left alone is left alone for exactly that long', () => {
  fc.assert(
    fc.property(failure, random, fc.integer({ min: 0, max: 7 * 86_400_000 }), (failures, luck, askedMs) => {
      const failed = { error, failures, attemptsLeft: true, askedMs, sinceFirstMs: 0, random: luck };
      expect(retryStep(policy, failed)).toEqual({ kind: 'retry', delayMs: askedMs });
    }),
  );
});
