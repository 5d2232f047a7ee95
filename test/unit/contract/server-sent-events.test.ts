import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ByteStreamLike, readServerSentEvents, type ServerSentEvent } from '../../../contract/sse.ts';

type Feed = ByteStreamLike & { cancelled: boolean };

/** Gives the chunks one by one, then ends. */
function feedOf(chunks: Uint8Array[]): Feed {
  const left = [...chunks];
  const feed: Feed = {
    cancelled: false,
    getReader: () => ({
      read: async () => (left.length === 0 ? { done: true } : { done: false, value: left.shift() }),
      cancel: async () => {
        feed.cancelled = true;
      },
    }),
  };
  return feed;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function readAll(...chunks: (string | Uint8Array)[]): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = [];
  const feed = feedOf(chunks.map((chunk) => (typeof chunk === 'string' ? bytesOf(chunk) : chunk)));
  for await (const event of readServerSentEvents(feed)) events.push(event);
  return events;
}

const event = (data: string, more: Partial<ServerSentEvent> = {}): ServerSentEvent => ({ id: null, event: 'message', data, ...more });

describe('server-sent events', () => {
  test('are the same however the bytes are cut, in the middle of a character and of a line’s end too', async () => {
    const fields = fc.constantFrom('data: ', 'data:', 'event: ', 'id: ', ': ', 'retry: ', 'data', '');
    const texts = fc.constantFrom('', 'x', ' y', 'a:b', 'é', '🚉 Gleis 9¾', '{"type":"stats"}');
    const ends = fc.constantFrom('\n', '\r\n', '\r', '\n\n', '\r\n\r\n', '\r\r');
    const streams = fc.array(fc.tuple(fields, texts, ends), { maxLength: 30 }).map((lines) => `${lines.flat().join('')}\n\n`);
    await fc.assert(
      fc.asyncProperty(streams, fc.array(fc.nat(200), { maxLength: 20 }), async (text, cuts) => {
        const bytes = bytesOf(text);
        const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
        const chunks = places.slice(1).map((to, index) => bytes.subarray(places[index], to));
        const whole = await readAll(bytes);
        expect(await readAll(...chunks)).toEqual(whole);
        expect(await readAll(...Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
      }),
    );
  });

  test('end their lines with LF, CRLF or CR alone', async () => {
    const lines = ['id: 1', 'event: stats', 'data: a', 'data: b', '', 'data: c', '', ''];
    const expected = [event('a\nb', { id: '1', event: 'stats' }), event('c', { id: '1' })];
    for (const end of ['\n', '\r\n', '\r']) expect(await readAll(lines.join(end)), JSON.stringify(end)).toEqual(expected);
  });

  test('lose one space after the colon, not two, and need none', async () => {
    expect(await readAll('data:a\n\ndata: b\n\ndata:  c\n\n')).toEqual([event('a'), event(' b'.trim()), event(' c')]);
  });

  test('keep the last id until another comes, and forget the kind after each', async () => {
    expect(await readAll('id: 7\nevent: log\ndata: a\n\ndata: b\n\nid: 8\n\ndata: c\n\n')).toEqual([
      event('a', { id: '7', event: 'log' }),
      event('b', { id: '7' }),
      event('c', { id: '8' }),
    ]);
  });

  test('without data are none, and comments and unknown fields neither', async () => {
    expect(await readAll(': keep-alive\n\nretry: 1000\n\nevent: log\n\ndata: a\n\n: bye\n\n')).toEqual([event('a')]);
  });

  test('with empty data are some', async () => {
    expect(await readAll('data\n\ndata:\ndata:\n\n')).toEqual([event(''), event('\n')]);
  });

  test('that were cut off by the end of the stream are dropped', async () => {
    expect(await readAll('data: whole\n\ndata: half\n')).toEqual([event('whole')]);
  });

  test('that begin with a byte order mark lose it', async () => {
    expect(await readAll('\uFEFFdata: a\n\n')).toEqual([event('a')]);
  });

  test('let go of the stream when their reader stops early', async () => {
    const feed = feedOf([bytesOf('data: a\n\ndata: b\n\n'), bytesOf('data: c\n\n')]);
    for await (const { data } of readServerSentEvents(feed)) if (data === 'a') break;
    expect(feed.cancelled).toBe(true);
  });

  test('pass on that the connection broke', async () => {
    const broken: ByteStreamLike = {
      getReader: () => ({ read: () => Promise.reject(new Error('socket hang up')), cancel: () => Promise.reject(new Error('gone')) }),
    };
    await expect(readServerSentEvents(broken).next()).rejects.toThrow('socket hang up');
  });
});
