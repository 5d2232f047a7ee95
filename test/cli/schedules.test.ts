/** Schedules over the local API and on the command line, with the real engine. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EngineProcess } from '../support/engine-process.ts';
import { startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
beforeAll(async () => {
  engine = await startEngineProcess();
});
afterAll(() => engine.dispose());

const run = (...args: string[]) => runInProcess(args, { home: engine.home });
const daily = { cron: '0 30 2 * * *', timeZone: 'Europe/Berlin', task: 'shell.run', payload: { command: 'true' } };

describe('over the local API', () => {
  it('a schedule is made, read, changed, run and deleted, and each answer is as the description says', async () => {
    const { transport, close } = unixFetch(engine.socket);
    const ask = async (method: string, path: string, body?: object) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await transport(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      const text = await answer.text();
      return { status: answer.status, location: answer.headers.get('location'), body: text === '' ? null : JSON.parse(text) };
    };
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema({ $id: 'openapi', ...(await ask('GET', '/openapi.json')).body });
    const fits = (name: string, value: unknown) =>
      expect(ajv.validate({ $ref: `openapi#/components/schemas/${name}` }, value), JSON.stringify(ajv.errors)).toBe(true);

    const made = await ask('POST', '/v1/schedules', { ...daily, name: 'nightly', retry: { maxAttempts: 2 } });
    expect(made).toMatchObject({
      status: 201,
      body: { name: 'nightly', overlap: 'skip', missed: 'once', paused: false, queue: 'default' },
    });
    expect(made.body.nextRuns).toHaveLength(5);
    expect(made.location).toBe(`/v1/schedules/${made.body.id}`);
    fits('Schedule', made.body);
    const address = made.location ?? '';
    expect((await ask('GET', address)).body).toEqual(made.body);

    const ran = await ask('POST', `${address}/run`);
    expect(ran).toMatchObject({ status: 202, location: `/v1/jobs/${ran.body.id}`, body: { scheduleId: made.body.id, slotAt: null } });
    fits('Job', ran.body);
    await engine.client.call('getJob', { params: { id: ran.body.id }, query: { waitMs: 30_000 } });
    const jobs = await ask('GET', `${address}/jobs`);
    expect(jobs).toMatchObject({ status: 200, body: { jobs: [{ id: ran.body.id, state: 'completed' }], next: null } });
    fits('ScheduleJobPage', jobs.body);

    const paused = await ask('PATCH', address, { paused: true, everyMs: 60_000 });
    expect(paused).toMatchObject({ status: 200, body: { paused: true, everyMs: 60_000, cron: null, lastRun: { jobId: ran.body.id } } });
    fits('Schedule', paused.body);
    const page = await ask('GET', '/v1/schedules?limit=1');
    expect(page).toMatchObject({ status: 200, body: { schedules: [{ id: made.body.id }], next: null } });
    fits('SchedulePage', page.body);

    expect(await ask('DELETE', address)).toMatchObject({ status: 204, body: null });
    expect((await ask('GET', address)).body).toMatchObject({ code: 'not-found' });
    expect((await ask('POST', `${address}/run`)).body).toMatchObject({ code: 'not-found' });
    await close();
  });

  it.each([
    ['neither pattern nor interval', { cron: undefined }, ''],
    ['both', { everyMs: 60_000 }, ''],
    ['a pattern that is none', { cron: '0 99 2 * * *' }, '/cron'],
    ['a zone that there is not', { timeZone: 'Europe/Atlantis' }, '/timeZone'],
    ['an interval that is too short', { cron: undefined, everyMs: 10 }, '/everyMs'],
    ['a rule that there is not', { overlap: 'allow' }, '/overlap'],
    ['a payload that its task refuses', { payload: { command: 1 } }, '/payload/command'],
    ['an unknown field', { when: 'later' }, '/when'],
  ])('%s is refused by name', async (_, changes, path) => {
    const body = { ...daily, ...changes } as typeof daily;
    await expect(engine.client.call('makeSchedule', { body })).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [expect.objectContaining({ path })] },
    });
  });

  it('a schedule runs by itself and says so on the event stream', async () => {
    const events = engine.client.events({ kind: ['schedule'] }, null);
    const first = events.next();
    const { id } = await engine.client.call('makeSchedule', {
      body: { everyMs: 200, task: 'shell.run', payload: { command: 'true' }, overlap: 'queue' },
    });
    expect((await first).value).toMatchObject({ event: { type: 'schedule.created', schedule: { id } } });
    for await (const { event } of events) {
      if (event.type !== 'schedule.ran') continue;
      expect(event.schedule).toMatchObject({ id, lastRun: { slotAt: expect.any(String) } });
      break;
    }
    await engine.client.call('deleteSchedule', { params: { id } });
  });
});

describe('on the command line', () => {
  it('a schedule is added, listed, shown, run, paused, resumed and removed, by its name', async () => {
    const added = await run('schedule', 'add', 'shell.run', '--cron', '30 2 * * *', '--time-zone', 'UTC', '--name', 'backup', '--', 'true');
    expect(added.code).toBe(0);
    const id = added.stdout.trim();
    const listed = await run('schedule', 'ls');
    expect(listed.stdout).toMatch(new RegExp(`^${id}  backup  30 2 \\* \\* \\* UTC  shell.run  in \\d+\\w`, 'm'));

    const job = (await run('schedule', 'run', 'backup')).stdout.trim();
    expect((await run('wait', job)).code).toBe(0);
    expect((await run('get', job)).stdout).toContain(`${id}, by hand`);
    expect((await run('schedule', 'pause', 'backup')).stdout).toMatch(/paused +yes/);
    expect((await run('schedule', 'ls')).stdout).toContain('paused');
    expect((await run('schedule', 'resume', id)).code).toBe(0);
    const shown = await run('schedule', 'get', 'backup');
    expect(shown.stdout).toMatch(/^when +30 2 \* \* \* UTC$/m);
    expect(shown.stdout.match(/T02:30:00\.000Z/g)).toHaveLength(5);
    expect(shown.stdout).toContain(`${job}  completed`);
    expect(JSON.parse((await run('schedule', 'ls', '--json')).stdout)).toMatchObject({ schedules: [{ id, payload: { command: 'true' } }] });
    expect((await run('schedule', 'rm', 'backup')).code).toBe(0);
    expect((await run('schedule', 'ls')).stdout).toBe('There are no schedules.\n');
  });

  it('what is wrong is said, with exit code 2', async () => {
    const wrong = async (...args: string[]) => {
      const { code, stderr } = await run('schedule', ...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await wrong('add', 'shell.run', '--', 'true')).toContain('--cron or --every');
    expect(await wrong('add', 'shell.run', '--every', '5m', '--cron', '* * * * *', '--', 'true')).toContain('--cron or --every');
    expect(await wrong('add', 'shell.run', '--cron', 'nightly', '--', 'true')).toContain('five fields');
    expect(await wrong('get', 'nobody')).toContain('no schedule named "nobody"');
    await run('schedule', 'add', 'shell.run', '--every', '1d', '--name', 'twin', '--', 'true');
    await run('schedule', 'add', 'shell.run', '--every', '1d', '--name', 'twin', '--', 'true');
    expect(await wrong('rm', 'twin')).toContain('Several schedules');
  });
});
