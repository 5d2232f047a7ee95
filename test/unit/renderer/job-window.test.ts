import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JobEvent, JobEventType } from '../../../contract/events.ts';
import type { JobState } from '../../../contract/states.ts';
import type { EventRules, JobWindow, Row } from '../../../renderer/features/jobs/job-window.ts';
import {
  applyEvents,
  below,
  countOf,
  dropLeaving,
  emptyWindow,
  hasLeft,
  merge,
  placeOf,
  takeFresh,
  withCount,
  withNewer,
  withOlder,
} from '../../../renderer/features/jobs/job-window.ts';

function row(number: number, state: JobState = 'available'): Row {
  const at = new Date(number * 1000).toISOString();
  return {
    id: String(number).padStart(8, '0'),
    task: 'shell.run',
    queue: 'default',
    mode: 'async',
    lane: 'cpu',
    state,
    priority: 0,
    attempt: 0,
    maxAttempts: 5,
    error: null,
    progress: null,
    tags: [],
    uniqueKey: null,
    workflowId: null,
    scheduleId: null,
    ...{ purpose: 'run', compensates: null, compensation: null },
    slotAt: null,
    createdAt: at,
    runAt: at,
    startedAt: null,
    finishedAt: null,
    timeoutMs: 60_000,
    preview: 'true',
  };
}

/** Newest first, as the list is. */
function rows(from: number, to: number): Row[] {
  return Array.from({ length: from - to + 1 }, (_, index) => row(from - index));
}

function event(number: number, type: JobEventType, state: JobState = 'available'): JobEvent {
  const { preview: _, ...job } = row(number, state);
  return { type, at: job.createdAt, job };
}

const waiting: EventRules = { belongs: ({ state }) => state === 'available', quietFrom: 0 };
const ids = (window: JobWindow) => window.rows.map(({ id }) => Number(id));

function holding(from: number, to: number, more: Partial<JobWindow> = {}): JobWindow {
  const held = rows(from, to);
  return { ...emptyWindow, rows: held, total: held.length, ...more };
}

test('a row is found by its id, and a missing one by where it would stand', () => {
  const held = [row(9), row(7), row(5)];
  expect(placeOf(held, row(7).id)).toBe(1);
  expect(placeOf(held, row(8).id)).toBe(-1 - 1);
  expect(placeOf(held, row(10).id)).toBe(-1);
  expect(placeOf(held, row(1).id)).toBe(-1 - 3);
});

test('merged rows are in order, each once, and the newer word counts', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(200)), fc.uniqueArray(fc.nat(200)), (old, young) => {
      const sorted = (numbers: number[], state: JobState) => [...numbers].sort((a, b) => b - a).map((number) => row(number, state));
      const merged = merge(sorted(old, 'available'), sorted(young, 'executing'));
      expect(merged.map(({ id }) => Number(id))).toEqual([...new Set([...old, ...young])].sort((a, b) => b - a));
      for (const { id, state } of merged) expect(state).toBe(young.includes(Number(id)) ? 'executing' : 'available');
    }),
  );
});

test('at the top a new job stands first and counts', () => {
  const next = applyEvents(holding(5, 1), [event(6, 'job.created'), event(7, 'job.created')], waiting);
  expect(ids(next)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  expect(next.total).toBe(7);
  expect(next.fresh).toEqual([]);
});

test('while something further down is read a new job waits outside until it is asked for', () => {
  const next = applyEvents(holding(5, 1), [event(6, 'job.created')], { ...waiting, quietFrom: 3 });
  expect(ids(next)).toEqual([5, 4, 3, 2, 1]);
  expect(next.fresh.map(({ id }) => Number(id))).toEqual([6]);
  expect(next.total).toBe(5);
  const taken = takeFresh(next);
  expect(ids(taken)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(taken.total).toBe(6);
});

test('a job that waits outside follows its events too, and is gone when it no longer belongs', () => {
  const outside = applyEvents(holding(5, 1), [event(6, 'job.created'), event(7, 'job.created')], { ...waiting, quietFrom: 3 });
  const next = applyEvents(outside, [event(6, 'job.started', 'executing')], { ...waiting, quietFrom: 3 });
  expect(next.fresh.map(({ id }) => Number(id))).toEqual([7]);
});

test('a row that no longer belongs stays for a moment with its new state, then leaves and is not counted', () => {
  const next = applyEvents(holding(5, 1), [event(3, 'job.started', 'executing')], waiting);
  expect(next.rows[2]?.state).toBe('executing');
  expect([...next.leaving]).toEqual([row(3).id]);
  expect(next.total).toBe(5);
  const left = dropLeaving(next, 0);
  expect(ids(left)).toEqual([5, 4, 2, 1]);
  expect(left.total).toBe(4);
});

test('a row that comes back before it has left stays', () => {
  const gone = applyEvents(holding(5, 1), [event(3, 'job.started', 'executing')], waiting);
  const back = applyEvents(gone, [event(3, 'job.available')], waiting);
  expect(back.leaving.size).toBe(0);
  expect(ids(dropLeaving(back, 0))).toEqual([5, 4, 3, 2, 1]);
});

test('rows above what is read do not leave while it is read', () => {
  const next = applyEvents(holding(5, 1), [event(5, 'job.started', 'executing'), event(1, 'job.started', 'executing')], waiting);
  const left = dropLeaving(next, 2);
  expect(ids(left)).toEqual([5, 4, 3, 2]);
  expect([...left.leaving]).toEqual([row(5).id]);
  expect(left.total).toBe(4);
});

test('a deleted row is gone at once', () => {
  const next = applyEvents(holding(5, 1), [event(4, 'job.deleted')], waiting);
  expect(ids(next)).toEqual([5, 3, 2, 1]);
  expect(next.total).toBe(4);
});

test('a job older than all that is held is left to the page that will bring it', () => {
  const partly = holding(5, 3, { total: 100 });
  expect(applyEvents(partly, [event(1, 'job.available')], waiting)).toMatchObject({ rows: partly.rows, total: 100 });
  const whole = holding(5, 3);
  expect(ids(applyEvents(whole, [event(1, 'job.available')], waiting))).toEqual([5, 4, 3, 1]);
});

test('the payload’s preview outlives an event, which carries none', () => {
  const next = applyEvents(holding(2, 1), [event(2, 'job.progress')], waiting);
  expect(next.rows[0]?.preview).toBe('true');
});

test('an older page is put below; what is too much falls away above and is still counted', () => {
  const next = withOlder(holding(100, 91, { total: 100 }), rows(90, 81), false, 15);
  expect(ids(next)[0]).toBe(95);
  expect(next.rows).toHaveLength(15);
  expect(next.above).toBe(5);
  expect(next.total).toBe(100);
  expect(below(next)).toBe(80);
});

test('the list’s end says how long the list is', () => {
  const next = withOlder(holding(10, 6, { total: 99 }), rows(5, 1), true, 100);
  expect(next.total).toBe(10);
  expect(below(next)).toBe(0);
});

test('a newer page is put above without moving the place of what is held', () => {
  const window = holding(50, 41, { above: 50, total: 100 });
  const next = withNewer(window, rows(60, 51), false, 100);
  expect(next.above).toBe(40);
  expect(next.above + placeOf(next.rows, row(50).id)).toBe(50);
  expect(next.total).toBe(100);
  expect(withNewer(next, rows(103, 61), true, 1000)).toMatchObject({ above: 0, total: 103 });
});

test('what went because it does not belong has left the list, what was let go of to hold no more has not', () => {
  const window = holding(50, 41, { above: 50, total: 100 });
  const gone = [event(50, 'job.deleted'), event(45, 'job.cancelled', 'cancelled'), event(41, 'job.deleted')];
  const next = dropLeaving(applyEvents(window, gone, waiting), 0);
  const left = (of: JobWindow) => [50, 48, 45, 41].filter((number) => hasLeft(of, row(number).id));
  // At the ends it may as well stand beyond what is held.
  expect(left(next)).toEqual([45]);
  expect(left({ ...next, above: 0 })).toEqual([50, 45]);
  expect(left({ ...next, total: next.above + next.rows.length })).toEqual([45, 41]);
  expect(left({ ...next, total: next.above + next.rows.length, exact: false })).toEqual([45]);
  expect(left(withOlder(window, rows(40, 31), false, 5))).toEqual([]);
  expect(left(withNewer(window, rows(60, 51), false, 5))).toEqual([]);
  expect(left({ ...emptyWindow, total: 0 })).toEqual([50, 48, 45, 41]);
});

test('a list that is known to its end stays so when a later count was cut short', () => {
  const window = holding(5, 1);
  expect(withCount(window, { total: 3, exact: false, estimate: 9 }, false)).toBe(window);
  const more = withCount(window, { total: 9, exact: false, estimate: 12 }, false);
  expect(more).toMatchObject({ total: 12, counted: 9, exact: false });
  expect(countOf(more)).toBe(9);
  expect(withCount(more, { total: 8, exact: true, estimate: 8 }, false)).toMatchObject({ total: 8, exact: true });
});

test('a count beyond a list that was read to its end makes it no longer, and one below it moves what is above', () => {
  const window = holding(50, 1, { above: 50, total: 100 });
  const more = withCount(window, { total: 120, exact: true, estimate: 120 }, true);
  expect([more.total, more.outside, countOf(more)]).toEqual([100, 20, 120]);
  const fewer = withCount(window, { total: 70, exact: true, estimate: 70 }, true);
  expect([fewer.above, fewer.total, countOf(fewer)]).toEqual([20, 70, 70]);
});

test('jobs that are new and too many to be held are counted once', () => {
  const outside = { fresh: rows(100, 91), outside: 80, total: 5 };
  const rules: EventRules = { belongs: () => true, quietFrom: 3 };
  const window = holding(5, 1, outside);
  const at = (number: number, type: JobEventType) => applyEvents(window, [event(number, type)], rules).outside;
  expect([at(50, 'job.started'), at(50, 'job.deleted'), at(101, 'job.created'), at(95, 'job.deleted')]).toEqual([80, 79, 81, 79]);
});
