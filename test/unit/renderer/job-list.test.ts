import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JobEvent } from '../../../contract/events.ts';
import { filterOf } from '../../../renderer/features/jobs/job-filter.ts';
import { JobList, type JobListState } from '../../../renderer/features/jobs/job-list.ts';
import { emptyWindow, withTotal } from '../../../renderer/features/jobs/job-window.ts';

/** Answers the next list that is asked for. */
let answer: (page: object) => void;
beforeEach(() => {
  vi.stubGlobal('fetch', () => {
    const { promise, resolve } = Promise.withResolvers<Response>();
    answer = (page) => resolve(new Response(JSON.stringify(page), { headers: { 'content-type': 'application/json' } }));
    return promise;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const job = (state: string) => ({ id: '1', state, task: 'shell.run', queue: 'default', mode: 'async', tags: [], payload: {} });
const page = (state: string) => ({ jobs: [job(state)], next: null, total: 1, exact: true });
const event = (state: string) => ({ type: `job.${state}`, at: '2026-01-31T00:00:00.000Z', job: job(state) }) as unknown as JobEvent;

async function shown(list: JobList): Promise<string | undefined> {
  await new Promise((resolve) => list.subscribe(() => setImmediate(() => resolve(undefined))));
  return list.state().rows[0]?.state;
}

test('what a job came to while the list was read for the first time is what the list shows', async () => {
  const list = new JobList(filterOf(new URLSearchParams()));
  list.reload();
  list.follow([event('completed')]);
  answer(page('executing'));
  expect(await shown(list)).toBe('completed');
  list.close();
});

test('what a job came to while the list was read again is not taken back by what was read', async () => {
  const list = new JobList(filterOf(new URLSearchParams()));
  list.reload();
  answer(page('executing'));
  expect(await shown(list)).toBe('executing');
  list.reload();
  list.follow([event('completed')]);
  answer(page('executing'));
  expect(await shown(list)).toBe('completed');
  list.close();
});

/** Answers every list at once, by its cursor; what was asked for is noted. */
function answerPages(pages: Record<string, object>): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (url: string) => {
    const cursor = new URL(url, 'http://engine').searchParams.get('cursor') ?? 'first';
    asked.push(cursor);
    return new Response(JSON.stringify(pages[cursor]), { headers: { 'content-type': 'application/json' } });
  });
  return asked;
}

const numbered = (id: string) => ({ ...job('available'), id });
const found = (next: string | null, ...ids: string[]) => ({ jobs: ids.map(numbered), next, total: ids.length, exact: false });

async function settled(list: JobList): Promise<void> {
  while (list.state().status === 'loading' || !list.state().exact)
    await new Promise<void>((resolve) => list.subscribe(() => setImmediate(resolve)));
}

test('a list whose first pages are empty is not an empty list: it reads on to what there is, and to its end', async () => {
  const asked = answerPages({ first: found('a'), a: found('b'), b: found('c', '5'), c: found('d'), d: found(null, '2') });
  const list = new JobList(filterOf(new URLSearchParams('q=x')));
  const states: JobListState[] = [];
  list.subscribe(() => states.push(list.state()));
  list.reload();
  await settled(list);
  expect(states[0]).toMatchObject({ status: 'ready', rows: [], exact: false });
  expect(list.state()).toMatchObject({ total: 2, exact: true, error: undefined });
  expect(list.state().rows.map(({ id }) => id)).toEqual(['5', '2']);
  expect(asked).toEqual(['first', 'a', 'b', 'c', 'd']);
  list.close();
});

test('a list in which nothing is found is empty only once its last page was read', async () => {
  const asked = answerPages({ first: found('a'), a: found('b'), b: found(null) });
  const list = new JobList(filterOf(new URLSearchParams('q=x')));
  list.reload();
  await settled(list);
  expect(list.state()).toMatchObject({ rows: [], total: 0, exact: true });
  expect(asked).toEqual(['first', 'a', 'b']);
  list.close();
});

test('a list that is known to its end stays so when a later count was cut short', () => {
  const window = { ...emptyWindow, rows: [], total: 5, exact: true };
  expect(withTotal(window, 3, false)).toBe(window);
  expect(withTotal(window, 9, false)).toMatchObject({ total: 9, exact: false });
  expect(withTotal(window, 3, true)).toMatchObject({ total: 3, exact: true });
});
