import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { startTestApi } from '../support/test-api.ts';

test('the socket is for its owner alone, and the umask stays as it was', async () => {
  const before = process.umask();
  const t = await startTestApi();
  expect(statSync(t.socket).mode & 0o777).toBe(0o600);
  expect(process.umask()).toBe(before);
  await t.close();
  expect(existsSync(t.socket)).toBe(false);
});

test('a port that is taken is an error that says so, and leaves no socket behind', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const address = other.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  await expect(startTestApi({ port: address.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  other.close();
});

test('once it takes no more work, submissions are refused with a time to come back, and reads go on', async () => {
  const t = await startTestApi();
  t.api.stopAccepting();
  for (const call of [
    t.client.call('submitJob', { body: { task: 'echo' } }),
    t.client.call('submitBatch', { body: { jobs: [{ task: 'echo' }] } }),
  ]) {
    await expect(call).rejects.toMatchObject({ code: 'shutting-down', status: 503, extras: { retryAfterMs: 5_000 } });
  }
  expect(await t.client.call('getHealth', {})).toMatchObject({ status: 'degraded', detail: expect.stringContaining('stopping') });
  expect(await t.client.call('listJobs', {})).toMatchObject({ total: 0 });
  await t.close();
});

test('an answer in flight is given before the server closes', async () => {
  const t = await startTestApi();
  const come = t.backend.nextChange();
  const waiting = t.request('/v1/jobs', { method: 'POST', body: '{"task":"slow","waitMs":60000}' });
  await come;
  const { jobs } = await t.client.call('listJobs', {});
  const closed = t.api.close();
  t.backend.finish(jobs[0]?.id ?? '', 'in time');
  const reply = await waiting;
  expect(reply.json()).toMatchObject({ result: 'in time' });
  expect(reply.headers.connection).toBe('close');
  await closed;
  await t.close();
});

test('an answer that does not come in time does not hold up the close', async () => {
  const t = await startTestApi({ timing: { closeMs: 20 } });
  const come = t.backend.nextChange();
  const waiting = t.request('/v1/jobs', { method: 'POST', body: '{"task":"slow","waitMs":60000}' }).catch((error: Error) => error);
  await come;
  await t.api.close();
  await t.close();
  expect(await waiting).toBeInstanceOf(Error);
});
