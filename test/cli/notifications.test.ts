/** Notifications over the local API and on the command line, with the real engine and real receivers. */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Delivery } from '../../contract/notify.ts';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';
import { type ReceivedWebhook, receiveWebhooks } from '../support/webhook-receiver.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
beforeAll(async () => {
  engine = await startEngineProcess();
});
afterAll(() => engine.dispose());

const run = (...args: string[]) => runInProcess(args, { home: engine.home });
const hash = { task: 'file.hash', payload: { paths: ['/etc/hostname'] } };

/** Reads the delivery of a job again with each event of the queue that sends, until it is in this state. */
async function untilDelivery(jobId: string, state: Delivery['state']): Promise<Delivery> {
  const abort = new AbortController();
  const events = engine.client.events({ kind: ['job'], queue: ['switchyard.deliveries'] }, null, abort.signal);
  const next = () => events.next();
  let coming = next();
  coming.catch(() => {});
  try {
    for (;;) {
      const { deliveries } = await engine.client.call('listDeliveries', { query: { job: jobId } });
      const found = deliveries.find((delivery) => delivery.state === state);
      if (found) return found;
      await coming;
      coming = next();
      coming.catch(() => {});
    }
  } finally {
    abort.abort();
  }
}

function verified({ text, headers }: ReceivedWebhook, secret: string): unknown {
  return new Webhook(secret).verify(text, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])));
}

describe('over the local API', () => {
  it('a job’s end reaches a receiver that fails at first, with the same id at both tries and signatures that verify', async () => {
    await using receiver = await receiveWebhooks((n) => (n === 0 ? 500 : 200));
    const job = await engine.client.call('submitJob', {
      body: { ...hash, mode: 'async', notify: [{ type: 'webhook', url: receiver.url }] },
    });
    expect(job.notify).toEqual([{ type: 'webhook', url: receiver.url, on: ['completed', 'dead', 'cancelled'] }]);
    const { endpoints } = await engine.client.call('listEndpoints', {});
    const secret = endpoints.find(({ url }) => url === receiver.url)?.secret ?? '';
    const [first, second] = await receiver.until(2);
    if (!first || !second) throw new Error('two were to come');
    expect(first.headers['webhook-id']).toBe(second.headers['webhook-id']);
    expect(second.text).toBe(first.text);
    for (const webhook of [first, second])
      expect(verified(webhook, secret)).toMatchObject({ type: 'job.completed', data: { job: { id: job.id } } });
    const { notify: _, ...ended } = await engine.client.call('getJob', { params: { id: job.id } });
    expect(first.body.data.job).toEqual(ended);

    const delivery = await untilDelivery(job.id, 'delivered');
    expect(delivery).toMatchObject({
      id: first.headers['webhook-id'],
      attempts: [
        { status: 500, outcome: 'failed' },
        { status: 200, outcome: 'succeeded' },
      ],
    });
  });

  it('a sync call and a job that is cancelled tell of their ends too', async () => {
    await using receiver = await receiveWebhooks();
    const notify = [{ type: 'webhook' as const, url: receiver.url }];
    const done = await engine.client.call('submitJob', { body: { ...hash, mode: 'sync', notify } });
    const later = await engine.client.call('submitJob', { body: { ...hash, delayMs: 3_600_000, notify } });
    await engine.client.call('cancelJob', { params: { id: later.id } });
    const told = (await receiver.until(2)).map(({ body }) => [body.type, body.data.job.id]);
    expect(new Map(told.map(([type, id]) => [id, type]))).toEqual(
      new Map([
        [done.id, 'job.completed'],
        [later.id, 'job.cancelled'],
      ]),
    );
  });

  it('a receiver that answers 410 gets nothing more until its endpoint is turned on', async () => {
    await using receiver = await receiveWebhooks((n) => (n === 0 ? 410 : 204));
    const submit = () =>
      engine.client.call('submitJob', { body: { ...hash, mode: 'sync', notify: [{ type: 'webhook', url: receiver.url }] } });
    const first = await submit();
    const { endpointId } = await untilDelivery(first.id, 'failed');
    const params = { id: endpointId ?? '' };
    expect(await engine.client.call('getEndpoint', { params })).toMatchObject({
      enabled: false,
      offReason: expect.stringContaining('410'),
    });
    const second = await submit();
    expect(await untilDelivery(second.id, 'failed')).toMatchObject({
      attempts: [],
      error: { name: 'EndpointOff', message: expect.stringMatching(/: .*410.*[^.]$/) },
    });
    await engine.client.call('patchEndpoint', { params, body: { enabled: true } });
    const third = await submit();
    await untilDelivery(third.id, 'delivered');
    expect(receiver.received.map(({ body }) => body.data.job.id)).toEqual([first.id, third.id]);
  });

  it('mail arrives at a real server', async () => {
    const mails: string[] = [];
    const server = new SMTPServer({
      authOptional: true,
      logger: false,
      disabledCommands: ['STARTTLS'],
      onData(stream, _, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          mails.push(Buffer.concat(chunks).toString());
          done();
        });
      },
    });
    const listening = server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
    const mail = { host: '127.0.0.1', port: (listening.address() as AddressInfo).port, from: 'yard@example.org' };
    writeFileSync(join(engine.home, 'settings.json'), JSON.stringify({ mail }));
    const job = await engine.client.call('submitJob', {
      body: { ...hash, mode: 'async', notify: [{ type: 'email', to: 'ops@example.org' }] },
    });
    expect(await untilDelivery(job.id, 'delivered')).toMatchObject({
      type: 'email',
      target: 'ops@example.org',
      attempts: [{ status: 250 }],
    });
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain(job.id);
  });

  it('answers are as the description says', async () => {
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

    const made = await ask('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/own?x=1', description: 'mine' });
    expect(made).toMatchObject({
      status: 201,
      location: `/v1/endpoints/${made.body.id}`,
      body: { url: 'http://127.0.0.1:9/own', registered: true },
    });
    fits('Endpoint', made.body);
    fits('EndpointPage', (await ask('GET', '/v1/endpoints')).body);
    expect((await ask('PATCH', made.location ?? '', { enabled: false })).body).toMatchObject({ enabled: false, offReason: 'by hand' });
    expect((await ask('POST', '/v1/endpoints', { url: 'http://127.0.0.1:9/own' })).status).toBe(409);

    await using receiver = await receiveWebhooks();
    const job = await engine.client.call('submitJob', {
      body: { ...hash, mode: 'sync', notify: [{ type: 'webhook', url: receiver.url }] },
    });
    const { id } = await untilDelivery(job.id, 'delivered');
    fits('DeliveryPage', (await ask('GET', `/v1/deliveries?job=${job.id}&state=delivered`)).body);
    const again = await ask('POST', `/v1/deliveries/${id}/redeliver`);
    expect(again).toMatchObject({ status: 202, body: { id, state: 'pending' } });
    fits('Delivery', again.body);
    const [first, second] = await receiver.until(2);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    fits('Delivery', (await ask('GET', `/v1/deliveries/${id}`)).body);
    fits('Job', (await ask('GET', `/v1/jobs/${job.id}`)).body);

    expect(await ask('DELETE', made.location ?? '')).toMatchObject({ status: 204, body: null });
    for (const path of [made.location ?? '', '/v1/deliveries/msg_none'])
      expect((await ask('GET', path)).body).toMatchObject({ code: 'not-found' });
    await close();
  });

  it.each([
    [[{ type: 'webhook', url: 'ftp://example.org' }], '/notify/0/url'],
    [[{ type: 'webhook', url: 'http://x.org', on: ['executing'] }], '/notify/0/on/0'],
    [[{ type: 'webhook', url: 'http://x.org', secret: 'whsec_short' }], '/notify/0/secret'],
    [[{ type: 'email', to: 'a@example.org\r\nBcc: b@example.org' }], '/notify/0/to'],
    [[{ type: 'pigeon' }], '/notify/0/type'],
    [Array.from({ length: 11 }, () => ({ type: 'desktop' })), '/notify'],
  ])('%j is refused by name', async (notify, path) => {
    const submitted = engine.client.call('submitJob', { body: { ...hash, notify: notify as never } });
    await expect(submitted).rejects.toMatchObject({ code: 'invalid-request', extras: { errors: [{ path }] } });
  });
});

describe('on the command line', () => {
  it('who is told is said with the job, what became of it is listed, and sent again on request', async () => {
    await using receiver = await receiveWebhooks();
    const submitted = await run(
      'submit',
      'shell.run',
      '--notify-webhook',
      receiver.url,
      '--notify-on',
      'completed,dead',
      '--wait',
      '--json',
      '--',
      'true',
    );
    const { id, notify } = JSON.parse(submitted.stdout);
    expect(notify).toEqual([{ type: 'webhook', url: receiver.url, on: ['completed', 'dead'] }]);
    expect((await run('get', id)).stdout).toContain(`${receiver.url} (completed, dead)`);
    await receiver.until(1);
    const delivery = await untilDelivery(id, 'delivered');
    const listed = await run('delivery', 'ls', '--job', id);
    expect(listed.stdout).toMatch(new RegExp(`${delivery.id} +delivered +job\\.completed +${receiver.url} +1 .* 204`));
    expect(JSON.parse((await run('delivery', 'ls', '--state', 'failed', '--job', id, '--json')).stdout)).toEqual({
      deliveries: [],
      next: null,
    });
    expect(await run('delivery', 'redeliver', delivery.id)).toMatchObject({
      code: 0,
      stdout: `${delivery.id} is on its way to ${receiver.url}.\n`,
    });
    await receiver.until(2);
    expect((await run('delivery', 'redeliver', 'msg_none')).code).toBe(2);
  });

  it('an endpoint is added, listed, turned off and on, and removed', async () => {
    const url = 'http://127.0.0.1:9/from-cli';
    const added = await run('endpoint', 'add', url, '--description', 'mine');
    expect(added.stdout).toMatch(/^whsec_[A-Za-z0-9+/=]+\n$/);
    expect((await run('endpoint', 'ls')).stdout).toContain(added.stdout.trim());
    expect((await run('endpoint', 'off', url)).stdout).toBe(`Endpoint ${url} is off.\n`);
    expect((await run('endpoint', 'on', url)).stdout).toBe(`Endpoint ${url} is on.\n`);
    expect((await run('endpoint', 'rm', url)).code).toBe(0);
    expect((await run('endpoint', 'rm', url)).stderr).toContain(`no endpoint ${url}`);
  });

  it('what is wrong is said, with exit code 2', async () => {
    const wrong = await run('submit', 'shell.run', '--notify-on', 'dead', '--', 'true');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('nobody is told') });
    const state = await run('submit', 'shell.run', '--notify-desktop', '--notify-on', 'running', '--', 'true');
    expect(state).toMatchObject({ code: 2, stderr: expect.stringContaining('"running"') });
  });
});
