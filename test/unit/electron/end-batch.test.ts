import { expect, test } from 'vitest';
import type { JobSummary } from '../../../contract/job.ts';
import { type EndBatch, emptyBatch, takeDue, withEnd } from '../../../electron/end-batch.ts';

function dead(id: string, changes: Partial<JobSummary> = {}): JobSummary {
  const at = '2026-01-01T00:00:00.000Z';
  return {
    ...{ id, task: 'shell.run', queue: 'default', mode: 'async', lane: 'cpu', state: 'dead', priority: 0, attempt: 5, maxAttempts: 5 },
    ...{ error: { name: 'Error', message: 'exit code 1' }, progress: null, tags: [], uniqueKey: null, workflowId: null },
    ...{ scheduleId: null, slotAt: null, purpose: 'run', compensates: null, compensation: null },
    ...{ createdAt: at, runAt: at, startedAt: at, finishedAt: at, timeoutMs: 60_000 },
    ...changes,
  };
}

function died(batch: EndBatch, count: number, now: number): EndBatch {
  return Array.from({ length: count }, (_, index) => dead(`job-${index}`)).reduce((each, job) => withEnd(each, job, now), batch);
}

test('a death is told with its task, its reason and its tags, and leads to the job', () => {
  const batch = withEnd(emptyBatch(), dead('a b', { tags: ['nightly', 'photos'] }), 0);
  expect(batch.dueAt).toBe(1500);
  expect(takeDue(batch, 1499).notices).toEqual([]);
  expect(takeDue(batch, 1500).notices).toEqual([
    { title: 'shell.run died', body: 'exit code 1\nnightly · photos', path: '/jobs?job=a%20b' },
  ]);
});

test('only the first line of a reason is told, and not all of a long one', () => {
  const batch = withEnd(emptyBatch(), dead('a', { error: { name: 'Error', message: `${'x'.repeat(500)}\nat line 2` } }), 0);
  const [notice] = takeDue(batch, 1500).notices;
  expect(notice?.body).toHaveLength(240);
  expect(notice?.body.endsWith('…')).toBe(true);
});

test('two deaths are told one by one, three as one', () => {
  expect(takeDue(died(emptyBatch(), 2, 0), 1500).notices.map(({ title }) => title)).toEqual(['shell.run died', 'shell.run died']);
  expect(takeDue(died(emptyBatch(), 3, 0), 1500).notices).toEqual([{ title: '3 jobs died', body: 'shell.run', path: '/dead-letters' }]);
});

test('a summary names up to three tasks', () => {
  const tasks = ['a', 'b', 'a', 'c', 'd', 'e'];
  const batch = tasks.reduce((each, task) => withEnd(each, dead(task, { task }), 0), emptyBatch());
  expect(takeDue(batch, 1500).notices).toMatchObject([{ title: '6 jobs died', body: 'a, b, c and others' }]);
});

test('after a round it stays quiet for ten seconds, and nothing that died meanwhile is left out', () => {
  const { rest } = takeDue(died(emptyBatch(), 1, 0), 1500);
  const during = died(rest, 12, 2000);
  expect(during.dueAt).toBe(11_500);
  expect(takeDue(during, 11_499).notices).toEqual([]);
  expect(takeDue(during, 11_500).notices).toMatchObject([{ title: '12 jobs died' }]);
});

test('a hundred thousand deaths hold no more than two jobs', () => {
  const batch = died(emptyBatch(), 100_000, 0);
  expect(batch.first).toHaveLength(2);
  expect(takeDue(batch, 1500).notices).toMatchObject([{ title: '100,000 jobs died' }]);
});

test('a job that asked for it is told of with the word for its end', () => {
  const told = (changes: Partial<JobSummary>) => takeDue(withEnd(emptyBatch(), dead('a', changes), 0), 1500).notices;
  expect(told({ state: 'completed', error: null, tags: ['nightly'] })).toEqual([
    { title: 'shell.run completed', body: 'nightly', path: '/jobs?job=a' },
  ]);
  expect(told({ state: 'cancelled', error: { name: 'Cancelled', message: 'Cancelled while it ran.' } })).toMatchObject([
    { title: 'shell.run cancelled', body: 'Cancelled while it ran.' },
  ]);
});

test('a summary says how many of those that ended are dead, and leads to them if there are any', () => {
  const ends = (states: JobSummary['state'][]) =>
    takeDue(
      states.reduce((batch, state, index) => withEnd(batch, dead(`job-${index}`, { state }), 0), emptyBatch()),
      1500,
    ).notices;
  expect(ends(['completed', 'completed', 'cancelled'])).toMatchObject([{ title: '3 jobs ended', path: '/jobs' }]);
  expect(ends(['completed', 'dead', 'completed', 'dead'])).toMatchObject([
    { title: '4 jobs ended, 2 of them dead', path: '/dead-letters' },
  ]);
});
