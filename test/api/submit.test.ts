import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Problem } from '../../contract/errors.ts';
import type { Job } from '../../contract/job.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

const post = (body: unknown, headers: Record<string, string> = {}, path = '/v1/jobs') =>
  t.request(path, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body), headers });

describe('a submission', () => {
  test('that is queued is answered with 202, where to find the job and when to look', async () => {
    const reply = await post({ task: 'echo', mode: 'async', payload: { a: 1 } });
    const job = reply.json() as Job;
    expect(reply.status).toBe(202);
    expect(reply.headers).toMatchObject({ location: `/v1/jobs/${job.id}`, 'retry-after': '1' });
    expect(reply.headers['preference-applied']).toBeUndefined();
    expect(reply.headers['idempotency-replayed']).toBeUndefined();
    expect(job).toMatchObject({ task: 'echo', state: 'available', payload: { a: 1 } });
  });

  test('that ends at once is answered with 200 and the result', async () => {
    const { status, body } = await t.client.ask('submitJob', { body: { task: 'echo', mode: 'sync', payload: { a: 1 } } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'completed', result: { a: 1 } });
  });

  test('that fails is answered with the problem, the job’s id and the task’s own error', async () => {
    const failure = t.client.call('submitJob', { body: { task: 'fail', mode: 'sync' } });
    await expect(failure).rejects.toMatchObject({
      code: 'task-failed',
      status: 500,
      extras: { jobId: expect.any(String), error: { message: 'it failed' } },
    });
  });

  test('for a later time suggests to look when it is due', async () => {
    const reply = await post({ task: 'echo', mode: 'async', delayMs: 12_300 });
    expect(reply.headers['retry-after']).toBe('13');
  });

  test('is read with its defaults filled in', async () => {
    await post({ task: 'echo' });
    expect(t.backend.submitted.at(-1)).toEqual({
      submission: { task: 'echo', payload: {}, mode: 'auto', priority: 0, delayMs: 0, runAt: null, tags: [] },
      options: { respondAsync: false, waitMs: undefined, idempotency: undefined },
    });
  });

  test('hands on what the caller prefers; waitMs in the body goes before the header', async () => {
    const asked = async (body: object, prefer: string) => {
      const reply = await post({ task: 'echo', mode: 'sync', ...body }, { prefer });
      const options = t.backend.submitted.at(-1)?.options;
      return { respondAsync: options?.respondAsync, waitMs: options?.waitMs, applied: reply.headers['preference-applied'] };
    };
    expect(await asked({}, 'respond-async')).toEqual({ respondAsync: true, waitMs: undefined, applied: 'respond-async' });
    expect(await asked({}, 'handling=strict, wait=7')).toEqual({ respondAsync: false, waitMs: 7_000, applied: 'wait=7' });
    expect(await asked({}, 'wait=3600')).toEqual({ respondAsync: false, waitMs: 60_000, applied: 'wait=60' });
    expect(await asked({ waitMs: 250 }, 'wait=7')).toMatchObject({ waitMs: 250 });
    expect(await asked({}, 'nonsense="')).toEqual({ respondAsync: false, waitMs: undefined, applied: undefined });
  });

  test('that waits is answered with the same job, ended or not', async () => {
    const come = t.backend.nextChange();
    const ended = post({ task: 'slow' }, { prefer: 'wait=30' });
    await come;
    const id = (await t.client.call('listJobs', { query: { limit: 1 } })).jobs[0]?.id ?? '';
    t.backend.finish(id, 'done');
    expect(await ended).toMatchObject({ status: 200 });
    expect((await ended).json()).toMatchObject({ id, state: 'completed', result: 'done' });

    const bounded = await post({ task: 'slow', waitMs: 5 });
    expect(bounded.status).toBe(202);
    expect(bounded.headers.location).toBe(`/v1/jobs/${(bounded.json() as Job).id}`);
  });

  test('with a key gives the same job to the same body, and a refusal to another', async () => {
    const body = '{"task":"echo","mode":"async"}';
    const first = await post(body, { 'idempotency-key': 'key-1' });
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect(t.backend.submitted.at(-1)?.options.idempotency).toEqual({ key: 'key-1', bodyHash: hash('sha256', body) });
    const again = await post(body, { 'idempotency-key': 'key-1' });
    expect(again).toMatchObject({ status: first.status, headers: { 'idempotency-replayed': 'true' } });
    expect((again.json() as Job).id).toBe((first.json() as Job).id);
    const other = await post('{"task":"echo"}', { 'idempotency-key': 'key-1' });
    expect(other.status).toBe(422);
    expect(other.problem().code).toBe('idempotency-mismatch');
  });

  test.each(['', ' ', 'a b', 'x'.repeat(256), 'caf\u00e9'])('with the key %j is refused by the name of the header', async (key) => {
    const reply = await post({ task: 'echo' }, { 'idempotency-key': key });
    expect(reply.status).toBe(400);
    expect(reply.problem().errors).toEqual([{ path: 'Idempotency-Key', message: 'must be 1 to 255 visible ASCII characters' }]);
  });

  test('that failed before says that its failure is the one of before, in a header and not in the body', async () => {
    t.backend.failNext(new Problem('task-failed', 'The task failed: no', { jobId: 'one', isReplay: true }));
    const reply = await post({ task: 'fail', mode: 'sync' }, { 'idempotency-key': 'key-2' });
    expect(reply).toMatchObject({ status: 500, headers: { 'idempotency-replayed': 'true' } });
    expect(reply.json()).not.toHaveProperty('isReplay');
  });

  test('that cannot be taken now says when to come back', async () => {
    t.backend.failNext(new Problem('lane-saturated', 'The interactive lane is full.', { retryAfterMs: 1_200 }));
    const reply = await post({ task: 'echo' });
    expect(reply.status).toBe(503);
    expect(reply.headers['retry-after']).toBe('2');
    expect(reply.problem()).not.toHaveProperty('retryAfterMs');
  });

  test.each([
    [{}, '/task', 'is required: must be a string'],
    [{ task: 1 }, '/task', 'must be a string, not a number'],
    [{ task: ['echo'] }, '/task', 'must be a string, not a list'],
    [{ task: '' }, '/task', 'must not be empty'],
    [{ task: '../etc' }, '/task', expect.stringContaining('must be letters, digits')],
    [{ task: 'x'.repeat(101) }, '/task', 'must have at most 100 characters'],
    [{ task: 'echo', payload: [] }, '/payload', 'must be a JSON object'],
    [{ task: 'echo', payload: 'x' }, '/payload', 'must be a JSON object'],
    [{ task: 'echo', payload: null }, '/payload', 'must be a JSON object'],
    [{ task: 'echo', mode: 'later' }, '/mode', 'must be "sync", "async", "hybrid" or "auto"'],
    [{ task: 'echo', queue: 7 }, '/queue', 'must be a string, not a number'],
    [{ task: 'echo', priority: 101 }, '/priority', 'must be at most 100'],
    [{ task: 'echo', priority: 1.5 }, '/priority', 'must be a whole number, not a fraction'],
    [{ task: 'echo', priority: '5' }, '/priority', 'must be a number, not a string'],
    [{ task: 'echo', delayMs: -1 }, '/delayMs', 'must be at least 0'],
    [{ task: 'echo', runAt: 'soon' }, '/runAt', expect.stringContaining('must be a time')],
    [{ task: 'echo', timeoutMs: 0 }, '/timeoutMs', 'must be at least 1'],
    [{ task: 'echo', timeoutMs: true }, '/timeoutMs', 'must be a number, not true'],
    [{ task: 'echo', waitMs: 60_001 }, '/waitMs', 'must be at most 60000'],
    [{ task: 'echo', retry: 5 }, '/retry', 'must be a JSON object, not a number'],
    [{ task: 'echo', retry: { maxAttempts: 0 } }, '/retry/maxAttempts', 'must be at least 1'],
    [{ task: 'echo', retry: { backoff: 'none' } }, '/retry/backoff', 'must be one of "exponential", "linear", "fixed"'],
    [{ task: 'echo', retry: { jitter: 2 } }, '/retry/jitter', 'must be at most 1'],
    [{ task: 'echo', retry: { tries: 2 } }, '/retry/tries', 'unknown field'],
    [{ task: 'echo', unique: {} }, '/unique/key', 'is required: must be a string'],
    [{ task: 'echo', unique: { key: 'a', scope: 'all' } }, '/unique/scope', expect.stringContaining('must be "active"')],
    [{ task: 'echo', unique: { key: 'a', forMs: 604_800_001 } }, '/unique/forMs', 'must be at most 604800000'],
    [{ task: 'echo', deadlineMs: 0 }, '/deadlineMs', 'must be at least 1'],
    [{ task: 'echo', concurrencyKey: '' }, '/concurrencyKey', expect.any(String)],
    [{ task: 'echo', retry: { delaysMs: [1], baseMs: 1 } }, '/retry/delaysMs', expect.stringContaining('leave out backoff')],
    [{ task: 'echo', retry: { rules: [{ action: 'fail' }] } }, '/retry/rules/0', expect.stringContaining('which errors')],
    [{ task: 'echo', tags: 'a' }, '/tags', 'must be a list, not a string'],
    [{ task: 'echo', tags: ['a', 5] }, '/tags/1', 'must be a string, not a number'],
    [{ task: 'echo', tags: Array(33).fill('a') }, '/tags', 'must hold at most 32 items, not 33'],
    [{ task: 'echo', onFailure: {} }, '/onFailure/task', expect.stringContaining('is required')],
    [{ task: 'echo', notify: [{}] }, '/notify/0/type', expect.stringContaining('"webhook", "email" or "desktop"')],
    [{ task: 'echo', foo: 1 }, '/foo', 'unknown field'],
    [{ task: 'echo', 'a/b~c': 1 }, '/a~1b~0c', 'unknown field'],
    [[], '', 'must be a JSON object, not a list'],
  ])('%j is refused by the name of the field', async (body, path, message) => {
    const before = t.backend.submitted.length;
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(reply.problem()).toMatchObject({ code: 'invalid-request', errors: [{ path, message }] });
    expect(t.backend.submitted.length).toBe(before);
  });

  test('hears of all its wrong fields at once', async () => {
    const reply = await post({ task: 'echo', priority: 'x', tags: [1], foo: 1, bar: 2 });
    expect(
      reply
        .problem()
        .errors?.map(({ path }) => path)
        .sort(),
    ).toEqual(['/bar', '/foo', '/priority', '/tags/0']);
  });
});

describe('a batch', () => {
  test('is answered with its ids in order', async () => {
    const { ids } = await t.client.call('submitBatch', { body: { jobs: [{ task: 'echo' }, { task: 'slow' }] } });
    const tasks = await Promise.all(ids.map(async (id) => (await t.client.call('getJob', { params: { id } })).task));
    expect(tasks).toEqual(['echo', 'slow']);
  });

  test('is refused by the place of the wrong field in it', async () => {
    const jobs: object[] = Array.from({ length: 20 }, () => ({ task: 'echo' }));
    jobs[17] = { payload: {} };
    const reply = await post({ jobs }, {}, '/v1/jobs/batch');
    expect(reply.status).toBe(400);
    expect(reply.problem().errors).toEqual([{ path: '/jobs/17/task', message: 'is required: must be a string' }]);
  });

  test('without jobs, or with too many, is refused', async () => {
    const errorsOf = async (body: unknown) => (await post(body, {}, '/v1/jobs/batch')).problem().errors;
    expect(await errorsOf({ jobs: [] })).toEqual([{ path: '/jobs', message: 'must hold at least 1 item' }]);
    expect(await errorsOf({ jobs: Array(10_001).fill({ task: 'echo' }) })).toEqual([
      { path: '/jobs', message: 'must hold at most 10000 items, not 10001' },
    ]);
    expect(await errorsOf({})).toEqual([{ path: '/jobs', message: 'is required: must be a list' }]);
  });

  test('of millions of wrong items is refused without looking at each', async () => {
    const millions = `[${'0,'.repeat(8_000_000)}0]`;
    expect((await post(`{"jobs":${millions}}`, {}, '/v1/jobs/batch')).problem().errors?.[0]?.path).toBe('/jobs');
    const nested = await post(`{"jobs":[{"task":"echo","tags":${millions}}]}`, {}, '/v1/jobs/batch');
    expect(nested.problem().errors).toEqual([{ path: '/jobs/0/tags', message: 'must hold at most 32 items, not 8000001' }]);
  });

  test('with an idempotency key is refused rather than the key ignored', async () => {
    const reply = await post({ jobs: [{ task: 'echo' }] }, { 'idempotency-key': 'k' }, '/v1/jobs/batch');
    expect(reply.status).toBe(400);
    expect(reply.problem().errors?.[0]?.path).toBe('Idempotency-Key');
  });
});
