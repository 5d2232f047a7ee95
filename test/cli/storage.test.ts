import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseBytes } from '../../cli/bytes.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
let home: string;
let elsewhere: string;
beforeAll(async () => {
  home = await makeHome();
  elsewhere = mkdtempSync(join(tmpdir(), 'switchyard-cli-'));
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(join(home, 'tasks', 'text.js'), "export default { lane: 'io', run: ({ length }) => 'x'.repeat(length) };");
  engine = await startEngineProcess({ home });
});
afterAll(async () => {
  await engine.dispose();
  for (const folder of [home, elsewhere]) rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]) => runInProcess(args, { home });
const terminal = { columns: 100, rows: 30 };

describe('acting on everything that a filter matches', () => {
  async function waitingJobs(tag: string, count: number): Promise<void> {
    const jobs = Array.from({ length: count }, () => ({ task: 'text', payload: { length: 1 }, delayMs: 3_600_000, tags: [tag] }));
    await engine.client.call('submitBatch', { body: { jobs } });
  }

  it('cancels, retries, makes due and deletes, each as an operation of the engine', async () => {
    await waitingJobs('all', 30);
    expect(await run('cancel', '--all', '--tag', 'all', '--yes')).toMatchObject({ code: 0, stdout: '30 jobs cancelled.\n' });
    expect((await run('retry', '--all', '--tag', 'all', '--state', 'cancelled')).stdout).toBe('30 jobs in line again.\n');
    await waitingJobs('later', 3);
    expect((await run('run-now', '--all', '--tag', 'later')).stdout).toBe('3 jobs due now.\n');
    const { ids } = {
      ids: (await engine.client.call('listJobs', { query: { tag: ['all', 'later'], limit: 100 } })).jobs.map(({ id }) => id),
    };
    expect((await run('wait', ...ids)).code).toBe(0);
    const { code, stdout } = await run('rm', '--all', '--tag', 'all,later', '--yes', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ action: 'delete', matched: 0 })]);
    expect((await run('rm', '--all', '--tag', 'all', '--tag', 'later', '--yes')).stdout).toBe('33 jobs deleted.\n');
  });

  it('leaves out what has ended when it cancels, unless its state is asked for', async () => {
    await waitingJobs('ended', 3);
    const [{ id = '' } = {}] = (await engine.client.call('listJobs', { query: { tag: ['ended'], limit: 1 } })).jobs;
    expect((await run('cancel', id)).code).toBe(0);
    expect((await run('cancel', '--all', '--tag', 'ended')).stderr).toContain('Cancel 2 jobs?');
    expect(await run('cancel', '--all', '--tag', 'ended', '--yes')).toEqual({ code: 0, stdout: '2 jobs cancelled.\n', stderr: '' });
    expect(await run('cancel', '--all', '--tag', 'ended', '--state', 'cancelled', '--yes')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('3 jobs could not be cancelled'),
    });
  });

  it('counts those that are in no fitting state and says why, with exit code 4', async () => {
    await waitingJobs('fits-not', 2);
    const { code, stdout, stderr } = await run('retry', '--all', '--tag', 'fits-not');
    expect([code, stdout]).toEqual([4, '0 jobs in line again.\n']);
    expect(stderr).toContain('2 jobs could not be in line again: scheduled (2)');
  });

  it('asks before what cannot be taken back, and needs --yes where nobody answers', async () => {
    await waitingJobs('asked', 2);
    for (const command of ['cancel', 'rm']) {
      const { code, stderr } = await run(command, '--all', '--tag', 'asked');
      expect([code, stderr]).toEqual([
        2,
        expect.stringContaining('2 jobs? This cannot be undone. Nobody is at a terminal to answer: say --yes.'),
      ]);
    }
    const declined = await runInProcess(['cancel', '--all', '--tag', 'asked'], { home, terminal, stdin: 'n\n' });
    expect(declined.stderr).toContain('Nothing was done.');
    expect((await run('ls', '--tag', 'asked', '--state', 'scheduled', '--json')).stdout).toContain('"total":2');
    const agreed = await runInProcess(['cancel', '--all', '--tag', 'asked'], { home, terminal, stdin: 'y\n' });
    expect(agreed.stdout).toContain('2 jobs cancelled.');
  });

  it.each([
    [['cancel'], 'cancel needs ID… or --all.'],
    [['rm', 'abc', '--all'], 'Give either ids or --all.'],
    [['retry', 'abc', '--state', 'dead'], 'Filters go with --all.'],
    [['run-now', '--yes'], 'run-now has no option --yes.'],
  ])('%j is wrong use', async (args, message) => {
    expect(await run(...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe('large results', () => {
  it('are printed by submit --wait and get --result as small ones are, and named by get', async () => {
    const length = 2_000_000;
    const submitted = await run('submit', 'text', '--payload', JSON.stringify({ length }), '--wait');
    expect(submitted.stdout).toHaveLength(length + 3);
    const [{ id = '' } = {}] = (await engine.client.call('listJobs', { query: { limit: 1 } })).jobs;
    expect((await run('get', id)).stdout).toContain(`1.9 MiB in results/${id}-1.json of the home: switchyard get ${id} --result`);
    expect((await run('get', id, '--result')).stdout).toBe(submitted.stdout);
    expect(JSON.parse((await run('get', id, '--json')).stdout)).toMatchObject({ result: null, resultFile: { bytes: length + 2 } });
    expect((await run('rm', id)).code).toBe(0);
    expect(existsSync(join(home, 'results', `${id}-1.json`))).toBe(false);
  });

  it('of jobs that have none are refused', async () => {
    const { id } = await engine.client.call('submitJob', { body: { task: 'text', delayMs: 60_000 } });
    expect(await run('get', id, '--result')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('only a completed job has a result'),
    });
  });
});

describe('retention', () => {
  it('is shown and set, by age, number and size', async () => {
    expect((await run('retention')).stdout).toMatch(/completed +7d +any number/);
    const { code, stdout } = await run(
      'retention',
      'set',
      '--completed',
      '12h',
      '--dead',
      'none',
      '--dead-count',
      '500',
      '--max-size',
      '2G',
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/completed +12h +any number/);
    expect(stdout).toMatch(/dead +ever +500 jobs/);
    expect(stdout).toContain('of 2.0 GiB');
    expect(JSON.parse((await run('retention', '--json')).stdout)).toMatchObject({
      dead: { forMs: null, count: 500 },
      maxBytes: 2 * 1024 ** 3,
    });
  });

  it.each([
    [['set'], 'needs something to set'],
    [['set', '--completed', 'soon'], '--completed must be a duration'],
    [['set', '--dead-count', '1.5'], '--dead-count must be a whole number'],
    [['set', '--max-size', '1K'], '--max-size must be a size from 16MB on'],
    [['show'], 'does not know what to do with "show"'],
  ])('%j is wrong use', async (args, message) => {
    expect(await run('retention', ...args)).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });

  it.each([
    ['500', 500],
    ['1.5 GiB', 1.5 * 1024 ** 3],
    ['20mb', 20 * 1024 ** 2],
    ['2T', 2 * 1024 ** 4],
    ['many', null],
    ['-1', null],
  ])('reads the size %s', (text, bytes) => {
    expect(parseBytes(text)).toBe(bytes);
  });
});

describe('backup', () => {
  it('is written while the engine runs, never over another one unless told to', async () => {
    const file = join(elsewhere, 'running.db');
    expect(await run('backup', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('checked and synced') });
    expect(await run('backup', file)).toMatchObject({ code: 4, stderr: expect.stringContaining('is there already') });
    expect(JSON.parse((await run('backup', file, '--force', '--json')).stdout)).toMatchObject({ state: 'completed', path: file });
    expect(await run('backup', join(home, 'inside.db'))).toMatchObject({ code: 2, stderr: expect.stringContaining('outside of the home') });
    expect(await run('backup', join(elsewhere, 'no', 'folder.db'))).toMatchObject({ code: 2 });
    expect(readdirSync(elsewhere)).toEqual(['running.db']);
  });

  it('of a home that is not there is refused, and makes none', async () => {
    const nowhere = join(elsewhere, 'no-home');
    expect(await runInProcess(['backup', join(elsewhere, 'nothing.db')], { home: nowhere, env: {} })).toMatchObject({
      code: 4,
      stderr: expect.stringContaining(`There is no database in ${nowhere} yet, so there is nothing to back up`),
    });
    expect(existsSync(nowhere)).toBe(false);
  });

  it('is written without an engine too, and from nothing it is refused', async () => {
    const empty = await makeHome();
    const nothing = await runInProcess(['backup', join(elsewhere, 'nothing.db')], { home: empty, env: { PATH: process.env.PATH ?? '' } });
    expect(nothing).toMatchObject({ code: 4, stderr: expect.stringContaining('nothing to back up') });
    const other = await startEngineProcess({ home: empty });
    const { id } = await other.client.call('submitJob', { body: { task: 'shell.run', payload: { command: 'true' }, delayMs: 60_000 } });
    await other.kill();
    const file = join(elsewhere, 'alone.db');
    expect(await runInProcess(['backup', file], { home: empty, env: {} })).toMatchObject({ code: 0 });
    const db = new Database(file, { readonly: true });
    expect(db.prepare('SELECT state FROM jobs').pluck().all()).toEqual(['scheduled']);
    db.close();
    expect(id).not.toBe('');
    rmSync(empty, { recursive: true });
  });
});

it('doctor looks at the database without an engine too, and finds what is broken', async () => {
  const other = await makeHome();
  const was = await startEngineProcess({ home: other });
  await was.stop();
  const doctor = () => runInProcess(['doctor'], { home: other });
  expect((await doctor()).stdout).toMatch(/ok +Integrity +the database is sound/);
  const file = join(other, 'switchyard.db');
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.fill(0x55, 4096 * 3, 4096 * 6));
  const { code, stdout } = await doctor();
  expect(code).toBe(1);
  expect(stdout).toMatch(/fail +Integrity +The database is damaged: /);
  expect(stdout).toContain('go back to a backup');
  rmSync(other, { recursive: true });
});

it('doctor looks at the database, and says what a paused queue holds up', async () => {
  await engine.client.call('makeQueue', { params: { name: 'held-up' }, body: { paused: true } });
  await engine.client.call('submitJob', { body: { task: 'text', queue: 'held-up', payload: { length: 1 }, mode: 'async' } });
  const { code, stdout } = await run('doctor', '--deep');
  expect(code).toBe(0);
  expect(stdout).toMatch(/ok +Integrity +the database is sound/);
  expect(stdout).toMatch(/warn +Queue +held-up is paused; 1 job waits, the next one for/);
  expect(stdout).toContain('Nothing of it starts until it is resumed');
});
