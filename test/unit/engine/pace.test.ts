import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chanceOf, fastMs, type Pace, paceOf, recentRuns, slowMs, stillFastMs, stillSlowMs } from '../../../engine/queue/pace.ts';
import { TaskMeasure } from '../../../engine/queue/task-measure.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** All runs take so long. */
const always = (runMs: number) => (ms: number) => (runMs > ms ? 1 : 0);

/** The pace after each run. */
function follow(measure: TaskMeasure, runs: number[]): (Pace | null)[] {
  return runs.map((runMs) => {
    measure.attempted(runMs, false);
    return measure.pace;
  });
}

const switches = (paces: (Pace | null)[]) => paces.filter((pace, at) => at > 0 && pace !== paces[at - 1]).length;
const seeds = fc.integer({ min: 1, max: 2 ** 31 });

describe('a pace', () => {
  test('is drawn at what people feel, and kept while a task stays near where it was', () => {
    expect([1, fastMs, fastMs + 1, slowMs, slowMs + 1].map((ms) => paceOf(always(ms), null))).toEqual([
      'fast',
      'fast',
      'middle',
      'middle',
      'slow',
    ]);
    expect([stillFastMs, stillFastMs + 1].map((ms) => paceOf(always(ms), 'fast'))).toEqual(['fast', 'middle']);
    expect([stillSlowMs, stillSlowMs + 1].map((ms) => paceOf(always(ms), 'slow'))).toEqual(['middle', 'slow']);
    expect(paceOf(always(stillFastMs), 'middle')).toBe('middle');
    expect(paceOf(always(stillSlowMs + 1), 'middle')).toBe('middle');
  });

  test('is not known before five runs, and then known', () => {
    expect(follow(new TaskMeasure(), [20, 20, 20, 20, 20, 20])).toEqual([null, null, null, null, 'fast', 'fast']);
  });
});

describe('a task that drifts from 20 ms to 3 s and back', () => {
  test('is followed within 50 runs each way, with one switch each way, however long it was as before and however much it varies', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.integer({ min: 60, max: 3_000 }),
        fc.integer({ min: 20, max: 1_500 }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (seed, before, during, spread) => {
          const random = seededRandom(seed);
          const runs = (count: number, ms: number) => Array.from({ length: count }, () => ms * (1 + spread * (random() - 0.5)));
          const measure = new TaskMeasure();
          const fast = follow(measure, runs(before, 20));
          const slow = follow(measure, runs(during, 3_000));
          const again = follow(measure, runs(200, 20));
          expect(fast.slice(50).every((pace) => pace === 'fast')).toBe(true);
          expect(slow.slice(50).every((pace) => pace === 'slow')).toBe(true);
          expect(again.slice(49).every((pace) => pace === 'fast')).toBe(true);
          expect(switches(['fast', ...slow])).toBe(1);
          expect(switches(['slow', ...again])).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('little by little is followed through the middle, and once each way', () => {
    const ramp = Array.from({ length: 150 }, (_, step) => 20 * 150 ** (step / 149));
    const measure = new TaskMeasure();
    follow(
      measure,
      Array.from({ length: 300 }, () => 20),
    );
    const up = follow(measure, [...ramp, ...Array.from({ length: 60 }, () => 3_000)]);
    const down = follow(measure, [...ramp.toReversed(), ...Array.from({ length: 60 }, () => 20)]);
    expect([...new Set(up)]).toEqual(['fast', 'middle', 'slow']);
    expect(switches(up)).toBe(2);
    expect([...new Set(down)]).toEqual(['slow', 'middle', 'fast']);
    expect(switches(down)).toBe(2);
    expect(down.slice(150 + 50).every((pace) => pace === 'fast')).toBe(true);
  });

  test('says so by its percentiles too', () => {
    const measure = new TaskMeasure();
    follow(
      measure,
      Array.from({ length: 1_000 }, () => 20),
    );
    follow(
      measure,
      Array.from({ length: 20 }, () => 3_000),
    );
    expect(measure.stats().p95Ms).toBeGreaterThan(2_800);
    follow(
      measure,
      Array.from({ length: 45 }, () => 20),
    );
    expect(measure.stats().p95Ms).toBeLessThan(21);
  });

  test('is followed the same when the engine is started anew in the middle of it', () => {
    const measure = new TaskMeasure();
    follow(
      measure,
      Array.from({ length: 70 }, () => 3_000),
    );
    follow(
      measure,
      Array.from({ length: 20 }, () => 20),
    );
    const restored = TaskMeasure.from(JSON.parse(JSON.stringify(measure)));
    const rest = Array.from({ length: 60 }, () => 20);
    expect(follow(restored, rest)).toEqual(follow(measure, rest));
    expect(restored.stats()).toEqual(measure.stats());
  });
});

describe('a task that does not drift', () => {
  test('is found the same over and over: near a threshold, and with some slow runs among the fast', () => {
    fc.assert(
      fc.property(
        seeds,
        fc.constantFrom<[number, number, number]>(
          [20, 3_000, 0.01],
          [20, 3_000, 0.02],
          [20, 3_000, 0.2],
          [97, 119, 0.5],
          [900, 1_060, 0.03],
        ),
        (seed, [usual, other, share]) => {
          const random = seededRandom(seed);
          const measure = new TaskMeasure();
          const paces = follow(
            measure,
            Array.from({ length: 4_000 }, () => (random() < share ? other : usual)),
          );
          expect(switches(paces.slice(400))).toBeLessThanOrEqual(2);
        },
      ),
      // A fixed seed: in a very long life chance alone makes a task look changed now and then.
      { numRuns: 25, seed: 7 },
    );
  });
});

test('the chance of so many is that of the binomial distribution’s tail', () => {
  expect(chanceOf(0, 10, 0.5)).toBeCloseTo(0.5 ** 10, 12);
  expect(chanceOf(10, 10, 0.5)).toBeCloseTo(0.5 ** 10, 12);
  // 1 − Σ(k<3) of C(40,k) 0.05^k 0.95^(40−k)
  expect(chanceOf(3, 40, 0.05)).toBeCloseTo(0.3233, 3);
  expect(chanceOf(2, recentRuns, 0.34)).toBeLessThan(1e-4);
});
