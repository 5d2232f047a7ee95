import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineRank } from '../../../contract/priority.ts';
import { backlogWaitMs, DrainRates } from '../../../engine/queue/drain.ts';

describe('how long to stay away from a full queue', () => {
  test('is the excess at the measured rate', () => {
    expect(backlogWaitMs(10, 2)).toBe(5_000);
    expect(backlogWaitMs(1, 0.1)).toBe(10_000);
  });

  test('is a second at least, an hour at most, and half a minute where nothing was measured', () => {
    expect(backlogWaitMs(1, 1_000)).toBe(1_000);
    expect(backlogWaitMs(1e9, 0.01)).toBe(3_600_000);
    expect(backlogWaitMs(5, null)).toBe(30_000);
    expect(backlogWaitMs(5, 0)).toBe(30_000);
  });
});

describe('the rate at which a queue drains', () => {
  test('is that of the last minute', () => {
    let now = 1_800_000_000_000;
    const drains = new DrainRates(() => now);
    expect(drains.perSecond('q')).toBeNull();
    for (let second = 0; second < 200; second++) {
      for (let n = 0; n < 3; n++) drains.ended('q');
      now += 1_000;
    }
    expect(drains.perSecond('q')).toBeCloseTo(3, 0);
    expect(drains.perSecond('other')).toBeNull();
    now += 120_000;
    expect(drains.perSecond('q')).toBeNull();
  });

  test('is known after the first second', () => {
    const drains = new DrainRates(() => 1_800_000_000_000);
    for (let n = 0; n < 7; n++) drains.ended('q');
    expect(drains.perSecond('q')).toBe(7);
  });
});

describe('the place in line', () => {
  const priority = fc.integer({ min: -100, max: 100 });

  test('of jobs that are due within a minute is by priority alone', () => {
    fc.assert(
      fc.property(priority, priority, fc.integer({ min: -59_999, max: 59_999 }), (one, other, apart) => {
        fc.pre(one > other);
        expect(lineRank(1e12 + apart, one)).toBeLessThan(lineRank(1e12, other));
      }),
    );
  });

  test('of a job that waits is ahead, in the end, of all that come with whatever priority', () => {
    fc.assert(
      fc.property(priority, priority, (waiting, coming) => {
        expect(lineRank(1e12, waiting)).toBeLessThan(lineRank(1e12 + 200 * 60_000 + 1, coming));
      }),
    );
  });
});
