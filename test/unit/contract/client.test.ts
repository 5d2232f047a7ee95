import { describe, expect, test } from 'vitest';
import { addressOf, createClient, type RequestLike, type ResponseLike, type Transport } from '../../../contract/client.ts';
import { Problem } from '../../../contract/errors.ts';

type Asked = { path: string; request: RequestLike };

function answer(status: number, text: string, headers: Record<string, string> = {}): ResponseLike {
  const body = new Response(text).body;
  return { status, headers: { get: (name) => headers[name] ?? null }, body, text: async () => text };
}

/** A transport that gives the same answer to whatever is asked, and remembers it. */
function transportTo(response: ResponseLike): { transport: Transport; asked: Asked[] } {
  const asked: Asked[] = [];
  const transport: Transport = async (path, request) => {
    asked.push({ path, request });
    return response;
  };
  return { transport, asked };
}

async function problemFrom(response: ResponseLike): Promise<Problem> {
  const outcome = await createClient(transportTo(response).transport)
    .call('getInfo', {})
    .then(() => null)
    .catch((error: unknown) => error);
  if (!(outcome instanceof Problem)) throw new Error(`expected a Problem, got ${outcome}`);
  return outcome;
}

async function everything<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('an address', () => {
  test('holds its parameters, safe in a path whatever they contain', () => {
    expect(addressOf('getQueue', { name: 'a/b?c#d e%' })).toBe('/v1/queues/a%2Fb%3Fc%23d%20e%25');
    expect(addressOf('cancelJob', { id: '42' })).toBe('/v1/jobs/42/cancel');
  });

  test('holds its query: lists as repeated parameters, and nothing for what is left out', () => {
    const query = { state: ['dead', 'cancelled'], tag: [], q: 'a&b=c', limit: 5, cursor: undefined, order: null };
    expect(addressOf('listJobs', {}, query)).toBe('/v1/jobs?state=dead&state=cancelled&q=a%26b%3Dc&limit=5');
    expect(addressOf('listJobs')).toBe('/v1/jobs');
  });

  test('is refused without a parameter that it needs', () => {
    expect(() => addressOf('getJob', {})).toThrow('getJob needs the parameter id');
  });
});

describe('a call', () => {
  test('sends its body as JSON, its own headers, and the signal', async () => {
    const { transport, asked } = transportTo(answer(202, '{"id":"1"}', { location: '/v1/jobs/1' }));
    const { signal } = new AbortController();
    const reply = await createClient(transport).ask('submitJob', {
      body: { task: 'shell.run', payload: { command: 'true' } },
      headers: { 'idempotency-key': 'k' },
      signal,
    });
    expect(asked).toEqual([
      {
        path: '/v1/jobs',
        request: {
          method: 'POST',
          headers: { accept: 'application/json', 'content-type': 'application/json', 'idempotency-key': 'k' },
          body: '{"task":"shell.run","payload":{"command":"true"}}',
          signal,
        },
      },
    ]);
    expect(reply).toMatchObject({ status: 202, body: { id: '1' } });
    expect(reply.header('location')).toBe('/v1/jobs/1');
  });

  test('without a body says of none', async () => {
    const { transport, asked } = transportTo(answer(200, '{}'));
    await createClient(transport).call('cancelJob', { params: { id: '1' } });
    expect(asked[0]?.request).toEqual({ method: 'POST', headers: { accept: 'application/json' } });
  });

  test('that is answered with 204 gives null', async () => {
    const { transport } = transportTo(answer(204, ''));
    expect(await createClient(transport).call('deleteJob', { params: { id: '1' } })).toBeNull();
  });

  test('that nobody answers fails with what the transport says', async () => {
    const client = createClient(() => Promise.reject(new Error('connect ENOENT engine.sock')));
    await expect(client.call('getInfo', {})).rejects.toThrow('connect ENOENT engine.sock');
  });
});

describe('an error', () => {
  const details = {
    type: 'urn:switchyard:lane-saturated',
    title: 'The lane is full',
    status: 503,
    detail: 'Full.',
    code: 'lane-saturated',
  };

  test('becomes a Problem that says when to come back', async () => {
    const problem = await problemFrom(answer(503, JSON.stringify({ ...details, jobId: 'j' }), { 'retry-after': '3' }));
    expect(problem).toMatchObject({ code: 'lane-saturated', status: 503, message: 'Full.' });
    expect(problem.extras).toEqual({ jobId: 'j', retryAfterMs: 3000 });
  });

  test.each([undefined, '', 'soon', '-1'])('with a Retry-After of %s names no time', async (value) => {
    const problem = await problemFrom(answer(503, JSON.stringify(details), value === undefined ? {} : { 'retry-after': value }));
    expect(problem.extras).toEqual({});
  });

  test.each([
    ['no JSON', '<html>Bad gateway</html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a text', '"Bad gateway"'],
    ['a list', '[]'],
    ['JSON of another kind', '{"error":"Bad gateway"}'],
  ])('that holds %s still says its status and what came', async (_, text) => {
    const problem = await problemFrom(answer(502, text, { 'retry-after': '7' }));
    expect(problem.code).toBe('internal-error');
    expect(problem.message).toContain('502');
    expect(problem.message).toContain(text);
    expect(problem.extras).toEqual({ retryAfterMs: 7000 });
  });

  test('that is very long is cut', async () => {
    expect((await problemFrom(answer(500, 'x'.repeat(100_000)))).message.length).toBeLessThan(400);
  });
});

describe('a stream', () => {
  test('of events resumes after the last that was seen, and numbers each', async () => {
    const { transport, asked } = transportTo(answer(200, ': hello\n\nid: 8\ndata: {"type":"reset","at":"t"}\n\n'));
    const events = await everything(createClient(transport).events({ task: ['a'] }, '7'));
    expect(events).toEqual([{ id: '8', event: { type: 'reset', at: 't' } }]);
    expect(asked[0]).toMatchObject({
      path: '/v1/events?task=a',
      request: { headers: { accept: 'text/event-stream', 'last-event-id': '7' } },
    });
  });

  test('of events begins now when nothing was seen', async () => {
    const { transport, asked } = transportTo(answer(200, ''));
    expect(await everything(createClient(transport).events({}, null))).toEqual([]);
    expect(asked[0]?.request.headers).toEqual({ accept: 'text/event-stream' });
  });

  test('of a log ends with the job', async () => {
    const line = (text: string) => `data: {"at":"t","attempt":1,"stream":"log","text":"${text}"}\n\n`;
    const { transport } = transportTo(answer(200, `${line('a')}${line('b')}event: end\ndata: {}\n\n${line('c')}`));
    const lines = await everything(createClient(transport).followLogs('1'));
    expect(lines.map(({ text }) => text)).toEqual(['a', 'b']);
  });

  test('that is refused is a Problem', async () => {
    const refusal = JSON.stringify(new Problem('not-found', 'There is no job 1.'));
    const follow = createClient(transportTo(answer(404, refusal)).transport).followLogs('1');
    await expect(follow.next()).rejects.toMatchObject({ code: 'not-found', message: 'There is no job 1.' });
  });
});
