import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../contract/events.ts';
import type { JobSummary } from '../../../contract/job.ts';
import type { Operation } from '../../../contract/resources.ts';
import { resultOf } from '../../../renderer/features/dead-letters/bulk-action.ts';
import type { DeadList } from '../../../renderer/features/dead-letters/dead-list.ts';
import { mustRead, withEvents, withPage } from '../../../renderer/features/dead-letters/dead-list.ts';
import { choose, noneChosen } from '../../../renderer/ui/selection.ts';

function job(number: number, part: Partial<JobSummary> = {}): JobSummary {
  const at = new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString();
  return {
    id: `id-${number}`,
    task: 'shell.run',
    queue: 'default',
    mode: 'async',
    lane: 'cpu',
    state: 'dead',
    priority: 0,
    attempt: 5,
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
    startedAt: at,
    finishedAt: at,
    timeoutMs: 1000,
    ...part,
  };
}

const event = (type: JobEvent['type'], about: JobSummary): JobEvent => ({ type, at: about.createdAt, job: about });
const everything = { q: '', task: null };
const ids = (list: DeadList) => list.jobs.map(({ id }) => id);
const list: DeadList = { jobs: [job(9), job(6), job(3)], next: 'more', total: 10 };

describe('the list of dead jobs', () => {
  it('puts a job that dies where its submission belongs', () => {
    const next = withEvents(list, [event('job.dead', job(7)), event('job.dead', job(12))], everything);
    expect(ids(next)).toEqual(['id-12', 'id-9', 'id-7', 'id-6', 'id-3']);
    expect(next.total).toBe(12);
  });

  it('only counts one that lies beyond the pages read so far', () => {
    const next = withEvents(list, [event('job.dead', job(1))], everything);
    expect(ids(next)).toEqual(ids(list));
    expect(next.total).toBe(11);
    expect(ids(withEvents({ ...list, next: null }, [event('job.dead', job(1))], everything)).at(-1)).toBe('id-1');
  });

  it('takes a job out that is redriven or deleted, and counts it once', () => {
    const redriven = event('job.available', job(6, { state: 'available' }));
    const next = withEvents(list, [redriven, redriven, event('job.deleted', job(3))], everything);
    expect(ids(next)).toEqual(['id-9']);
    expect(next.total).toBe(8);
  });

  it('is the same list when nothing of it changed', () => {
    expect(withEvents(list, [event('job.completed', job(50, { state: 'completed' }))], everything)).toBe(list);
    expect(withEvents(list, [event('job.dead', job(50, { task: 'other' }))], { q: '', task: 'shell.run' })).toBe(list);
  });

  it('leaves to the engine what a search finds', () => {
    const died = [event('job.dead', job(50))];
    expect(withEvents(list, died, { q: 'text', task: null })).toBe(list);
    expect(mustRead(died, { q: 'text', task: null })).toBe(true);
    expect(mustRead(died, { q: 'text', task: 'other' })).toBe(false);
    expect(mustRead(died, everything)).toBe(false);
  });

  it('adds a page without doubling what an event brought before', () => {
    const next = withPage(list, { jobs: [job(3), job(2)], next: null, total: 4 });
    expect(ids(next)).toEqual(['id-9', 'id-6', 'id-3', 'id-2']);
    expect(next).toMatchObject({ next: null, total: 4 });
  });
});

describe('choosing rows', () => {
  const rows = [1, 2, 3, 4, 5].map((number) => ({ id: String(number) }));

  it('adds a range from where the last choice was, in both directions', () => {
    const first = choose(noneChosen, rows, 3, 'toggle');
    expect([...choose(first, rows, 1, 'range').ids].sort()).toEqual(['2', '3', '4']);
    expect([...choose(choose(first, rows, 1, 'range'), rows, 4, 'range').ids].sort()).toEqual(['2', '3', '4', '5']);
  });

  it('takes one in and out', () => {
    const two = choose(choose(noneChosen, rows, 0, 'toggle'), rows, 2, 'toggle');
    expect([...choose(two, rows, 0, 'toggle').ids]).toEqual(['3']);
    expect(choose(two, rows, 99, 'toggle')).toEqual(two);
  });
});

describe('what came of an action on many', () => {
  const operation = (part: Partial<Operation>): Operation => ({
    id: 'o',
    action: 'redrive',
    state: 'completed',
    matched: 3,
    done: 3,
    failed: 0,
    ...part,
  });

  it('says how many', () => {
    expect(resultOf('redrive', operation({}))).toEqual({ tone: 'done', title: 'Redriven: 3 jobs' });
    expect(resultOf('discard', operation({ matched: 1, done: 1 }))).toEqual({ tone: 'done', title: 'Discarded: 1 job' });
  });

  it('says what was not done, and why', () => {
    expect(resultOf('redrive', operation({ done: 2, failed: 1 }))).toEqual({
      tone: 'error',
      title: 'Redriven: 2 of 3 jobs',
      text: '1 job was left alone: no longer dead, or another job holds the unique key.',
    });
    expect(resultOf('discard', operation({ done: 1, state: 'failed', reason: 'The disk is full.' }))).toEqual({
      tone: 'error',
      title: 'Discarded: 1 of 3 jobs',
      text: 'The disk is full.',
    });
  });
});
