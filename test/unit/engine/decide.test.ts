import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskStats } from '../../../contract/resources.ts';
import { type DecisionFacts, decide, patientMs } from '../../../engine/queue/decide.ts';
import { enoughSamples, paceOf, slowMs } from '../../../engine/queue/pace.ts';

function measured(p95Ms: number | null, samples = 20): Pick<DecisionFacts, 'stats' | 'pace'> {
  const stats: TaskStats = { samples, p50Ms: p95Ms, p95Ms, p99Ms: p95Ms, failureRate: 0 };
  const pace = p95Ms === null || samples < enoughSamples ? null : paceOf((ms) => (p95Ms > ms ? 1 : 0), null);
  return { stats, pace };
}

const circumstances = {
  declares: {},
  callerWaitMs: undefined,
  delayed: false,
  startsAtOnce: true,
  lineMs: null,
  queueState: 'open',
  serviceDown: null,
} as const;
const fast: DecisionFacts = { ...measured(20), ...circumstances };
const slow: DecisionFacts = { ...measured(3_000), ...circumstances };

describe('auto', () => {
  test('answers at once what is known to be fast and can start', () => {
    expect(decide(fast)).toEqual({
      mode: 'sync',
      reason: '19 of 20 runs end within 20 ms: worth waiting for.',
      ...{ p95Ms: 20, samples: 20, waitMs: slowMs },
    });
  });

  test('does not wait for what is known to be slow, and says how slow', () => {
    const decision = decide({ ...fast, ...measured(90_500) });
    expect(decision).toMatchObject({ mode: 'async', p95Ms: 90_500, waitMs: null });
    expect(decision.reason).toMatch(/90\.5 s.*too long to wait for/);
  });

  test.each<[string, Partial<DecisionFacts>, RegExp]>([
    ['is neither fast nor slow', measured(400), /400 ms, between fast and slow: /],
    ['finds every place taken', { startsAtOnce: false, lineMs: 200 }, /20 ms, but every place is taken: /],
    ['stands in a line of unknown length', { startsAtOnce: false }, /20 ms, but every place is taken: /],
    ['is in a queue with a limit', { queueState: 'limited' }, /20 ms, but its queue has a limit: /],
    ['nobody has measured', measured(null, 0), /No run of it was measured yet, /],
    ['too few runs were measured of', measured(20, enoughSamples - 1), /Only 4 runs of it were measured so far, /],
  ])('waits up to a second for what %s, and then goes on in the background', (_, facts, reason) => {
    const decision = decide({ ...fast, ...facts });
    expect(decision).toMatchObject({ mode: 'wait', waitMs: slowMs });
    expect(decision.reason).toMatch(reason);
    expect(decision.reason).toMatch(/the answer waits up to 1 s and then goes on in the background\.$/);
  });

  test('does not wait for a service that is left alone for longer, and says for how long', () => {
    const decision = decide({ ...fast, serviceDown: { name: 'https://example.com', waitMs: 12_000 } });
    expect(decision).toMatchObject({ mode: 'async', waitMs: null });
    expect(decision.reason).toBe(
      'Its service https://example.com failed too often of late and is tried again in 12 s: too long to wait for.',
    );
    expect(decide({ ...fast, startsAtOnce: false, serviceDown: { name: 'https://example.com', waitMs: 900 } })).toMatchObject({
      mode: 'wait',
    });
  });

  test('waits as long as its caller says, where it waits', () => {
    expect(decide({ ...fast, callerWaitMs: 5000 })).toMatchObject({ mode: 'sync', waitMs: 5000 });
    const decision = decide({ ...fast, ...measured(null, 0), callerWaitMs: 2500 });
    expect(decision).toMatchObject({ mode: 'wait', waitMs: 2500 });
    expect(decision.reason).toContain('2.5 s');
  });

  test('hands over to the background where its caller waits for less than a run takes, and goes there at once where it does not wait', () => {
    expect(decide({ ...fast, callerWaitMs: 10 })).toMatchObject({
      mode: 'wait',
      waitMs: 10,
      reason: expect.stringMatching(/longer than its caller waits/),
    });
    expect(decide({ ...fast, callerWaitMs: 0 })).toMatchObject({ mode: 'async', waitMs: null });
  });

  test('does not wait for what is to run later, or is paused, however fast', () => {
    expect(decide({ ...fast, delayed: true })).toMatchObject({ mode: 'async', waitMs: null, reason: expect.stringMatching(/later/) });
    expect(decide({ ...fast, queueState: 'paused' })).toMatchObject({ mode: 'async', reason: expect.stringMatching(/paused/) });
  });

  test('does not stand in a line that is longer than it would wait, and says how long that is', () => {
    const behind = { startsAtOnce: false, lineMs: 240_000 };
    expect(decide({ ...fast, ...behind })).toMatchObject({
      mode: 'async',
      reason: expect.stringMatching(/^About 4 min of work is ahead of it/),
    });
    expect(decide({ ...fast, ...measured(null, 0), ...behind })).toMatchObject({ mode: 'async' });
    expect(decide({ ...fast, ...behind, callerWaitMs: 60_000 })).toMatchObject({ mode: 'async' });
    expect(decide({ ...fast, startsAtOnce: false, lineMs: 2_000, callerWaitMs: 60_000 })).toMatchObject({ mode: 'wait' });
  });

  test.each([
    [{ needsResult: true }, /needs the result/],
    [{ consistency: 'strong' }, /must be seen before/],
    [{ retryable: false }, /not tried again/],
  ] as const)('waits longer for what is slow and declares %j, if it likely ends by then', (declares, reason) => {
    expect(decide({ ...slow, declares })).toMatchObject({ mode: 'wait', waitMs: patientMs, reason: expect.stringMatching(reason) });
    expect(decide({ ...slow, ...measured(patientMs + 1), declares })).toMatchObject({ mode: 'async' });
    expect(decide({ ...slow, declares, callerWaitMs: 500 })).toMatchObject({ mode: 'async' });
  });

  test('does not wait in a line of unknown length for what is only eventually consistent, unless a person waits', () => {
    const behind: DecisionFacts = { ...fast, ...measured(400), startsAtOnce: false, declares: { consistency: 'eventual' } };
    expect(decide(behind)).toMatchObject({ mode: 'async' });
    expect(decide({ ...behind, declares: { consistency: 'eventual', interactive: true } })).toMatchObject({ mode: 'wait' });
  });

  test('always gives a reason that is a sentence, and never holds a caller for longer than they gave', () => {
    const facts: fc.Arbitrary<DecisionFacts> = fc
      .record({
        run: fc.tuple(fc.option(fc.double({ min: 0, max: 1e8, noNaN: true })), fc.nat(2000)),
        declares: fc.record(
          {
            needsResult: fc.boolean(),
            interactive: fc.boolean(),
            retryable: fc.boolean(),
            idempotent: fc.boolean(),
            consistency: fc.constantFrom('strong' as const, 'eventual' as const),
          },
          { requiredKeys: [] },
        ),
        callerWaitMs: fc.option(fc.nat(60_000), { nil: undefined }),
        serviceDown: fc.option(fc.record({ name: fc.constant('https://example.com'), waitMs: fc.nat(600_000) })),
        delayed: fc.boolean(),
        startsAtOnce: fc.boolean(),
        lineMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
        queueState: fc.constantFrom('open' as const, 'limited' as const, 'paused' as const),
      })
      .map(({ run, ...rest }) => ({ ...measured(...run), ...rest }));
    fc.assert(
      fc.property(facts, (given) => {
        const { mode, reason, waitMs, samples, p95Ms } = decide(given);
        expect(reason).toMatch(/^[A-Z0-9].{20,200}\.$/);
        expect(reason).not.toMatch(/null|undefined|NaN|\d\.\d\d|\d{5,} /);
        expect(waitMs === null).toBe(mode === 'async');
        if (waitMs !== null) expect(waitMs).toBeLessThanOrEqual(given.callerWaitMs ?? patientMs);
        if (mode === 'sync') expect(p95Ms).toBeLessThanOrEqual(given.callerWaitMs ?? 125);
        expect({ samples, p95Ms }).toEqual({ samples: given.stats.samples, p95Ms: given.stats.p95Ms });
      }),
    );
  });
});
