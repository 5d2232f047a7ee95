import { afterAll, beforeAll, expect, test } from 'vitest';
import { defaultRetention } from '../../contract/retention.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

const patch = (body: unknown) => t.request('/v1/retention', { method: 'PATCH', body: JSON.stringify(body) });

test('what is kept is read, and changed by what a patch mentions', async () => {
  expect((await t.request('/v1/retention')).json()).toMatchObject(defaultRetention);
  const changed = await patch({ dead: { forMs: null }, maxBytes: 1_073_741_824 });
  expect(changed.status).toBe(200);
  expect(changed.json()).toMatchObject({
    dead: { forMs: null, count: null },
    maxBytes: 1_073_741_824,
    completed: defaultRetention.completed,
  });
});

test.each<[what: string, body: unknown, path: string]>([
  ['nothing', {}, ''],
  ['nothing of a state', { dead: {} }, '/dead'],
  ['a state that does not end', { available: { forMs: 1 } }, '/available'],
  ['an age below zero', { completed: { forMs: -1 } }, '/completed/forMs'],
  ['half a job', { completed: { count: 0.5 } }, '/completed/count'],
  ['room for nothing', { maxBytes: 1 }, '/maxBytes'],
])('a change of %s is refused', async (_, body, path) => {
  const reply = await patch(body);
  expect(reply.status).toBe(400);
  expect(reply.problem().errors?.[0]?.path).toBe(path);
});

test('a result is its JSON alone, with its length; asked for by HEAD it is the head alone', async () => {
  const { id } = await t.client.call('submitJob', { body: { task: 'slow', mode: 'async' } });
  expect((await t.request(`/v1/jobs/${id}/result`)).problem()).toMatchObject({ status: 409, code: 'wrong-state', jobId: id });
  t.backend.finish(id, { text: 'größer' });
  const reply = await t.request(`/v1/jobs/${id}/result`);
  expect(reply.json()).toEqual({ text: 'größer' });
  expect(reply.headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(reply.text)),
  });
  const head = await t.request(`/v1/jobs/${id}/result`, { method: 'HEAD' });
  expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', reply.headers['content-length']]);
  expect((await t.request('/v1/jobs/nope/result')).status).toBe(404);
});

test('results follow one another on one connection', async () => {
  const { id } = await t.client.call('submitJob', { body: { task: 'echo', mode: 'sync', payload: { a: 1 } } });
  for (let round = 0; round < 3; round++) expect((await t.request(`/v1/jobs/${id}/result`)).json()).toEqual({ a: 1 });
});

test('a backup asks for its path, and a diagnosis for nothing', async () => {
  expect((await t.request('/v1/backups', { method: 'POST', body: '{}' })).problem().errors?.[0]?.path).toBe('/path');
  expect((await t.request('/v1/diagnosis')).json()).toEqual({ at: expect.any(String), findings: [] });
  expect((await t.request('/v1/diagnosis?deep=maybe')).status).toBe(400);
});
