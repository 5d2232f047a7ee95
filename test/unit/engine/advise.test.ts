import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adviceCriteria, comparedModes, type TaskUsage } from '../../../contract/advice.ts';
import type { AdviceFacts } from '../../../engine/queue/advice-facts.ts';
import { advise } from '../../../engine/queue/advise.ts';
import { enoughSamples, paceOf } from '../../../engine/queue/pace.ts';

const unused: TaskUsage = {
  ...{ since: null, sync: 0, async: 0, hybrid: 0, auto: 0 },
  ...{ polls: 0, wastedPolls: 0, polledAtOnce: 0, waits: 0, longWaits: 0 },
};

function facts(
  p95Ms: number | null,
  {
    samples = 200,
    failureRate = 0 as number | null,
    ...more
  }: Partial<AdviceFacts> & { samples?: number; failureRate?: number | null } = {},
): AdviceFacts {
  return {
    stats: { samples, p50Ms: p95Ms === null ? null : p95Ms / 2, p95Ms, p99Ms: p95Ms, failureRate },
    pace: p95Ms === null || samples < enoughSamples ? null : paceOf((ms) => (p95Ms > ms ? 1 : 0), null),
    ...{ task: 'a', lane: 'cpu', declares: {}, usage: unused, maxAttempts: 5, hasPredict: false, hasRollback: false, interactivePlaces: 8 },
    ...more,
  };
}
const codes = (given: AdviceFacts) => advise(given).warnings.map(({ code }) => code);
const used = (usage: Partial<TaskUsage>): TaskUsage => ({ ...unused, ...usage });

describe('advice', () => {
  test.each([
    ['sync for what is fast', facts(20), 'sync'],
    ['a bounded wait for what is between', facts(400), 'wait'],
    ['async for what is slow', facts(9_000), 'async'],
    ['hybrid for what is slow and can predict its result', facts(9_000, { hasPredict: true }), 'hybrid'],
    [
      'async for what must be consistent, though it can predict',
      facts(90_000, { hasPredict: true, declares: { consistency: 'strong' } }),
      'async',
    ],
    ['a bounded wait for what nobody has measured', facts(null, { samples: 0 }), 'wait'],
  ] as const)('is %s', (_, given, mode) => {
    expect(advise(given).mode).toBe(mode);
  });

  test('is surer with more runs, and further from a threshold', () => {
    const sure = (p95Ms: number | null, samples: number) => advise(facts(p95Ms, { samples })).confidence;
    expect(sure(null, 0)).toBe(0);
    expect(sure(20, 10)).toBeLessThan(sure(20, 100));
    expect(sure(95, 100)).toBeLessThan(sure(20, 100));
    expect(sure(1_050, 100)).toBeLessThan(sure(9_000, 100));
  });

  test('has a rating and a sentence for every criterion and mode, whatever was measured', () => {
    const given = fc.record({
      p95Ms: fc.option(fc.double({ min: 0, max: 1e8, noNaN: true })),
      samples: fc.nat(400),
      failureRate: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      hasPredict: fc.boolean(),
      hasRollback: fc.boolean(),
      maxAttempts: fc.integer({ min: 1, max: 10 }),
      lane: fc.constantFrom('io' as const, 'cpu' as const),
      declares: fc.constantFrom<AdviceFacts['declares']>(
        {},
        { consistency: 'strong' },
        { consistency: 'eventual' },
        { needsResult: true },
        { interactive: true },
      ),
      usage: fc.record({
        ...{ since: fc.constant(null), sync: fc.nat(99), async: fc.nat(99), hybrid: fc.nat(99), auto: fc.nat(99), polls: fc.nat(99) },
        ...{ wastedPolls: fc.nat(99), polledAtOnce: fc.nat(99), waits: fc.nat(99), longWaits: fc.nat(99) },
      }),
    });
    fc.assert(
      fc.property(given, ({ p95Ms, ...more }) => {
        const { reasons, wouldChange, matrix, warnings, confidence } = advise(facts(p95Ms, more));
        expect(matrix.map(({ criterion }) => criterion)).toEqual([...adviceCriteria]);
        const cells = matrix.flatMap((row) => comparedModes.map((mode) => row[mode]));
        for (const { rating } of cells) expect([1, 2, 3, 4, 5]).toContain(rating);
        const texts = [...cells.map(({ why }) => why), ...reasons, ...wouldChange, ...warnings.map(({ message }) => message)];
        for (const text of texts) {
          expect(text).toMatch(/^[A-Z0-9].*\.$/);
          expect(text).not.toMatch(/null|undefined|NaN|Infinity/);
        }
        expect(reasons.length).toBeGreaterThan(0);
        expect(wouldChange.length).toBeGreaterThan(0);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        for (const { count } of warnings) expect(count).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a warning', () => {
  test('is not given to a task that is used well, or hardly at all', () => {
    expect(codes(facts(20, { usage: used({ sync: 900, auto: 50 }) }))).toEqual([]);
    expect(codes(facts(9_000, { usage: used({ async: 900, polls: 900, wastedPolls: 3 }) }))).toEqual([]);
    expect(codes(facts(9_000, { usage: used({ sync: 1, async: 2, polledAtOnce: 2, waits: 2 }) }))).toEqual([]);
  });

  test.each([
    ['sync-for-everything', facts(3_000, { usage: used({ sync: 40 }) }), 40],
    ['async-for-everything', facts(20, { usage: used({ async: 40, polledAtOnce: 30, polls: 90 }) }), 30],
    ['no-retry', facts(20, { maxAttempts: 1, failureRate: 0.1, usage: used({ auto: 50 }) }), 5],
    ['polling-too-often', facts(9_000, { usage: used({ async: 10, polls: 500, wastedPolls: 412 }) }), 412],
    ['blocking-on-async', facts(9_000, { usage: used({ async: 20, waits: 19 }) }), 19],
    ['long-waits', facts(40_000, { usage: used({ auto: 1, longWaits: 1 }) }), 1],
  ] as const)('of %s says how often that was', (code, given, count) => {
    const warning = advise(given).warnings.find((candidate) => candidate.code === code);
    expect(warning).toMatchObject({ count });
    expect(warning?.message).toMatch(count === 1 ? /^Once / : new RegExp(`\\b${count}\\b|10 %`));
  });

  test('of no retry is not given where a second run would do harm', () => {
    const failing = { maxAttempts: 1, failureRate: 0.1, usage: used({ auto: 50 }) };
    expect(codes(facts(20, { ...failing, declares: { idempotent: false } }))).toEqual([]);
    expect(codes(facts(20, { ...failing, declares: { retryable: false } }))).toEqual([]);
  });
});
