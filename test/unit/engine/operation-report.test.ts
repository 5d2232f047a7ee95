import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countFailure, type FailureCounts, nextStep, operationOf, pauseMs, summaryOf } from '../../../engine/queue/operation-report.ts';
import type { OperationRow } from '../../../engine/store/operations.ts';

const row: OperationRow = {
  ...{ number: 1, id: 'an-id', action: 'redrive', state: 'running', terms: '{}', matched: 10, position: 0, canaries: 0 },
  ...{ done: 0, failed: 0, failures: '{}', reason: null, created_at: 0, finished_at: null },
};

describe('the steps of an operation', () => {
  const terms = fc.record(
    { canary: fc.integer({ min: 1, max: 1_000 }), ratePerSecond: fc.double({ min: 0.01, max: 10_000, noNaN: true }) },
    { requiredKeys: [] },
  );

  test('come to each member once, wait for all canaries before the rest, and come to an end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000 }), terms, fc.func(fc.boolean()), (matched, asked, isRefused) => {
        let state = { matched, position: 0, canaries: 0 };
        let awaited = 0;
        for (let steps = 0; ; steps++) {
          expect(steps).toBeLessThanOrEqual(matched * 2 + 2);
          const step = nextStep(state, asked, awaited);
          if (step.kind === 'finish') break;
          if (step.kind === 'await') {
            expect(awaited).toBeGreaterThan(0);
            awaited = 0;
            continue;
          }
          expect(step.limit).toBeGreaterThan(0);
          if (!step.asCanaries) expect(awaited).toBe(0);
          const refused = isRefused(steps) ? 1 : 0;
          const canaries = step.asCanaries ? step.limit - refused : 0;
          awaited += canaries;
          state = { matched, position: state.position + step.limit, canaries: state.canaries + canaries };
          expect(state.canaries).toBeLessThanOrEqual(asked.canary ?? 0);
        }
        expect(state.position).toBe(matched);
        expect(awaited).toBe(0);
      }),
    );
  });

  test('never do more in a second than the rate allows', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 10_000, noNaN: true }), (ratePerSecond) => {
        const done: { at: number; jobs: number }[] = [];
        let at = 0;
        for (let steps = 0; steps < 40; steps++) {
          const step = nextStep({ matched: 1e6, position: 0, canaries: 0 }, { ratePerSecond }, 0);
          const jobs = step.kind === 'take' ? step.limit : 0;
          done.push({ at, jobs });
          at += pauseMs(jobs, { ratePerSecond });
        }
        for (const from of done) {
          const within = done.filter((other) => other.at >= from.at && other.at < from.at + 1_000);
          const most = within.reduce((sum, { jobs }) => sum + jobs, 0);
          // Steps are whole jobs: with fewer than one a second there is still one.
          expect(most).toBeLessThanOrEqual(Math.max(1, ratePerSecond));
        }
      }),
    );
  });
});

describe('what failed', () => {
  test('is summed up by its reasons, the most frequent first', () => {
    const failures: FailureCounts = {};
    for (const reason of ['completed', 'not there any more', 'completed']) countFailure(failures, reason);
    expect(summaryOf(3, failures)).toBe('3 jobs were left as they are: completed (2), not there any more (1).');
    expect(summaryOf(0, {})).toBeNull();
    expect(operationOf({ ...row, failed: 3, failures: JSON.stringify(failures) }, 0).failures).toEqual([
      { reason: 'completed', count: 2 },
      { reason: 'not there any more', count: 1 },
    ]);
  });

  test('of too many reasons is kept as twenty, and none is lost', () => {
    const failures: FailureCounts = {};
    for (let n = 0; n < 100; n++) countFailure(failures, `reason ${n}`);
    expect(Object.keys(failures)).toHaveLength(20);
    expect(Object.values(failures).reduce((sum, n) => sum + n)).toBe(100);
  });
});

test('an operation that waits says what for', () => {
  expect(operationOf(row, 2).reason).toBe('Waits for the end of 2 jobs that went ahead as canaries.');
  expect(operationOf({ ...row, action: 'cancel' }, 1).reason).toBe('Waits for the end of 1 job that ran.');
  expect(operationOf(row, 0)).toEqual({ id: 'an-id', action: 'redrive', state: 'running', matched: 10, done: 0, failed: 0 });
});
