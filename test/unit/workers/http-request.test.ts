import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { retryAfterMs } from '../../../workers/retry-after.ts';
import { expectKind, jobId, openThread, resultValue } from './test-thread.ts';

const thread = openThread(afterAll);
const http = { kind: 'built-in', name: 'http.request' } as const;

type Answer = { status: number; headers: Record<string, string | string[]>; body?: string; json?: unknown; bytes: number };

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Answers with what it was asked. */
const echo: RequestListener = async (request, response) => {
  const body = await bodyOf(request);
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }));
};

/** Answers /NNN with that status. */
const statuses: RequestListener = (request, response) => {
  const status = Number(request.url?.slice(1, 4));
  const headers = request.url?.includes('?') ? { 'retry-after': decodeURIComponent(request.url.split('?')[1] ?? '') } : {};
  response.writeHead(status, headers).end(`status ${status}`);
};

describe('a request', () => {
  it('is sent as asked, and JSON comes back parsed', async () => {
    const url = await serve(echo);
    const payload = { url: `${url}/path?q=1`, method: 'PUT', headers: { 'X-Own': 'yes' }, json: { a: [1, 'ü'] } };
    const answer = resultValue(await thread.result(http, payload)) as Answer;
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject({
      method: 'PUT',
      url: '/path?q=1',
      body: '{"a":[1,"ü"]}',
      headers: { 'x-own': 'yes', 'content-type': 'application/json' },
    });
    expect(answer).not.toHaveProperty('body');
    expect(answer.headers['content-type']).toBe('application/json');
  });

  it('with a body is a POST, with the trace and a key that all tries of the job share', async () => {
    const url = await serve(echo);
    const first = (resultValue(await thread.result(http, { url, body: 'text' }, 1)) as Answer).json;
    const second = (resultValue(await thread.result(http, { url, body: 'text', headers: { 'content-type': 'text/csv' } }, 2)) as Answer)
      .json;
    expect(first).toMatchObject({
      method: 'POST',
      body: 'text',
      headers: { 'idempotency-key': jobId, traceparent: expect.stringContaining('01890a5d') },
    });
    expect(second).toMatchObject({ headers: { 'idempotency-key': jobId, 'content-type': 'text/csv' } });
    const get = (resultValue(await thread.result(http, { url })) as Answer).json;
    expect(get).toMatchObject({ method: 'GET', headers: expect.not.objectContaining({ 'idempotency-key': jobId }) });
  });

  it('with a user and password in its address sends them, and no log or error shows them', async () => {
    const url = await serve((request, response) => {
      response.writeHead(request.headers.authorization === `Basic ${btoa('me:se cret')}` ? 200 : 401).end();
    });
    const { run, result } = thread.start(http, { url: url.replace('//', '//me:se%20cret@') });
    expect(resultValue(await result)).toMatchObject({ status: 200 });
    const wrong = thread.start(http, { url: url.replace('//', '//me:wrong-one@') });
    const { error } = expectKind(await wrong.result, 'failed-for-good');
    const said = JSON.stringify([thread.lines(run), thread.lines(wrong.run), error]);
    expect(said).toContain('401');
    expect(said).not.toMatch(/cret|wrong-one|me:/);
  });

  it('with text in another charset and compressed is read', async () => {
    const url = await serve((_, response) => {
      response.writeHead(200, {
        'content-type': 'text/plain; charset=iso-8859-1',
        'content-encoding': 'gzip',
        'set-cookie': ['a=1', 'b=2'],
      });
      response.end(gzipSync(Buffer.from('grüße', 'latin1')));
    });
    expect(resultValue(await thread.result(http, { url }))).toMatchObject({
      body: 'grüße',
      bytes: 5,
      headers: { 'set-cookie': ['a=1', 'b=2'] },
    });
  });

  it('for the head alone, and one whose JSON is none, are answered as text', async () => {
    const url = await serve((_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{broken'));
    expect(resultValue(await thread.result(http, { url, method: 'HEAD' }))).toMatchObject({ body: '', bytes: 0 });
    expect(resultValue(await thread.result(http, { url }))).toMatchObject({ body: '{broken' });
  });

  it('of JSON that is nested deeper than a result may be is answered as text', async () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    const url = await serve((request, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(nested(Number(request.url?.slice(1)))),
    );
    const most = limits.resultDepth - 1;
    expect(resultValue(await thread.result(http, { url: `${url}/${most}` }))).toMatchObject({ json: JSON.parse(nested(most)) });
    for (const levels of [most + 1, 5_000]) {
      const { run, result } = thread.start(http, { url: `${url}/${levels}` });
      expect(resultValue(await result)).toMatchObject({ body: nested(levels) });
      expect(thread.lines(run)).toContain('The answer is nested deeper than 199 levels; it is kept as text');
    }
  });

  it.each([
    ['to a file', { url: 'file:///etc/passwd' }, /file: addresses are not fetched/],
    ['to nonsense', { url: 'nonsense' }, /url: is no address/],
    ['with two bodies', { url: 'http://127.0.0.1:1/', body: 'a', json: 1 }, /body and json: give one/],
    ['with a header that is none', { url: 'http://127.0.0.1:1/', headers: { 'a b': 'c' } }, /not valid/],
  ])('%s fails for good', async (_, payload, message) => {
    expect(expectKind(await thread.result(http, payload), 'failed-for-good').error.message).toMatch(message);
  });
});

describe('a status', () => {
  it.each([
    [200, 'succeeded'],
    [204, 'succeeded'],
    [304, 'failed-for-good'],
    [400, 'failed-for-good'],
    [404, 'failed-for-good'],
    [408, 'failed'],
    [425, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ] as const)('of %i makes the run %s', async (status, kind) => {
    const url = await serve(statuses);
    const result = await thread.result(http, { url: `${url}/${status}` });
    expect(result.kind).toBe(kind);
    if (result.kind === 'failed' || result.kind === 'failed-for-good') {
      expect(result.error.message).toBe(`GET ${url}/${status}: status ${status}`);
      expect(result.error.details).toMatchObject({ status });
    }
  });

  it('that was expected is success, and another one is not', async () => {
    const url = await serve(statuses);
    expect(resultValue(await thread.result(http, { url: `${url}/404`, expectStatus: 404 }))).toMatchObject({
      status: 404,
      body: 'status 404',
    });
    expect(resultValue(await thread.result(http, { url: `${url}/503`, expectStatus: [200, 503] }))).toMatchObject({ status: 503 });
    expect((await thread.result(http, { url: `${url}/200`, expectStatus: 201 })).kind).toBe('failed-for-good');
  });

  it('with Retry-After is tried again then', async () => {
    const url = await serve(statuses);
    expect(await thread.result(http, { url: `${url}/429?7` })).toMatchObject({ kind: 'failed', retryAfterMs: 7000 });
    expect(await thread.result(http, { url: `${url}/503?${encodeURIComponent('Wed, 21 Oct 2015 07:28:00 GMT')}` })).toMatchObject({
      kind: 'failed',
      retryAfterMs: 0,
    });
    expect(expectKind(await thread.result(http, { url: `${url}/503?soon` }), 'failed').retryAfterMs).toBeUndefined();
    // By its name it is known to be the service's fault.
    for (const status of ['429?7', '503?soon', '408'])
      expect(await thread.result(http, { url: `${url}/${status}` })).toMatchObject({ error: { name: 'HttpError' } });
    expect(await thread.result(http, { url: `${url}/404` })).toMatchObject({ error: { name: 'Error' } });
    expect((await thread.result(http, { url: `${url}/400?7` })).kind).toBe('failed-for-good');
  });

  it('with Retry-After as a date waits until that date, and never longer than a week', () => {
    const now = Date.parse('2026-01-01T00:00:00Z');
    expect(retryAfterMs('Thu, 01 Jan 2026 00:02:00 GMT', now)).toBe(120_000);
    expect(retryAfterMs('99999999999', now)).toBe(7 * 86_400_000);
    expect(retryAfterMs('-5', now)).toBeNull();
    expect(retryAfterMs(undefined, now)).toBeNull();
  });
});

describe('a redirect', () => {
  it('is followed, a POST becomes a GET, and secrets stay with their origin', async () => {
    const other = await serve(echo);
    const url = await serve((request, response) => {
      const to = request.url === '/a' ? '/b' : `${other}/c`;
      response.writeHead(request.url === '/a' ? 307 : 302, { location: to }).end();
    });
    const headers = { authorization: 'secret', cookie: 'secret' };
    const { run, result } = thread.start(http, { url: `${url}/a`, body: 'x', headers });
    const { json } = resultValue(await result) as { json: { method: string; url: string; body: string; headers: Record<string, string> } };
    expect(json).toMatchObject({ method: 'GET', url: '/c', body: '' });
    expect(Object.keys(json.headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(JSON.stringify(json.headers)).not.toContain('secret');
    expect(thread.lines(run)[0]).toBe(`Redirected (307) to ${url}/b`);
  });

  it('without end or to another kind of address fails for good', async () => {
    const url = await serve((request, response) =>
      response.writeHead(302, { location: request.url === '/file' ? 'file:///etc/passwd' : '/again' }).end(),
    );
    expect(expectKind(await thread.result(http, { url }), 'failed-for-good').error.message).toContain('redirected more than 5 times');
    expect(expectKind(await thread.result(http, { url: `${url}/file` }), 'failed-for-good').error.message).toContain(
      'only http: and https: are',
    );
  });
});

describe('an answer', () => {
  it('larger than maxBytes fails for good, also when it unpacks to that', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/bomb') response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(50_000_000)));
      else response.end('x'.repeat(1001));
    });
    expect(resultValue(await thread.result(http, { url, maxBytes: 1001 }))).toMatchObject({ bytes: 1001 });
    expect(expectKind(await thread.result(http, { url, maxBytes: 1000 }), 'failed-for-good').error.message).toContain(
      'larger than 1000 bytes',
    );
    expect(expectKind(await thread.result(http, { url: `${url}/bomb` }), 'failed-for-good').error.message).toContain('larger than 1 MiB');
  });

  it('that never ends is cut off at maxBytes', async () => {
    const url = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(10_000)));
      };
      response.on('drain', more);
      more();
    });
    expect(expectKind(await thread.result(http, { url }), 'failed-for-good').error.message).toContain('larger than 1 MiB');
  });

  it('too large for a result fails for good and says what to do', async () => {
    const url = await serve((_, response) => response.end('x'.repeat(1_100_000)));
    const { error } = expectKind(await thread.result(http, { url, maxBytes: 2_000_000 }), 'failed-for-good');
    expect(error.message).toMatch(/at most 1 MiB are kept.*curl/);
  });

  it('that breaks off or never comes is a network error, and tried again', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/none') request.socket.destroy();
      else response.writeHead(200, { 'content-length': '100' }).write('x', () => request.socket.destroy());
    });
    for (const path of ['/half', '/none']) {
      expect(expectKind(await thread.result(http, { url: url + path }), 'failed').error).toMatchObject({
        name: 'NetworkError',
        message: expect.stringContaining(url),
      });
    }
    const refused = expectKind(await thread.result(http, { url: 'http://127.0.0.1:1/' }), 'failed');
    expect(refused.error.code).toBe('ECONNREFUSED');
  });
});

it('An abort ends the request at once, before and in its answer', async () => {
  const gone: Promise<unknown>[] = [];
  let arrived = () => {};
  const url = await serve((request, response) => {
    gone.push(new Promise((resolve) => request.socket.once('close', resolve)));
    if (request.url === '/half') response.writeHead(200).write('half');
    arrived();
  });
  for (const path of ['/never', '/half']) {
    const there = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { run, result } = thread.start(http, { url: url + path });
    await there;
    thread.send({ type: 'abort', run, reason: 'cancelled' });
    expect(await result).toEqual({ kind: 'aborted', reason: 'cancelled', error: null });
  }
  await Promise.all(gone);
});

it('Many requests of one thread are under way at the same time', async () => {
  // Nobody is answered before all have asked: one after the other they would wait for ever.
  const waiting: (() => void)[] = [];
  const url = await serve((_, response) => {
    waiting.push(() => response.end('ok'));
    if (waiting.length === 100) for (const answer of waiting) answer();
  });
  const started = thread.startAll(http, new Array(100).fill({ url }));
  const answers = await Promise.all(started.map(({ result }) => result.then(resultValue)));
  expect(answers.every((answer) => (answer as Answer).body === 'ok')).toBe(true);
});
