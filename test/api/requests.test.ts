import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { limits } from '../../contract/limits.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi({ timing: { headersMs: 300, requestMs: 600, checkMs: 50, stalledMs: 50 } });
});
afterAll(() => t.close());

const post = (body: string | Buffer, headers: Record<string, string> = {}, path = '/v1/jobs') =>
  t.request(path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });

describe('routing', () => {
  test('a path that is nothing is a problem that names it', async () => {
    const reply = await t.request('/v1/nothing');
    expect(reply.status).toBe(404);
    expect(reply.headers['content-type']).toBe('application/problem+json');
    expect(reply.problem()).toMatchObject({ type: 'urn:switchyard:not-found', code: 'not-found', status: 404 });
    expect(reply.problem().detail).toContain('/v1/nothing');
  });

  test.each([
    '/',
    '/v1',
    '/v1/',
    '/v1/jobs/',
    '/v1//jobs',
    '/v1/jobs/x/',
    '/v1/jobs//logs',
    '/v1/jobs/x/logs/y',
    '/index.html',
    '/%',
    '/..',
    '//',
  ])('%s is not found on the socket', async (path) => {
    expect((await t.request(path)).status).toBe(404);
  });

  test('a wrong method is refused with the methods that are right', async () => {
    const reply = await t.request('/v1/jobs', { method: 'DELETE' });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('POST, GET, HEAD, OPTIONS');
    expect(reply.problem().code).toBe('method-not-allowed');
    expect((await t.request('/v1/jobs/x/cancel')).headers.allow).toBe('POST, OPTIONS');
    expect((await t.request('/v1/jobs', { method: 'PROPFIND' })).status).toBe(405);
  });

  test('OPTIONS says what is allowed, without a word of CORS', async () => {
    const reply = await t.request('/v1/queues/default', { method: 'OPTIONS', headers: { origin: 'http://evil.example' } });
    expect(reply.status).toBe(204);
    expect(reply.headers.allow).toBe('GET, PUT, PATCH, HEAD, OPTIONS');
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('HEAD answers as GET does, without the body', async () => {
    const get = await t.request('/v1/queues');
    const head = await t.request('/v1/queues', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.text).toBe('');
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  test('parameters are percent-decoded, and what is not percent-encoding is refused by name', async () => {
    expect((await t.request('/v1/queues/def%61ult')).json()).toMatchObject({ name: 'default' });
    const reply = await t.request('/v1/queues/%ff');
    expect(reply.status).toBe(400);
    expect(reply.problem().errors).toEqual([{ path: 'name', message: 'must be percent-encoded UTF-8' }]);
    expect((await t.request('/v1/jobs/a%2Fb')).status).toBe(404);
  });

  test('an id that cannot be one is simply not found', async () => {
    for (const id of ['1', 'x'.repeat(5_000), '%00', "';DROP TABLE jobs", '..%2f..'].map(encodeURI)) {
      expect((await t.request(`/v1/jobs/${id}`)).status).toBe(404);
    }
  });

  test('a target in absolute form is served like its path', async () => {
    const received = await t.raw('GET http://anything/v1/health HTTP/1.1\r\nHost: anything\r\nConnection: close\r\n\r\n');
    expect(received).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('the query', () => {
  test.each([
    ['/v1/jobs?foo=1', 'foo', 'unknown query parameter'],
    ['/v1/jobs?__proto__=1', '__proto__', 'unknown query parameter'],
    ['/v1/health?x', 'x', 'unknown query parameter'],
    ['/v1/jobs?limit=abc', 'limit', 'must be a whole number, in digits'],
    ['/v1/jobs?limit=', 'limit', 'must be a whole number, in digits'],
    ['/v1/jobs?limit=501', 'limit', 'must be at most 500'],
    ['/v1/jobs?limit=0', 'limit', 'must be at least 1'],
    ['/v1/jobs?limit=1&limit=2', 'limit', 'must be given once'],
    ['/v1/jobs?q=a&q=b', 'q', 'must be given once'],
    ['/v1/jobs?order=random', 'order', 'must be one of "-createdAt", "createdAt"'],
    ['/v1/jobs?createdAfter=yesterday', 'createdAfter', 'must be a time as in ISO 8601, e.g. 2026-01-31T09:30:00.000Z'],
    ['/v1/jobs?q=%E0%A4%A', 'q', 'must be percent-encoded UTF-8'],
    ['/v1/jobs?tag=', 'tag', 'must not be empty'],
    ['/v1/jobs?state=dead&state=gone', 'state', expect.stringContaining('must be one of "blocked"')],
    ['/v1/jobs/x?waitMs=60001', 'waitMs', 'must be at most 60000'],
    ['/v1/jobs/x?waitMs=-1', 'waitMs', 'must be a whole number, in digits'],
    ['/v1/dead-letters?state=dead', 'state', 'unknown query parameter'],
    ['/v1/events?kind=jobs', 'kind', expect.stringContaining('must be one of "job"')],
    ['/v1/stats/series?stepMs=1', 'stepMs', 'must be at least 1000'],
    ['/v1/stats/series?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'from', 'must be earlier than "to"'],
    ['/v1/stats/series?from=2016-01-02T00:00:00Z&stepMs=1000', 'stepMs', expect.stringContaining('at most 5000 points')],
  ])('%s is refused by the name of the parameter', async (path, name, message) => {
    const reply = await t.request(path);
    expect(reply.status).toBe(400);
    expect(reply.problem().errors).toEqual([{ path: name, message }]);
  });

  test('repeated values mean "or", and plus and percent are decoded', async () => {
    expect((await t.request('/v1/jobs?state=dead&state=completed&tag=a+b%26c&q=%C3%A9')).status).toBe(200);
  });
});

describe('the body', () => {
  test('at its largest size is read, one byte more is refused, and the connection goes on', async () => {
    const submission = (bytes: number) => {
      const rest = JSON.stringify({ task: 'echo', payload: { text: '' } }).length;
      return JSON.stringify({ task: 'echo', payload: { text: 'x'.repeat(bytes - rest) } });
    };
    expect((await post(submission(limits.bodyBytes))).status).toBe(202);
    const reply = await post(submission(limits.bodyBytes + 1));
    expect(reply.status).toBe(413);
    expect(reply.problem()).toMatchObject({ code: 'payload-too-large', detail: expect.stringContaining('1048576') });
    expect((await t.request('/v1/health')).status).toBe(200);
  });

  test('in chunks without a declared length is held to the same bound', async () => {
    const reply = await post(Buffer.alloc(3_000_000, ' '), { 'transfer-encoding': 'chunked' });
    expect(reply.status).toBe(413);
  });

  test('of a batch may be larger', async () => {
    const jobs = Array.from({ length: 40 }, () => ({ task: 'echo', payload: { text: 'x'.repeat(100_000) } }));
    const reply = await post(JSON.stringify({ jobs }), {}, '/v1/jobs/batch');
    expect(reply.status).toBe(202);
    expect(await post(Buffer.alloc(limits.batchBodyBytes + 1, ' '), {}, '/v1/jobs/batch')).toMatchObject({ status: 413 });
  });

  test('that is too large is refused before a client that asks first sends it', async () => {
    const declared = `POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n`;
    const received = await t.raw(declared);
    expect(received).toMatch(/^HTTP\/1\.1 413 /);
    expect(received).toMatch(/connection: close/i);
  });

  test('of a client that asks first is waved through', async () => {
    const connection = connect(t.socket);
    const body = '{"task":"echo"}';
    connection.write(
      `POST /v1/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    let received = '';
    for await (const chunk of connection) {
      received += chunk;
      if (received === 'HTTP/1.1 100 Continue\r\n\r\n') connection.write(body);
    }
    expect(received).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 202 /);
  });

  test('is expected to be announced in no other way', async () => {
    expect(await t.raw('POST /v1/jobs HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n{}')).toMatch(/^HTTP\/1\.1 417 /);
  });

  test.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json; charset=iso-8859-1', 415],
    ['nonsense', 415],
    ['application/json; charset=UTF-8', 202],
    ['Application/JSON', 202],
    ['application/vnd.example+json', 202],
  ])('of the type %s is answered with %i', async (type, status) => {
    const reply = await post('{"task":"echo"}', { 'content-type': type });
    expect(reply.status).toBe(status);
    if (status === 415) expect(reply.problem()).toMatchObject({ code: 'unsupported-media-type', errors: [{ path: 'Content-Type' }] });
  });

  test('without a type is taken for JSON', async () => {
    expect((await t.request('/v1/jobs', { method: 'POST', body: '{"task":"echo"}' })).status).toBe(202);
  });

  test('that is compressed is refused by the name of the header', async () => {
    const reply = await post('{"task":"echo"}', { 'content-encoding': 'gzip' });
    expect(reply.status).toBe(415);
    expect(reply.problem().errors?.[0]?.path).toBe('Content-Encoding');
    expect((await post('{"task":"echo"}', { 'content-encoding': 'identity' })).status).toBe(202);
  });

  test('that is missing is asked for', async () => {
    for (const headers of [{}, { 'content-length': '0' }]) {
      const reply = await t.request('/v1/jobs', { method: 'POST', headers });
      expect(reply.status).toBe(400);
      expect(reply.problem().detail).toBe('a JSON object is required as the body');
    }
  });

  test.each([
    ['bad UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['half a body', '{"task":"echo"'],
    ['a thousand levels', `{"task":"echo","payload":${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}}`],
    ['a list', '[]'],
    ['null', 'null'],
    ['text', '"echo"'],
    ['nothing but space', '   '],
  ])('that is %s is refused with 400', async (_, body) => {
    const reply = await post(body);
    expect(reply.status).toBe(400);
    expect(reply.problem().code).toBe('invalid-request');
  });

  test('where none is wanted may be empty or an empty object, but holds no field', async () => {
    const { id } = (await post('{"task":"echo"}')).json() as { id: string };
    const cancel = (body?: string) => t.request(`/v1/jobs/${id}/cancel`, { method: 'POST', ...(body === undefined ? {} : { body }) });
    const refused = await cancel('{"force":true}');
    expect(refused.status).toBe(400);
    expect(refused.problem().errors).toEqual([{ path: '/force', message: 'unknown field' }]);
    expect((await cancel('{}')).status).toBe(200);
    expect((await cancel()).status).toBe(409);
  });

  test('of a GET is thrown away', async () => {
    expect((await t.request('/v1/health', { body: 'whatever', headers: { 'content-length': 8 } })).status).toBe(200);
  });

  test('that a client breaks off in is forgotten, and the server goes on', async () => {
    const connection = connect(t.socket);
    connection.write('POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"task"', () => connection.destroy());
    await new Promise((resolve) => connection.on('close', resolve));
    expect((await t.request('/v1/health')).status).toBe(200);
    expect(t.logged).toEqual([]);
  });
});

describe('a broken connection', () => {
  test('that says nothing like HTTP is answered with a problem and closed', async () => {
    const received = await t.raw('\x16\x03\x01 hello\r\n\r\n');
    expect(received).toMatch(/^HTTP\/1\.1 400 /);
    expect(received).toContain('application/problem+json');
    expect(received).toContain('"code":"invalid-request"');
  });

  test('with headers beyond all measure is answered with 431', async () => {
    const received = await t.raw(`GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 431 /);
  });

  test('that drips its headers is answered with 408 and closed', async () => {
    expect(await t.raw('GET /v1/health HTTP/1.1\r\nHost: x\r\nX-Slow')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('that drips its body is answered with 408 and closed', async () => {
    expect(await t.raw('POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{')).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('of a reader that takes nothing of its answer is given up', async () => {
    await post(JSON.stringify({ jobs: Array(20).fill({ task: 'echo', payload: { text: 'x'.repeat(700_000) } }) }), {}, '/v1/jobs/batch');
    const connection = connect(t.socket);
    connection.write('GET /v1/jobs?limit=500 HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve) => connection.once('readable', resolve));
    // Nothing is read meanwhile, so only a write can find out that the other side is gone; each counts as a sign of
    // life, so they are further apart than the bound.
    await new Promise<void>((resolve) => {
      connection.on('error', () => {});
      const knock = () => connection.write('\r\n', (error) => (error ? resolve() : setTimeout(knock, 250)));
      knock();
    });
    connection.destroy();
    expect((await t.request('/v1/health')).status).toBe(200);
  });

  test('that is nonsense in any way leaves the server going', async () => {
    const valid = 'POST /v1/jobs?x=1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"task":"echo"}';
    const mutation = fc.record({
      at: fc.nat({ max: valid.length }),
      cut: fc.nat({ max: 12 }),
      put: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 12 }),
        fc.constantFrom('\r\n', '\0', '%', '\r\n\r\n', 'Transfer-Encoding: chunked\r\n', '1e9', ' HTTP/1.1'),
      ),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(mutation, { minLength: 1, maxLength: 4 }), async (mutations) => {
        const text = mutations.reduce((whole, { at, cut, put }) => whole.slice(0, at) + put + whole.slice(at + cut), valid);
        await new Promise((resolve) => {
          const connection = connect(t.socket);
          connection.on('error', () => {});
          connection.on('close', resolve);
          connection.resume();
          connection.end(text);
        });
      }),
      { numRuns: 150 },
    );
    expect((await t.request('/v1/health')).status).toBe(200);
    expect(t.logged).toEqual([]);
  });

  test('with two lengths, or a length and chunks, is refused', async () => {
    const smuggled = 'POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await t.raw(smuggled)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await t.raw('POST /v1/jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}')).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  });

  test('that asks for a tunnel gets none', async () => {
    expect(await t.raw('CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /);
  });
});

test('requests that come one behind another on a connection are answered in their order', async () => {
  const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`;
  const received = await t.raw(get('/v1/queues') + get('/v1/nothing') + get('/v1/health', 'Connection: close\r\n'));
  expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404', 'HTTP/1.1 200']);
});

test('every answer is JSON that is not to be stored', async () => {
  const { headers } = await t.request('/v1/health');
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-length': expect.any(String),
  });
});

test('a mistake of the engine is answered with a reference that stands in the log, and with nothing of its stack', async () => {
  t.backend.failNext(new TypeError('secret detail'));
  const reply = await t.request('/v1/jobs/some-id');
  expect(reply.status).toBe(500);
  expect(reply.problem().code).toBe('internal-error');
  expect(reply.text).not.toContain('secret detail');
  const reference = /under ([0-9a-f-]{36})/.exec(reply.problem().detail)?.[1];
  const [line = ''] = t.logged.splice(0);
  expect(line).toContain(`internal error ${reference} in GET /v1/jobs/some-id: TypeError: secret detail`);
});

test('an answer that cannot be written ends its connection alone', async () => {
  const submit = t.backend.submit;
  t.backend.submit = async (...call) => ({ ...(await submit(...call)), preferenceApplied: 'line\r\nbreak' });
  await expect(post('{"task":"echo"}')).rejects.toMatchObject({ code: 'ECONNRESET' });
  t.backend.submit = submit;
  expect(t.logged.splice(0)).toEqual([expect.stringContaining('was not sent')]);
  expect((await t.request('/v1/health')).status).toBe(200);
});
