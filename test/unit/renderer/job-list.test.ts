import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JobEvent } from '../../../contract/events.ts';
import { filterOf } from '../../../renderer/features/jobs/job-filter.ts';
import { JobList } from '../../../renderer/features/jobs/job-list.ts';

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
