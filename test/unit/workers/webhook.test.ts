import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { receiverGoneCode, type WebhookOrder } from '../../../contract/delivery-order.ts';
import { expectKind, openThread, resultValue } from './test-thread.ts';

const thread = openThread(afterAll);
const webhook = { kind: 'built-in', name: 'switchyard.webhook' } as const;
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const body = JSON.stringify({ type: 'job.completed', timestamp: '2026-01-31T09:30:00.000Z', data: { job: { tags: ['ümläut'] } } });

async function receive(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?job=7`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const order = (url: string, changes: Partial<WebhookOrder> = {}): WebhookOrder => ({ id: 'msg_1', url, secret, body, ...changes });
const answering = (status: number, headers: Record<string, string> = {}) =>
  receive((_, response) => response.writeHead(status, headers).end(`answer ${status}`));

describe('a webhook', () => {
  it('is signed so that the reference implementation of Standard Webhooks verifies it', async () => {
    const heard: { request: IncomingMessage; text: string }[] = [];
    const url = await receive(async (request, response) => {
      heard.push({ request, text: await textOf(request) });
      response.writeHead(204).end();
    });
    expect(resultValue(await thread.result(webhook, order(url)))).toEqual({ status: 204 });
    const [{ request, text } = { request: undefined, text: '' }] = heard;
    expect(request).toMatchObject({
      method: 'POST',
      url: '/hook?job=7',
      headers: { 'content-type': 'application/json', 'webhook-id': 'msg_1' },
    });
    expect(text).toBe(body);
    const headers = Object.fromEntries(Object.entries(request?.headers ?? {}).map(([name, value]) => [name, String(value)]));
    expect(new Webhook(secret).verify(text, headers)).toEqual(JSON.parse(body));
    expect(() => new Webhook(`whsec_${randomBytes(32).toString('base64')}`).verify(text, headers)).toThrow('No matching signature');
    expect(() => new Webhook(secret).verify(`${text} `, headers)).toThrow('No matching signature');
  });

  it.each([200, 201, 202, 299])('answered with %i is delivered', async (status) => {
    expect(resultValue(await thread.result(webhook, order(await answering(status))))).toEqual({ status });
  });

  it.each([400, 401, 404, 500, 502])('answered with %i is tried again', async (status) => {
    const { error, ...rest } = expectKind(await thread.result(webhook, order(await answering(status))), 'failed');
    expect(error).toMatchObject({ message: `status ${status}`, details: { status, body: `answer ${status}` } });
    expect(rest).not.toHaveProperty('retryAfterMs');
  });

  it('answered with a redirect fails, and goes nowhere else', async () => {
    let elsewhere = 0;
    const other = await receive((_, response) => {
      elsewhere++;
      response.end();
    });
    const { error } = expectKind(await thread.result(webhook, order(await answering(302, { location: other }))), 'failed');
    expect(error).toMatchObject({ message: 'status 302: redirects are not followed', details: { status: 302 } });
    expect(elsewhere).toBe(0);
  });

  it('answered with 410 is given up, and says so', async () => {
    const { error } = expectKind(await thread.result(webhook, order(await answering(410))), 'failed-for-good');
    expect(error).toMatchObject({ code: receiverGoneCode, details: { status: 410 } });
  });

  it('answered with 503 or 429 comes back when it is asked to', async () => {
    for (const status of [429, 503]) {
      const result = await thread.result(webhook, order(await answering(status, { 'retry-after': '7' })));
      expect(expectKind(result, 'failed').retryAfterMs).toBe(7_000);
    }
  });

  it('whose receiver hangs ends with its time, the receiver’s connection too', async () => {
    let asked: (request: IncomingMessage) => void = () => {};
    const heard = new Promise<IncomingMessage>((resolve) => {
      asked = resolve;
    });
    const { run, result } = thread.start(webhook, order(await receive((request) => asked(request))));
    const request = await heard;
    const closed = once(request.socket, 'close');
    thread.send({ type: 'abort', run, reason: 'timed-out' });
    expect(expectKind(await result, 'aborted').reason).toBe('timed-out');
    await closed;
  });

  it('whose receiver never stops answering is delivered all the same', async () => {
    const url = await receive((_, response: ServerResponse) => {
      response.writeHead(200);
      const write = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', write);
      write();
    });
    expect(resultValue(await thread.result(webhook, order(url)))).toEqual({ status: 200 });
  });

  it('to nobody is tried again, and its error names neither query nor password', async () => {
    const { error } = expectKind(await thread.result(webhook, order('http://me:secret@127.0.0.1:1/hook?token=secret')), 'failed');
    expect(error).toMatchObject({
      name: 'NetworkError',
      code: 'ECONNREFUSED',
      message: expect.stringContaining('http://127.0.0.1:1/hook'),
    });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('with a user and password in its address sends them as a header', async () => {
    const url = await receive((request, response) =>
      response.writeHead(request.headers.authorization === `Basic ${btoa('me:se cret')}` ? 200 : 401).end(),
    );
    expect(resultValue(await thread.result(webhook, order(url.replace('//', '//me:se%20cret@'))))).toEqual({ status: 200 });
  });

  it('that nobody wants any more is not tried again', async () => {
    const { error } = expectKind(await thread.result(webhook, { refusal: 'The endpoint was deleted.' }), 'failed-for-good');
    expect(error.message).toBe('The endpoint was deleted.');
  });
});
