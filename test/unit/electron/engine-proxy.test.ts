import { once } from 'node:events';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { forwardedHeaders, isEnginePath, offlineProblem, proxyToEngine } from '../../../electron/engine-proxy.ts';
import type { EngineState } from '../../../electron/engine-supervisor.ts';
import { listen, makeHome, removeHome, type SocketServer } from './socket-server.ts';

let home: string;
let server: SocketServer | undefined;

beforeEach(() => {
  home = makeHome();
});

afterEach(async () => {
  await server?.stop();
  server = undefined;
  removeHome(home);
});

async function behind(listener: RequestListener) {
  server = await listen(home, listener);
  const state: EngineState = { status: 'live', how: 'attached', endpoint: { socket: server.socket, token: null } };
  const suspect = vi.fn<() => void>();
  return { state, suspect };
}

/** As Electron hands it over: the body is a stream. */
function post(path: string, body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}): Request {
  const init: RequestInit & { duplex: 'half' } = { method: 'POST', body, headers, duplex: 'half' };
  return new Request(`app://switchyard${path}`, init);
}

test('which paths are the engine’s', () => {
  expect(['/v1/jobs', '/metrics', '/openapi.json'].map(isEnginePath)).toEqual([true, true, true]);
  expect(['/', '/v1', '/v10/jobs', '/assets/v1/jobs', '/session'].map(isEnginePath)).toEqual([false, false, false, false, false]);
});

test('what only concerns the page and Chromium stays behind', () => {
  const sent = {
    Accept: '*/*',
    'Last-Event-ID': '7',
    Origin: 'app://switchyard',
    'Sec-Fetch-Site': 'same-origin',
    Cookie: 'a=b',
    Authorization: 'Bearer x',
  };
  expect(forwardedHeaders(Object.entries(sent))).toEqual({ Accept: '*/*', 'Last-Event-ID': '7' });
});

test('path, query, headers and status go through unchanged', async () => {
  let asked: IncomingMessage | undefined;
  const engine = await behind((request, answer) => {
    asked = request;
    answer.writeHead(202, { location: '/v1/jobs/1', 'retry-after': '2', 'content-type': 'application/json' }).end('{"id":"1"}');
  });
  const answer = await proxyToEngine(new Request('app://switchyard/v1/jobs?tag=a%20b', { headers: { 'if-none-match': '"x"' } }), engine);
  expect(asked?.url).toBe('/v1/jobs?tag=a%20b');
  expect(asked?.headers).toMatchObject({ host: 'localhost', 'if-none-match': '"x"' });
  expect([answer.status, answer.headers.get('location'), answer.headers.get('retry-after')]).toEqual([202, '/v1/jobs/1', '2']);
  expect(await answer.json()).toEqual({ id: '1' });
});

test('a body is streamed to the engine while it is still being made', async () => {
  const first = Promise.withResolvers<string>();
  const engine = await behind(async (request, answer) => {
    let text = '';
    for await (const chunk of request) {
      text += chunk;
      first.resolve(text);
    }
    answer.end(text);
  });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const answering = proxyToEngine(post('/v1/jobs', readable), engine);
  await writer.write(Buffer.from('one '));
  expect(await first.promise).toBe('one ');
  await writer.write(Buffer.from('two'));
  await writer.close();
  expect(await (await answering).text()).toBe('one two');
});

test('an event stream comes through piece by piece, and ends at the engine when the page leaves', async () => {
  const stream = Promise.withResolvers<ServerResponse>();
  const engine = await behind((_request, answer) => {
    answer.writeHead(200, { 'content-type': 'text/event-stream' });
    answer.flushHeaders();
    stream.resolve(answer);
  });
  const answer = await proxyToEngine(new Request('app://switchyard/v1/events'), engine);
  const upstream = await stream.promise;
  const reader = answer.body?.getReader();
  for (const text of ['data: 1\n\n', 'data: 2\n\n']) {
    upstream.write(text);
    const piece = await reader?.read();
    expect(Buffer.from(piece?.value ?? []).toString()).toBe(text);
  }
  const closed = once(upstream, 'close');
  await reader?.cancel();
  await closed;
});

test('an aborted request ends at the engine, also before it has answered', async () => {
  const arrived = Promise.withResolvers<IncomingMessage>();
  const engine = await behind((request) => arrived.resolve(request));
  const abort = new AbortController();
  const answering = proxyToEngine(new Request('app://switchyard/v1/jobs/1?waitMs=60000', { signal: abort.signal }), engine);
  const request = await arrived.promise;
  const closed = once(request.socket, 'close');
  abort.abort();
  await closed;
  expect((await answering).status).toBe(503);
});

test('answers without a body stay without one', async () => {
  const engine = await behind((request, answer) => answer.writeHead(request.method === 'DELETE' ? 204 : 304, { etag: '"x"' }).end());
  const deleted = await proxyToEngine(new Request('app://switchyard/v1/jobs/1', { method: 'DELETE' }), engine);
  expect([deleted.status, await deleted.text()]).toEqual([204, '']);
  const same = await proxyToEngine(new Request('app://switchyard/v1/jobs/1'), engine);
  expect([same.status, same.headers.get('etag'), await same.text()]).toEqual([304, '"x"', '']);
});

test('an engine that dies in the middle of an answer breaks the body off', async () => {
  const engine = await behind((_request, answer) => {
    answer.writeHead(200);
    answer.write('half');
  });
  const answer = await proxyToEngine(new Request('app://switchyard/v1/events'), engine);
  const reading = answer.text();
  await server?.stop();
  server = undefined;
  await expect(reading).rejects.toThrow();
});

test('no engine behind a socket is 503, and the supervisor is asked to look', async () => {
  const engine = await behind(() => {});
  await server?.stop();
  server = undefined;
  const answer = await proxyToEngine(new Request('app://switchyard/v1/health'), engine);
  expect(answer.status).toBe(503);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await answer.json()).toMatchObject({ code: 'engine-offline', status: 503 });
  expect(engine.suspect).toHaveBeenCalledOnce();
});

test('while it is offline the answer says why, and when it is tried again', () => {
  const state = { status: 'offline', reason: 'The engine ended with code 1: the disk is full.', retryAt: 12_000 } as const;
  const problem = offlineProblem(state, 4_000);
  expect(problem.message).toBe('The engine ended with code 1: the disk is full. It is looked for or started again in 8 s.');
  expect(problem.extras.retryAfterMs).toBe(8_000);
  expect(offlineProblem({ status: 'starting' }, 0).message).toBe('The engine is starting.');
});
