import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DueTimer } from '../../../engine/queue/due-timer.ts';
import { start } from './plain-job.ts';

const day = 86_400_000;

beforeEach(() => vi.useFakeTimers({ now: start }));
afterEach(() => vi.useRealTimers());

function timer() {
  const rings: number[] = [];
  const due = new DueTimer(Date.now, () => rings.push(Date.now() - start));
  return { due, rings };
}

describe('the timer for what is due', () => {
  test('rings when its time has come, once', () => {
    const { due, rings } = timer();
    due.set(start + 500);
    vi.advanceTimersByTime(499);
    expect([due.isDue, rings]).toEqual([false, []]);
    vi.advanceTimersByTime(1);
    expect([due.isDue, rings]).toEqual([true, [500]]);
    vi.advanceTimersByTime(day);
    expect(rings).toEqual([500]);
  });

  test('rings at once for what is overdue', () => {
    const { due, rings } = timer();
    due.set(start - day);
    vi.advanceTimersByTime(0);
    expect(rings).toEqual([0]);
  });

  test.each([24.8, 25, 50, 366, 3660])('rings in %d days at that time and not before, though no timer takes so long a delay', (days) => {
    const { due, rings } = timer();
    due.set(start + days * day);
    vi.advanceTimersByTime(days * day - 1);
    expect(rings).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(rings).toEqual([days * day]);
  });

  test('goes by the earliest that it was told of', () => {
    const { due, rings } = timer();
    due.setIfEarlier(start + 500);
    due.setIfEarlier(start + 900);
    due.setIfEarlier(start + 300);
    vi.advanceTimersByTime(day);
    expect(rings).toEqual([300]);
  });

  test('is set anew from what is first in line now, be it later', () => {
    const { due, rings } = timer();
    due.set(start + 300);
    due.set(start + 500);
    vi.advanceTimersByTime(400);
    expect(rings).toEqual([]);
    due.set(Number.POSITIVE_INFINITY);
    vi.advanceTimersByTime(day);
    expect(rings).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    due.setIfEarlier(start + 2 * day);
    vi.advanceTimersByTime(day);
    expect(rings).toEqual([2 * day]);
  });

  test('does not ring early when the clock is set back, and waits for the time that was meant', () => {
    const { due, rings } = timer();
    due.set(start + 500);
    vi.setSystemTime(start - 1000);
    vi.advanceTimersByTime(500);
    expect(rings).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(rings).toEqual([500]);
  });

  test('that was closed never rings, whatever it is told then', () => {
    const { due, rings } = timer();
    due.set(start + 500);
    due.close();
    due.set(start + 600);
    due.setIfEarlier(start + 100);
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(day);
    expect(rings).toEqual([]);
  });
});
