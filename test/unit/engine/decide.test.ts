import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TaskStats } from '../../../contract/resources.ts';
import { type DecisionFacts, decide, enoughSamples, fastMs, slowMs } from '../../../engine/queue/decide.ts';

function measured(p95Ms: number | null, samples = 20): TaskStats {
  return { samples, p50Ms: p95Ms, p95Ms, p99Ms: p95Ms, failureRate: 0 };
}

const fast: DecisionFacts = { stats: measured(20), callerWaitMs: undefined, delayed: false, startsAtOnce: true, queueState: 'open' };

describe('auto', () => {
  test('answers at once what is known to be fast and can start', () => {
    expect(decide(fast)).toEqual({
      mode: 'sync',
      reason: '19 of 20 runs end within 20 ms: worth waiting for.',
      ...{ p95Ms: 20, samples: 20, waitMs: slowMs },
    });
  });

  test('does not wait for what is known to be slow, and says how slow', () => {
    const decision = decide({ ...fast, stats: measured(90_500) });
    expect(decision).toMatchObject({ mode: 'async', p95Ms: 90_500, waitMs: null });
    expect(decision.reason).toMatch(/90\.5 s.*too long to wait for/);
  });

  test.each<[string, Partial<DecisionFacts>, RegExp]>([
    ['is neither fast nor slow', { stats: measured(400) }, /400 ms, between fast and slow: /],
    ['finds every place taken', { startsAtOnce: false }, /20 ms, but every place is taken: /],
    ['is in a queue with a limit', { queueState: 'limited' }, /20 ms, but its queue has a limit: /],
    ['nobody has measured', { stats: measured(null, 0) }, /No run of it was measured/],
    ['too few runs were measured of', { stats: measured(20, enoughSamples - 1) }, /Only 4 runs of it were measured/],
  ])('waits up to a second for what %s, and then goes on in the background', (_, facts, reason) => {
    const decision = decide({ ...fast, ...facts });
    expect(decision).toMatchObject({ mode: 'wait', waitMs: slowMs });
    expect(decision.reason).toMatch(reason);
    expect(decision.reason).toMatch(/the answer waits up to 1 s and then goes on in the background\.$/);
  });

  test('waits as long as its caller says, where it waits', () => {
    expect(decide({ ...fast, callerWaitMs: 5000 })).toMatchObject({ mode: 'sync', waitMs: 5000 });
    const decision = decide({ ...fast, stats: measured(null, 0), callerWaitMs: 2500 });
    expect(decision).toMatchObject({ mode: 'wait', waitMs: 2500 });
    expect(decision.reason).toContain('2.5 s');
  });

  test('does not wait for what is to run later, or is paused, however fast', () => {
    expect(decide({ ...fast, delayed: true })).toMatchObject({ mode: 'async', waitMs: null, reason: expect.stringMatching(/later/) });
    expect(decide({ ...fast, queueState: 'paused' })).toMatchObject({
      mode: 'async',
      waitMs: null,
      reason: expect.stringMatching(/paused/),
    });
  });

  test('draws its lines at what people feel', () => {
    const modeAt = (p95Ms: number) => decide({ ...fast, stats: measured(p95Ms) }).mode;
    expect([fastMs, fastMs + 1, slowMs, slowMs + 1].map(modeAt)).toEqual(['sync', 'wait', 'wait', 'async']);
  });

  test('always gives a reason that is a sentence, and a wait exactly where it waits', () => {
    const facts: fc.Arbitrary<DecisionFacts> = fc.record({
      stats: fc
        .tuple(fc.option(fc.double({ min: 0, max: 1e8, noNaN: true })), fc.nat(2000))
        .map(([p95Ms, samples]) => measured(p95Ms, samples)),
      callerWaitMs: fc.option(fc.nat(60_000), { nil: undefined }),
      delayed: fc.boolean(),
      startsAtOnce: fc.boolean(),
      queueState: fc.constantFrom('open', 'limited', 'paused'),
    });
    fc.assert(
      fc.property(facts, (given) => {
        const { mode, reason, waitMs, samples, p95Ms } = decide(given);
        expect(reason).toMatch(/^[A-Z0-9].{20,160}\.$/);
        expect(reason).not.toMatch(/null|undefined|NaN|\d\.\d\d|\d{5,} ms/);
        expect(waitMs === null).toBe(mode === 'async');
        if (mode !== 'async' && given.callerWaitMs !== undefined) expect(waitMs).toBe(given.callerWaitMs);
        expect({ samples, p95Ms }).toEqual({ samples: given.stats.samples, p95Ms: given.stats.p95Ms });
      }),
    );
  });
});
