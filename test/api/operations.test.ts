import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

async function deadJob(): Promise<string> {
  await t.client.call('submitJob', { body: { task: 'fail', mode: 'sync' } }).catch(() => {});
  const [job] = (await t.client.call('listDeadLetters', {})).jobs;
  return job?.id ?? '';
}

const post = (path: string, body: unknown) => t.request(path, { method: 'POST', body: JSON.stringify(body) });

describe('dead letters', () => {
  test('are read by group, and a group is redriven by its fingerprint', async () => {
    await deadJob();
    const { groups, next } = await t.client.call('listDeadGroups', { query: { limit: 5 } });
    expect(next).toBeNull();
    expect(groups).toEqual([
      {
        ...{ fingerprint: 'f'.repeat(16), sample: 'it failed', task: 'fail', count: 1 },
        ...{ firstAt: expect.any(String), lastAt: expect.any(String) },
      },
    ]);
    const fingerprint = groups[0]?.fingerprint ?? '';
    expect((await t.client.call('listDeadLetters', { query: { fingerprint } })).total).toBe(1);
    const { status, body } = await t.client.ask('redriveDeadLetters', { body: { fingerprint, canary: 1, ratePerSecond: 0.5 } });
    expect(status).toBe(202);
    expect(body).toMatchObject({ action: 'redrive', matched: 1, done: 1, failed: 0 });
    expect(t.backend.redriven.at(-1)).toEqual({ fingerprint, canary: 1, ratePerSecond: 0.5 });
    expect((await t.client.call('listDeadGroups', {})).groups).toEqual([]);
  });

  test('take a JSON Patch as it is', async () => {
    const patch = [
      { op: 'test' as const, path: '/a~1b', value: null },
      { op: 'remove' as const, path: '/c' },
    ];
    await t.client.call('redriveDeadLetters', { body: { ids: [await deadJob()], patch } });
    expect(t.backend.redriven.at(-1)).toMatchObject({ patch });
  });

  test.each<[what: string, body: unknown, path: string]>([
    ['no selection', {}, ''],
    ['two selections', { ids: ['a'], filter: {} }, ''],
    ['a state in the filter', { filter: { state: 'completed' } }, '/filter/state'],
    ['an unknown field of the filter', { filter: { colour: 'red' } }, '/filter/colour'],
    ['a fingerprint that is none', { fingerprint: 'x' }, '/fingerprint'],
    ['a patch of nothing', { filter: {}, patch: [] }, '/patch'],
    ['an operation that JSON Patch does not know', { filter: {}, patch: [{ op: 'set', path: '/a', value: 1 }] }, '/patch/0/op'],
    ['an operation without its value', { filter: {}, patch: [{ op: 'add', path: '/a' }] }, '/patch/0/value'],
    ['a path that is no pointer', { filter: {}, patch: [{ op: 'remove', path: 'a' }] }, '/patch/0/path'],
    ['no canary at all', { filter: {}, canary: 0 }, '/canary'],
    ['a rate of nothing', { filter: {}, ratePerSecond: 0 }, '/ratePerSecond'],
    ['too many values of a filter', { filter: { task: Array(101).fill('a') } }, '/filter/task'],
    ['an unknown field', { filter: {}, sure: true }, '/sure'],
  ])('are not redriven with %s', async (_, body, path) => {
    const reply = await post('/v1/dead-letters/redrive', body);
    expect(reply.status).toBe(400);
    expect(reply.problem().errors?.map((error) => error.path)).toEqual([path]);
  });

  test('are discarded by the same selections, but not with what only a redrive knows', async () => {
    expect((await post('/v1/dead-letters/discard', { filter: {}, patch: [] })).problem().errors?.[0]?.path).toBe('/patch');
    await deadJob();
    expect((await post('/v1/dead-letters/discard', { filter: { task: 'fail' } })).json()).toMatchObject({ action: 'discard', done: 1 });
  });
});

describe('an action on many', () => {
  test('takes a filter as lists do, or ids', async () => {
    const { id } = await t.client.call('submitJob', { body: { task: 'slow', mode: 'async' } });
    const reply = await post('/v1/jobs/actions', { action: 'cancel', filter: { state: 'available', q: '' } });
    expect(reply.status).toBe(202);
    expect(reply.json()).toMatchObject({ action: 'cancel', state: 'completed', done: expect.any(Number) });
    expect((await t.client.call('getJob', { params: { id } })).state).toBe('cancelled');
    expect((await post('/v1/jobs/actions', { action: 'delete', ids: [id, 'gone'] })).json()).toMatchObject({
      ...{ matched: 2, done: 1, failed: 1 },
      failures: [{ count: 1 }],
    });
  });

  test.each([[{ action: 'explode', filter: {} }], [{ action: 'cancel' }], [{ action: 'cancel', ids: [], filter: {} }], [{ filter: {} }]])(
    'is refused when it says %j',
    async (body) => {
      expect((await post('/v1/jobs/actions', body)).status).toBe(400);
    },
  );
});

describe('an operation', () => {
  test('that has ended cannot be stopped, and one that there is not is not found', async () => {
    const { id } = await t.client.call('actOnJobs', { body: { action: 'cancel', filter: { state: ['blocked'] } } });
    await expect(t.client.call('stopOperation', { params: { id } })).rejects.toMatchObject({ code: 'wrong-state', status: 409 });
    await expect(t.client.call('stopOperation', { params: { id: 'none' } })).rejects.toMatchObject({ code: 'not-found' });
  });
});
