import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeldPlace, placeFreeInMs } from '../../../engine/queue/free-place.ts';
import { Sketch } from '../../../engine/queue/sketch.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const never = 86_400_000;
const seeds = fc.integer({ min: 1, max: 2 ** 31 });

describe('the time by which a place is free', () => {
  test('is when the first of runs of known length ends', () => {
    const run = fc.record({ length: fc.integer({ min: 50, max: 60_000 }), gone: fc.double({ min: 0, max: 0.9, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(run, { minLength: 1, maxLength: 16 }), (runs) => {
        const places = runs.map(({ length, gone }): HeldPlace => {
          const shareOver = (ms: number) => (ms < length ? 1 : 0);
          return [{ elapsedMs: gone * length, leftMs: never, shareOver }];
        });
        const first = Math.min(...runs.map(({ length, gone }) => length - gone * length));
        const told = placeFreeInMs(places);
        expect(told).toBeGreaterThanOrEqual(first * 0.97 - 1);
        expect(told).toBeLessThanOrEqual(first * 1.03 + 2);
      }),
    );
  });

  test('is met in about half of all cases where runs vary, measured as the engine measures them', () => {
    fc.assert(
      fc.property(seeds, fc.integer({ min: 1, max: 8 }), fc.integer({ min: 100, max: 20_000 }), (seed, held, mean) => {
        const random = seededRandom(seed);
        const length = () => -Math.log(1 - random()) * mean;
        const sketch = new Sketch();
        for (let run = 0; run < 2_000; run++) sketch.add(length());
        const shareOver = (ms: number) => sketch.shareOver(ms);
        // Exponential lengths forget how long they have gone on: what is left is drawn anew, whatever has gone before.
        const told = placeFreeInMs(Array.from({ length: held }, () => [{ elapsedMs: random() * mean, leftMs: never, shareOver }]));
        let free = 0;
        for (let trial = 0; trial < 1_000; trial++) if (Math.min(...Array.from({ length: held }, length)) <= told) free++;
        expect(free / 1_000).toBeGreaterThan(0.4);
        expect(free / 1_000).toBeLessThan(0.6);
      }),
      { numRuns: 25 },
    );
  });

  test('is when all that shares the place has ended', () => {
    const ends = (length: number) => ({ elapsedMs: 0, leftMs: never, shareOver: (ms: number) => (ms < length ? 1 : 0) });
    expect(placeFreeInMs([[ends(100), ends(5_000)]])).toBeGreaterThan(4_800);
    expect(placeFreeInMs([[ends(100), ends(5_000)], [ends(900)]])).toBeLessThan(950);
  });

  test('is not later than the timeout that ends a run', () => {
    const endless = { elapsedMs: 10_000, leftMs: 3_000, shareOver: () => 1 };
    expect(placeFreeInMs([[endless]])).toBeGreaterThan(2_900);
    expect(placeFreeInMs([[endless]])).toBeLessThan(3_100);
  });

  test('is the time that has passed, where a run has outlasted all that was measured, and a second where nothing is known', () => {
    expect(placeFreeInMs([[{ elapsedMs: 8_000, leftMs: never, shareOver: () => 0 }]])).toBeCloseTo(8_000, -3);
    expect(placeFreeInMs([])).toBe(1_000);
  });
});
