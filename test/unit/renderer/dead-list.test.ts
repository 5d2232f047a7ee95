import { describe, expect, it } from 'vitest';
import type { JobEvent } from '../../../contract/events.ts';
import type { JobSummary } from '../../../contract/job.ts';
import type { DeadList } from '../../../renderer/features/dead-letters/dead-list.ts';
import { mustRead, withEvents, withPage } from '../../../renderer/features/dead-letters/dead-list.ts';

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
const everything = { q: '', task: null, fingerprint: null };
const ids = (list: DeadList) => list.jobs.map(({ id }) => id);
const list: DeadList = { jobs: [job(9), job(6), job(3)], next: 'more', total: 10 };

describe('the list of dead jobs', () => {
  it('of one cause is read again when a job dies, since an event does not tell of what', () => {
    const filter = { ...everything, fingerprint: '0f3a9c51d27be846' };
    const died = [event('job.dead', job(12))];
    expect(withEvents(list, died, filter)).toBe(list);
    expect(mustRead(died, filter)).toBe(true);
    expect(mustRead(died, everything)).toBe(false);
  });

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
    expect(withEvents(list, [event('job.dead', job(50, { task: 'other' }))], { q: '', task: 'shell.run', fingerprint: null })).toBe(list);
  });

  it('leaves to the engine what a search finds', () => {
    const died = [event('job.dead', job(50))];
    expect(withEvents(list, died, { q: 'text', task: null, fingerprint: null })).toBe(list);
    expect(mustRead(died, { q: 'text', task: null, fingerprint: null })).toBe(true);
    expect(mustRead(died, { q: 'text', task: 'other', fingerprint: null })).toBe(false);
    expect(mustRead(died, everything)).toBe(false);
  });

  it('adds a page without doubling what an event brought before', () => {
    const next = withPage(list, { jobs: [job(3), job(2)], next: null, total: 4 });
    expect(ids(next)).toEqual(['id-9', 'id-6', 'id-3', 'id-2']);
    expect(next).toMatchObject({ next: null, total: 4 });
  });
});
