import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Waiters, type Wakeup } from '../../../engine/queue/waiters.ts';
import { plainRow } from './plain-job.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** What was heard so far, in order. */
function heardBy(promises: Record<string, Promise<Wakeup>>): string[] {
  const heard: string[] = [];
  for (const [name, promise] of Object.entries(promises)) {
    void promise.then((wakeup) => heard.push(`${name}: ${wakeup === 'timeout' ? wakeup : (wakeup.row?.state ?? 'deleted')}`));
  }
  return heard;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe('those who wait for a job', () => {
  test('are all told of its end, with the job as it is then, and their timers are gone', async () => {
    const waiters = new Waiters();
    const heard = heardBy({ one: waiters.wait(1, 1000), two: waiters.wait(1, Number.POSITIVE_INFINITY), other: waiters.wait(2, 5000) });
    waiters.wake(1, plainRow({ state: 'dead', finished_at: 1 }));
    await settle();
    expect(heard).toEqual(['one: dead', 'two: dead']);
    expect(vi.getTimerCount()).toBe(1);
  });

  test('are told when their time is over, and are then no longer woken', async () => {
    const waiters = new Waiters();
    const heard = heardBy({ short: waiters.wait(1, 100), long: waiters.wait(1, 200) });
    await vi.advanceTimersByTimeAsync(100);
    expect(heard).toEqual(['short: timeout']);
    waiters.wake(1, plainRow({ state: 'completed' }));
    await settle();
    expect(heard).toEqual(['short: timeout', 'long: completed']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('with no time at all are told in the next turn', async () => {
    const heard = heardBy({ now: new Waiters().wait(1, 0) });
    await settle();
    expect(heard).toEqual(['now: timeout']);
  });

  test('as long as it takes have no timer', () => {
    void new Waiters().wait(1, Number.POSITIVE_INFINITY);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('are told that it was deleted', async () => {
    const waiters = new Waiters();
    const heard = heardBy({ one: waiters.wait(1, 1000) });
    waiters.wake(1, null);
    await settle();
    expect(heard).toEqual(['one: deleted']);
  });

  test('are told once, and those who come later wait for the next end', async () => {
    const waiters = new Waiters();
    const heard = heardBy({ first: waiters.wait(1, 1000) });
    waiters.wake(1, plainRow({ state: 'dead' }));
    const later = heardBy({ second: waiters.wait(1, 1000) });
    await settle();
    expect([heard, later]).toEqual([['first: dead'], []]);
    waiters.wake(1, plainRow({ state: 'completed' }));
    await settle();
    expect([heard, later]).toEqual([['first: dead'], ['second: completed']]);
  });

  test('are all let go of at a stop', async () => {
    const waiters = new Waiters();
    const heard = heardBy({ a: waiters.wait(1, 1000), b: waiters.wait(1, Number.POSITIVE_INFINITY), c: waiters.wait(2, 1000) });
    waiters.releaseAll();
    await settle();
    expect(heard).toEqual(['a: timeout', 'b: timeout', 'c: timeout']);
    expect(vi.getTimerCount()).toBe(0);
  });
});

test('a job without waiters is woken in vain', () => {
  expect(() => new Waiters().wake(1, null)).not.toThrow();
});
