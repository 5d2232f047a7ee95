import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noneMatch } from '../../engine/api/entity-tag.ts';
import { pollHeaders } from '../../engine/api/job-handlers.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

const submit = async () => (await t.client.call('submitJob', { body: { task: 'slow', mode: 'async' } })).id;

describe('reading a job', () => {
  test('gives a tag with which nothing is sent again until it changes', async () => {
    const id = await submit();
    const first = await t.request(`/v1/jobs/${id}`);
    const tag = String(first.headers.etag);
    expect(tag).toMatch(/^"[\w-]+"$/);
    for (const header of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
      const unchanged = await t.request(`/v1/jobs/${id}`, { headers: { 'if-none-match': header } });
      expect(unchanged).toMatchObject({ status: 304, text: '', headers: { etag: tag } });
    }
    expect((await t.request(`/v1/jobs/${id}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    t.backend.finish(id, 1);
    const changed = await t.request(`/v1/jobs/${id}`, { headers: { 'if-none-match': tag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.etag).not.toBe(tag);
    expect(changed.headers['retry-after']).toBeUndefined();
  });

  test('waits for its end when asked to', async () => {
    const id = await submit();
    const come = t.backend.nextChange();
    const waiting = t.request(`/v1/jobs/${id}?waitMs=60000`);
    await come;
    t.backend.finish(id, { sum: 3 });
    expect((await waiting).json()).toMatchObject({ state: 'completed', result: { sum: 3 } });
  });

  test('that waits past its bound gives the job as it is', async () => {
    const id = await submit();
    const reply = await t.request(`/v1/jobs/${id}?waitMs=1`);
    expect(reply.status).toBe(200);
    expect(reply.json()).toMatchObject({ state: 'available' });
    expect(reply.headers['retry-after']).toBe('1');
  });

  test('is answered when the job is deleted meanwhile', async () => {
    const id = await submit();
    const come = t.backend.nextChange();
    const waiting = t.request(`/v1/jobs/${id}?waitMs=60000`);
    await come;
    expect((await t.request(`/v1/jobs/${id}`, { method: 'DELETE' })).status).toBe(204);
    expect((await waiting).status).toBe(404);
  });

  test('suggests the next look after a tenth of the job’s age', async () => {
    const id = await submit();
    const before = t.clock.now;
    t.clock.now += 95_000;
    expect((await t.request(`/v1/jobs/${id}`)).headers['retry-after']).toBe('10');
    t.clock.now = before;
  });
});

test.each([
  ['available', 0, 0, '1'],
  ['executing', 4_000, 0, '1'],
  ['executing', 30_000, 0, '3'],
  ['executing', 86_400_000, 0, '60'],
  ['scheduled', 0, 5_500, '6'],
  ['scheduled', 0, 3_600_000, '60'],
  ['retryable', 100_000, 2_000, '10'],
  ['available', 0, 3_600_000, '1'],
] as const)('a job that is %s, %i ms old and due in %i ms is to be looked at again after %s s', (state, age, due, seconds) => {
  const now = 1_800_000_000_000;
  const job = { state, createdAt: new Date(now - age).toISOString(), runAt: new Date(now + due).toISOString() };
  expect(pollHeaders(job, now)).toEqual(['Retry-After', seconds]);
});

test.each([
  [undefined, true],
  ['', true],
  ['*', false],
  ['"a"', false],
  ['W/"a"', false],
  ['"b","a"', false],
  ['"b" , W/"c"', true],
  ['a', true],
  ['"a', true],
])('If-None-Match: %s', (header, sends) => {
  expect(noneMatch(header, '"a"')).toBe(sends);
});

describe('every other call', () => {
  test('on a job answers with the job, or says in which state it is', async () => {
    const id = await submit();
    expect(await t.client.call('patchJob', { params: { id }, body: { priority: 5, tags: ['x'] } })).toMatchObject({
      priority: 5,
      tags: ['x'],
    });
    await expect(t.client.call('runJobNow', { params: { id } })).rejects.toMatchObject({ code: 'wrong-state', status: 409 });
    expect(await t.client.call('cancelJob', { params: { id } })).toMatchObject({ state: 'cancelled' });
    expect(await t.client.call('retryJob', { params: { id } })).toMatchObject({ state: 'available' });
    expect(await t.client.call('listAttempts', { params: { id } })).toEqual({ attempts: [], next: null });
    t.backend.log(id, 'one', 'two');
    expect((await t.client.call('readLogs', { params: { id }, query: { limit: 1 } })).lines).toMatchObject([{ text: 'one' }]);
    const deleted = await t.request(`/v1/jobs/${id}`, { method: 'DELETE' });
    expect(deleted).toMatchObject({ status: 204, text: '' });
    expect(deleted.headers['content-length']).toBeUndefined();
    await expect(t.client.call('getJob', { params: { id } })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('that changes nothing is refused', async () => {
    const id = await submit();
    const reply = await t.request(`/v1/jobs/${id}`, { method: 'PATCH', body: '{}' });
    expect(reply.status).toBe(400);
    expect(reply.problem().errors?.[0]?.message).toContain('must change something');
  });

  test('on dead letters lists only dead jobs and answers with an operation', async () => {
    await t.client.call('submitJob', { body: { task: 'fail', mode: 'sync' } }).catch(() => {});
    const { jobs } = await t.client.call('listDeadLetters', {});
    expect(jobs.length).toBeGreaterThan(0);
    expect(new Set(jobs.map(({ state }) => state))).toEqual(new Set(['dead']));
    const { status, body } = await t.client.ask('redriveDeadLetters', { body: { ids: jobs.map(({ id }) => id) } });
    expect(status).toBe(202);
    expect(await t.client.call('getOperation', { params: { id: body.id } })).toEqual(body);
    expect((await t.client.ask('discardDeadLetters', { body: { ids: ['gone'] } })).status).toBe(202);
    await expect(t.client.call('discardDeadLetters', { body: { ids: [] } })).rejects.toMatchObject({
      extras: { errors: [{ path: '/ids' }] },
    });
  });

  test('on queues makes, reads and changes them', async () => {
    const params = { name: 'photos' };
    expect(await t.client.call('makeQueue', { params, body: { concurrency: 3 } })).toMatchObject({ name: 'photos', concurrency: 3 });
    expect(await t.client.call('patchQueue', { params, body: { paused: true } })).toMatchObject({ paused: true, concurrency: 3 });
    expect(await t.client.call('getQueue', { params })).toMatchObject({ paused: true });
    expect((await t.client.call('listQueues', {})).queues.map(({ name }) => name)).toContain('photos');
    const refused = await t.request('/v1/queues/no%20name', { method: 'PUT', body: '{}' });
    expect(refused.problem().errors?.[0]?.path).toBe('name');
  });

  test('on the engine answers with what it is given', async () => {
    expect((await t.client.call('listTasks', {})).tasks.map(({ name }) => name)).toEqual(['echo', 'fail', 'slow']);
    expect(await t.client.call('getTask', { params: { name: 'echo' } })).toMatchObject({ name: 'echo' });
    expect(await t.client.call('getWorkers', {})).toMatchObject({ lanes: [{ name: 'io' }] });
    expect((await t.client.call('getStats', {})).counts).toMatchObject({ dead: expect.any(Number) });
    expect(await t.client.call('getInfo', {})).toMatchObject({ name: 'switchyard', version: '1.2.3' });
    t.health.current = { status: 'degraded', detail: 'the disk is full' };
    expect(await t.client.call('getHealth', {})).toEqual({ status: 'degraded', detail: 'the disk is full' });
    t.health.current = { status: 'ok', detail: null };
  });

  test('for a series covers the last quarter of an hour unless told otherwise', async () => {
    await t.client.call('getSeries', {});
    expect(t.backend.seriesAsked.at(-1)).toEqual({ from: t.clock.now - 900_000, to: t.clock.now, stepMs: undefined });
    await t.client.call('getSeries', { query: { from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z', stepMs: 60_000 } });
    expect(t.backend.seriesAsked.at(-1)).toEqual({ from: 1_767_225_600_000, to: 1_767_229_200_000, stepMs: 60_000 });
  });
});
