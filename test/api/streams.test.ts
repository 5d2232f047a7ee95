import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NumberedEvent } from '../../contract/client.ts';
import type { EngineEvent } from '../../contract/events.ts';
import { readServerSentEvents } from '../../contract/sse.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';

let t: TestApi;
beforeAll(async () => {
  t = await startTestApi();
});
afterAll(() => t.close());

const changed = (name: string): EngineEvent => ({ type: 'tasks.changed', at: '2026-01-01T00:00:00.000Z', names: [name] });

/** Resolves once as many subscriptions are open as said. */
async function subscribed(count: number): Promise<void> {
  while (t.backend.subscribers() !== count) await t.backend.nextChange();
}

async function take(events: AsyncGenerator<NumberedEvent>, count: number): Promise<NumberedEvent[]> {
  const taken: NumberedEvent[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

describe('the event stream', () => {
  test('has its head at once, before anything has happened', async () => {
    const head = await new Promise<Record<string, unknown>>((resolve) => {
      const outgoing = httpRequest({ socketPath: t.socket, path: '/v1/events' }, (response) => {
        resolve({ ...response.headers, status: response.statusCode });
        outgoing.destroy();
      });
      outgoing.end();
    });
    expect(head).toMatchObject({ status: 200, 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
    await subscribed(0);
  });

  test('hands on each event with its number, its type and its JSON', async () => {
    const connection = connect(t.socket);
    connection.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await subscribed(1);
    t.backend.emit(changed('a'), changed('b'));
    let received = '';
    for await (const chunk of connection) {
      received += chunk;
      if (received.includes('"b"')) break;
    }
    expect(received).toContain('retry: 1000\n\n');
    const frame = /id: (\d+)\nevent: tasks\.changed\ndata: (\{.*"names":\["a"\]\})\n\n/.exec(received);
    expect(JSON.parse(frame?.[2] ?? '')).toEqual(changed('a'));
    expect(received).toContain(`id: ${Number(frame?.[1]) + 1}\nevent: tasks.changed\n`);
    await subscribed(0);
  });

  test('resumes behind the last event that was seen', async () => {
    const first = new AbortController();
    const before = t.client.events({}, null, first.signal);
    const begun = take(before, 1);
    await subscribed(1);
    t.backend.emit(changed('seen'));
    const [seen] = await begun;
    await before.return(undefined);
    first.abort();
    await subscribed(0);

    t.backend.emit(changed('missed'));
    const resumed = t.client.events({}, seen?.id ?? null);
    expect((await take(resumed, 1)).map(({ event }) => event)).toEqual([changed('missed')]);
    await resumed.return(undefined);
    await subscribed(0);
  });

  test.each(['nonsense', '-1', '1.5', '9'.repeat(16), '9'.repeat(30)])(
    'begins anew with a reset when it is asked to resume behind %s',
    async (id) => {
      const events = t.client.events({}, id);
      const [first] = await take(events, 1);
      expect(first).toMatchObject({ id: null, event: { type: 'reset' } });
      t.backend.emit(changed('next'));
      expect((await take(events, 1))[0]).toMatchObject({ id: expect.stringMatching(/^\d+$/), event: changed('next') });
      await events.return(undefined);
      await subscribed(0);
    },
  );

  test('is given to many at once and ends for each when it goes', async () => {
    const streams = Array.from({ length: 20 }, () => t.client.events({ kind: ['tasks'] }, null));
    const firsts = streams.map((stream) => take(stream, 1));
    await subscribed(20);
    t.backend.emit(changed('all'));
    for (const [first] of await Promise.all(firsts)) expect(first?.event).toEqual(changed('all'));
    await Promise.all(streams.map((stream) => stream.return(undefined)));
    await subscribed(0);
  });

  test('is refused like any call when its filter is wrong', async () => {
    await expect(take(t.client.events({ state: ['gone' as 'dead'] }, null), 1)).rejects.toMatchObject({
      extras: { errors: [{ path: 'state' }] },
    });
  });

  test('is kept alive by comments while nothing happens', async () => {
    const other = await startTestApi({ timing: { keepAliveMs: 5 } });
    const connection = connect(other.socket);
    connection.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    let received = '';
    for await (const chunk of connection) {
      received += chunk;
      if (received.split(': keep-alive\n\n').length > 3) break;
    }
    await other.close();
  });

  test('has no body under HEAD and subscribes to nothing', async () => {
    const reply = await t.request('/v1/events', { method: 'HEAD' });
    expect(reply).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'text/event-stream; charset=utf-8' } });
    expect(t.backend.subscribers()).toBe(0);
  });

  test('is ended for a reader that falls eight megabytes behind', async () => {
    const connection = connect(t.socket);
    connection.write('GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n');
    await subscribed(1);
    connection.pause();
    const large = () => t.backend.emit({ type: 'tasks.changed', at: '', names: ['x'.repeat(1_000_000)] });
    for (let megabytes = 0; megabytes < 12; megabytes += 1) large();
    const chunks: Buffer[] = [];
    for await (const chunk of connection) chunks.push(chunk);
    const received = Buffer.concat(chunks).toString();
    expect(received.length).toBeLessThan(11_000_000);
    expect(received).toContain(': the reader is too slow\n\n');
    await subscribed(0);
  });
});

describe('a job’s log', () => {
  const submit = async () => (await t.client.call('submitJob', { body: { task: 'slow', mode: 'async' } })).id;
  const followed = async (count: number) => {
    while (t.backend.followers() !== count) await t.backend.nextChange();
  };
  const collect = async (id: string) => {
    const texts: string[] = [];
    for await (const { text } of t.client.followLogs(id)) texts.push(text);
    return texts;
  };

  test('is followed from its first line to the job’s end', async () => {
    const id = await submit();
    t.backend.log(id, 'before', 'line\nbreak');
    const collected = collect(id);
    await followed(1);
    t.backend.log(id, 'after', 'ünï');
    t.backend.finish(id, null);
    expect(await collected).toEqual(['before', 'line\nbreak', 'after', 'ünï']);
    await followed(0);
  });

  test('of a job that has ended is given whole, at once and with its end', async () => {
    const id = await submit();
    t.backend.log(id, 'only');
    t.backend.finish(id, null);
    expect(await collect(id)).toEqual(['only']);
    await followed(0);
  });

  test('as large as a log may be reaches one who reads', async () => {
    const id = await submit();
    const line = `\u0001${'x'.repeat(8_000)}`;
    t.backend.log(id, ...Array<string>(520).fill(line));
    t.backend.finish(id, null);
    expect((await collect(id)).length).toBe(520);
  });

  test('stops being followed when the client goes', async () => {
    const id = await submit();
    const stop = new AbortController();
    const lines = t.client.followLogs(id, stop.signal);
    const ended = lines.next().catch(() => 'aborted');
    await followed(1);
    stop.abort();
    expect(await ended).toBe('aborted');
    await followed(0);
  });

  test('of a job that is not there is a problem, also as a stream', async () => {
    await expect(collect('gone')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('as a stream begins at its start, so that a place in it is refused by name', async () => {
    const id = await submit();
    const reply = await t.request(`/v1/jobs/${id}/logs?tail=5`, { headers: { accept: 'text/event-stream' } });
    expect(reply.status).toBe(400);
    expect(reply.problem().errors?.[0]?.path).toBe('tail');
  });

  test('as a stream says its end as an event of its own', async () => {
    const id = await submit();
    t.backend.finish(id, null);
    const reply = await t.request(`/v1/jobs/${id}/logs`, { headers: { accept: 'text/event-stream' } });
    const body = new Response(reply.text).body;
    if (!body) throw new Error('the answer was empty');
    const events: string[] = [];
    for await (const { event } of readServerSentEvents(body)) events.push(event);
    expect(events).toEqual(['end']);
  });
});

test('streams end when the server closes, which does not wait for its bound', async () => {
  const other = await startTestApi({ timing: { closeMs: 3_600_000 } });
  const reading = take(other.client.events({}, null), 1);
  while (other.backend.subscribers() === 0) await other.backend.nextChange();
  await other.api.close();
  expect(await reading).toEqual([]);
  while (other.backend.subscribers() > 0) await other.backend.nextChange();
  await other.close();
});
