/** An engine that answers with what it found in the time that it has: little, or nothing yet. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Job } from '../../contract/job.ts';
import type { JobPage } from '../../contract/routes.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';
import { runInProcess } from './run-in-process.ts';

let api: TestApi;
let home: string;
let jobs: Job[];
/** Pages that were read. */
let read: number;
beforeEach(async () => {
  api = await startTestApi();
  home = mkdtempSync(join(tmpdir(), 'switchyard-cli-'));
  const { socket } = api;
  writeFileSync(
    join(home, 'engine.json'),
    JSON.stringify({ pid: process.pid, version: '1.2.3', socket, startedAt: new Date().toISOString() }),
  );
  for (const task of ['echo', 'slow']) await api.client.call('submitJob', { body: { task, mode: 'async' } });
  jobs = (await api.client.call('listJobs', { query: {} })).jobs;
});
afterEach(async () => {
  await api.close();
  rmSync(home, { recursive: true });
});

/** The pages in their order, each but the last with the number of the next as its cursor. */
function answerWith(pages: Omit<JobPage, 'next' | 'estimate'>[]): void {
  read = 0;
  api.backend.listJobs = async ({ cursor }) => {
    const place = Number(cursor ?? 0);
    const page = pages[place];
    if (!page) throw new Error(`there is no page ${place}`);
    read += 1;
    return { ...page, estimate: page.total, next: place + 1 < pages.length ? String(place + 1) : null };
  };
}

const terminal = { columns: 200, rows: 50 };
const nothingYet = { jobs: [], total: 0, exact: false };

it('a list goes on over empty pages to what is found at last', async () => {
  answerWith([
    nothingYet,
    nothingYet,
    { jobs: jobs.slice(0, 1), total: 1, exact: false },
    nothingYet,
    { jobs: jobs.slice(1), total: 1, exact: false },
  ]);
  const { code, stdout, stderr } = await runInProcess(['ls', '--q', 'x'], { home });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const { id } of jobs) expect(stdout).toContain(id);
});

it('nothing is said to be found only after the last page', async () => {
  answerWith([nothingYet, nothingYet]);
  const { stdout, stderr } = await runInProcess(['ls', '--q', 'x'], { home, terminal });
  expect(stdout).toBe('');
  expect(read).toBe(2);
  expect(stderr).toContain('There is no such job.');
});

it('how many there are is the most that a page counted, and said to be the least that there can be', async () => {
  answerWith([{ jobs: jobs.slice(0, 1), total: 7, exact: false }, { jobs: jobs.slice(1), total: 2, exact: false }, nothingYet]);
  const { stderr } = await runInProcess(['ls', '--q', 'x', '--limit', '2'], { home, terminal });
  expect(stderr).toContain('2 jobs of at least 7');
  const json = await runInProcess(['ls', '--q', 'x', '--limit', '2', '--json'], { home });
  expect(JSON.parse(json.stdout)).toMatchObject({ next: '2', total: 7, exact: false });
});
