import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Sketch, type SketchJson } from '../../../engine/queue/sketch.ts';

const quantiles = [0, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1];

function sketchOf(values: number[], memory?: number): Sketch {
  const sketch = new Sketch(memory);
  for (const value of values) sketch.add(value);
  return sketch;
}

/** The value at or below which at least this share of all values lies. */
function exact(values: number[], quantile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length - 1e-9) - 1)] ?? Number.NaN;
}

const answers = (sketch: Sketch) => quantiles.map((quantile) => sketch.quantile(quantile));
const throughJson = (sketch: Sketch) => JSON.parse(JSON.stringify(sketch)) as SketchJson;
const durations = fc.array(fc.oneof(fc.double({ min: 1, max: 100, noNaN: true }), fc.double({ min: 1, max: 1e8, noNaN: true })), {
  minLength: 1,
  maxLength: 400,
});

describe('a sketch', () => {
  test('without values knows nothing', () => {
    expect(answers(new Sketch())).toEqual(quantiles.map(() => null));
  });

  test('is within 4 % of the exact percentiles, whatever was measured', () => {
    fc.assert(
      fc.property(durations, (values) => {
        const sketch = sketchOf(values);
        for (const quantile of quantiles) {
          const wanted = exact(values, quantile);
          const answer = sketch.quantile(quantile) ?? Number.NaN;
          expect(Math.abs(answer - wanted) / wanted, `${quantile} of ${values}`).toBeLessThan(0.04);
        }
      }),
    );
  });

  test('takes what is too short to tell apart, and what no clock should say', () => {
    const sketch = sketchOf([0, -1, 0.001, 0.01]);
    expect(sketch.total).toBe(4);
    expect(sketch.quantile(0.5)).toBe(0.01);
  });

  test('stays small, whatever is measured', () => {
    const sketch = new Sketch();
    for (let exponent = -2; exponent < 9; exponent += 0.0005) sketch.add(10 ** exponent);
    expect(throughJson(sketch).buckets.length).toBeLessThan(700);
  });

  test('is the same after its way through JSON, and goes on', () => {
    fc.assert(
      fc.property(durations, durations, (before, after) => {
        const kept = sketchOf(before, 100);
        const read = Sketch.from(throughJson(kept), 100);
        expect(answers(read)).toEqual(answers(kept));
        expect(read.total).toBeCloseTo(kept.total, 6);
        for (const value of after) {
          kept.add(value);
          read.add(value);
        }
        expect(answers(read)).toEqual(answers(kept));
      }),
    );
  });

  test('merged with another says what one of all the values would', () => {
    fc.assert(
      fc.property(durations, durations, (one, other) => {
        const merged = sketchOf(one);
        merged.merge(sketchOf(other));
        expect(answers(merged)).toEqual(answers(sketchOf([...one, ...other])));
        expect(merged.total).toBe(one.length + other.length);
      }),
    );
  });

  test('with a memory forgets what a task was like, and never weighs more than that', () => {
    const sketch = new Sketch(1000);
    for (let run = 0; run < 5_000; run++) sketch.add(10_000);
    expect(sketch.total).toBeLessThanOrEqual(1000);
    expect(sketch.quantile(0.95)).toBeGreaterThan(9_000);
    let runs = 0;
    while ((sketch.quantile(0.95) ?? 0) > 100) {
      sketch.add(10);
      if (++runs > 10_000) throw new Error('it never forgets');
    }
    // About three thousand runs: by then the past has been halved often enough to be under a twentieth.
    expect(runs).toBeLessThan(4_000);
    for (let run = 0; run < 20_000; run++) sketch.add(10);
    expect(sketch.quantile(1)).toBeLessThan(11);
  });

  test('weighs a value as often as it is told', () => {
    const sketch = new Sketch();
    sketch.add(1, 9);
    sketch.add(100, 1);
    expect(sketch.total).toBe(10);
    expect(sketch.quantile(0.9)).toBeLessThan(1.05);
    expect(sketch.quantile(0.95)).toBeGreaterThan(95);
  });
});
