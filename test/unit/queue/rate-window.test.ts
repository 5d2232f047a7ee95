import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RateWindow } from '../../../engine/queue/rate-window.ts';

const limit = fc.record({ max: fc.integer({ min: 1, max: 40 }), perMs: fc.integer({ min: 1, max: 5_000 }) });
const start = 1_800_000_000_000;

/** The most starts in any window of `perMs`, both of its ends included. */
function mostInOneWindow(starts: number[], perMs: number): number {
  let most = 0;
  let first = 0;
  for (let last = 0; last < starts.length; last++) {
    while ((starts[last] ?? 0) - (starts[first] ?? 0) > perMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

describe('a rate limit', () => {
  test('lets no window of its length, wherever it begins, hold more starts than it allows', () => {
    fc.assert(
      fc.property(limit, fc.array(fc.tuple(fc.nat(800), fc.integer({ min: 1, max: 50 })), { maxLength: 200 }), (rate, steps) => {
        let window = new RateWindow();
        const starts: number[] = [];
        let now = start;
        for (const [index, [ms, wanted]] of steps.entries()) {
          now += ms;
          const n = Math.min(wanted, window.room(rate, now));
          if (n > 0) window.take(n, rate, now);
          for (let i = 0; i < n; i++) starts.push(now);
          // A restart knows what was kept, and nothing besides.
          if (index % 7 === 6) window = new RateWindow([...window.starts]);
        }
        expect(mostInOneWindow(starts, rate.perMs)).toBeLessThanOrEqual(rate.max);
      }),
    );
  });

  test('lets as many start in the long run as it allows, but for one in 128', () => {
    fc.assert(
      fc.property(limit, (rate) => {
        const window = new RateWindow();
        let starts = 0;
        let now = start;
        const periods = 20;
        while (now < start + periods * rate.perMs) {
          const n = window.room(rate, now);
          if (n > 0) window.take(n, rate, now);
          starts += n;
          now = Math.max(now + 1, window.nextAt(rate));
        }
        expect(starts).toBeGreaterThanOrEqual(Math.floor(((periods - 1) * rate.max * rate.perMs) / (rate.perMs + rate.perMs / 128 + 2)));
      }),
    );
  });

  test('says when the next may start, and it may then', () => {
    fc.assert(
      fc.property(limit, (rate) => {
        const window = new RateWindow();
        expect(window.nextAt(rate)).toBe(Number.POSITIVE_INFINITY);
        window.take(rate.max, rate, start);
        expect(window.room(rate, start)).toBe(0);
        expect(window.room(rate, window.nextAt(rate) - 1)).toBe(0);
        expect(window.room(rate, window.nextAt(rate))).toBe(rate.max);
      }),
    );
  });

  test('keeps no more than a few hundred figures, whatever it allows', () => {
    const rate = { max: 1_000_000, perMs: 86_400_000 };
    const window = new RateWindow();
    for (let minute = 0; minute < 3_000; minute++) {
      const now = start + minute * 60_000;
      const n = Math.min(300, window.room(rate, now));
      if (n > 0) window.take(n, rate, now);
    }
    expect(window.starts.length).toBeLessThanOrEqual(258);
  });

  test('takes back starts that did not come about', () => {
    const rate = { max: 3, perMs: 1_000 };
    const window = new RateWindow();
    const { at } = window.take(2, rate, start);
    window.giveBack(2, at);
    expect(window.room(rate, start)).toBe(3);
    expect(window.starts).toEqual([]);
  });

  test('under a clock that was set back waits once its length, not until the clock is there again', () => {
    const rate = { max: 3, perMs: 1_000 };
    const window = new RateWindow();
    window.take(3, rate, start + 3_600_000);
    expect(window.room(rate, start)).toBe(0);
    expect(window.rewritten).toBe(true);
    expect(window.nextAt(rate)).toBe(start + 1_001);
    expect(window.room(rate, start + 1_001)).toBe(3);
  });

  test('that is lowered waits until it holds again', () => {
    const window = new RateWindow();
    window.take(10, { max: 10, perMs: 1_000 }, start);
    expect(window.room({ max: 2, perMs: 1_000 }, start + 500)).toBe(0);
    expect(window.room({ max: 2, perMs: 1_000 }, start + 1_004)).toBe(2);
  });
});
