import { expect, test } from 'vitest';
import type { JobSummary } from '../../../contract/job.ts';
import { filterOf, isFiltered, matches, queryOf, totalIn } from '../../../renderer/features/jobs/job-filter.ts';
import { previewOf } from '../../../renderer/features/jobs/payload-preview.ts';

const job = {
  id: '1',
  task: 'shell.run',
  queue: 'photos',
  mode: 'async',
  state: 'dead',
  tags: ['nightly', 'big'],
  createdAt: '2026-11-22T12:00:00.000Z',
} as JobSummary;

const of = (query: string) => filterOf(new URLSearchParams(query));

test('a filter is read from the address, and what means nothing in it is left out', () => {
  const filter = of(
    'state=dead&state=nonsense&state=retryable&mode=quickly&q=%20disk%20&createdAfter=yesterday&createdBefore=2026-11-22T13:00:00Z',
  );
  expect(queryOf(filter)).toEqual({ state: ['retryable', 'dead'], q: 'disk', createdBefore: '2026-11-22T13:00:00.000Z' });
  expect(isFiltered(of('job=1&focus=search'))).toBe(false);
});

test.each([
  ['', 'yes'],
  ['state=dead&state=retryable', 'yes'],
  ['state=completed', 'no'],
  ['queue=photos&task=shell.run&mode=async', 'yes'],
  ['queue=mail', 'no'],
  ['tag=small&tag=big', 'yes'],
  ['tag=small', 'no'],
  ['createdAfter=2026-11-22T12:00:00.000Z', 'yes'],
  ['createdAfter=2026-11-22T12:00:00.001Z', 'no'],
  ['createdBefore=2026-11-22T12:00:00.000Z', 'no'],
  ['q=disk', 'unknown'],
  ['q=disk&state=completed', 'no'],
])('under "%s" the job belongs: %s', (query, answer) => {
  expect(matches(of(query), job)).toBe(answer);
});

test('the counts by state tell the length of a list that is narrowed by state alone', () => {
  const counts = { blocked: 0, scheduled: 1, available: 2, executing: 3, retryable: 4, completed: 5, dead: 6, cancelled: 7 };
  expect(totalIn(counts, of(''))).toBe(28);
  expect(totalIn(counts, of('state=dead&state=retryable'))).toBe(10);
  expect(totalIn(counts, of('state=dead&queue=mail'))).toBeUndefined();
});

test.each([
  [{ command: 'convert', args: ['a b.png', 'c.webp'] }, 'convert "a b.png" c.webp'],
  [{ command: 'echo one\n  two', shell: true }, 'echo one two'],
  [{ url: 'https://example.com/' }, 'GET https://example.com/'],
  [{ url: 'https://example.com/', method: 'POST' }, 'POST https://example.com/'],
  [{ input: '/a.jpg', output: '/a.webp' }, '/a.jpg → /a.webp'],
  [{ paths: ['/etc', '/home'] }, '/etc /home'],
  [{ to: 'a@example.com', count: 3 }, 'to: a@example.com, count: 3'],
  [{}, ''],
])('the payload %j is told in a line', (payload, line) => {
  expect(previewOf({ payload })).toBe(line);
});

test('a long payload is cut', () => {
  expect(previewOf({ payload: { text: 'x'.repeat(1000) } })).toHaveLength(160);
});
