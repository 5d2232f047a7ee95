import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../contract/resources.ts';
import { doingText, endToast, percentOf } from '../../../renderer/app/operation-words.ts';
import { actOnMatching, narrowedTo } from '../../../renderer/features/jobs/bulk.ts';
import { filterOf } from '../../../renderer/features/jobs/job-filter.ts';

const operation = (part: Partial<Operation>): Operation => ({
  ...{ id: 'o', action: 'redrive', state: 'completed', matched: 3, done: 3, failed: 0 },
  ...part,
});

describe('what came of an operation', () => {
  it('says how many', () => {
    expect(endToast(operation({}))).toEqual({ tone: 'done', title: 'Redriven: 3 jobs' });
    expect(endToast(operation({ action: 'discard', matched: 1, done: 1 }))).toEqual({ tone: 'done', title: 'Discarded: 1 job' });
  });

  it('says what was not done, and why', () => {
    expect(endToast(operation({ action: 'cancel', done: 1, failed: 2, reason: '2 jobs were left as they are: completed (2).' }))).toEqual({
      ...{ tone: 'error', title: 'Cancelled: 1 of 3 jobs', text: '2 jobs were left as they are: completed (2).' },
    });
    expect(endToast(operation({ state: 'stopped', done: 1, reason: 'Stopped on request.' }))).toMatchObject({ tone: 'error' });
  });

  it('is in numbers while it runs, jobs that were left alone included', () => {
    const running = operation({ state: 'running', action: 'run-now', matched: 2000, done: 500, failed: 10 });
    expect(doingText(running)).toBe('Making due 2,000 jobs');
    expect(percentOf(running)).toBe(25);
    expect(percentOf(operation({ matched: 0, done: 0 }))).toBe(100);
  });
});

describe('an action on everything that matches', () => {
  const filter = filterOf(new URLSearchParams('queue=mail'));

  it('asks only for the states in which it can be done', () => {
    expect(narrowedTo('run-now', filter)?.state).toEqual(['scheduled', 'retryable']);
    expect(narrowedTo('cancel', { ...filter, state: ['executing', 'completed'] })).toEqual({ ...filter, state: ['executing'] });
  });

  it('asks for nothing when the filter leaves no such state', async () => {
    expect(narrowedTo('cancel', { ...filter, state: ['dead'] })).toBeNull();
    await expect(actOnMatching('cancel', { ...filter, state: ['dead'] })).resolves.toEqual([]);
  });
});
