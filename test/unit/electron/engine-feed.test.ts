import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineEvent } from '../../../contract/events.ts';
import type { StateCounts } from '../../../contract/resources.ts';
import { EngineFeed } from '../../../electron/engine-feed.ts';
import type { EngineState } from '../../../electron/engine-supervisor.ts';
import { listen, makeHome, removeHome, type SocketServer } from './socket-server.ts';

const counts: StateCounts = { blocked: 0, scheduled: 0, available: 0, executing: 0, retryable: 0, completed: 0, dead: 0, cancelled: 0 };

let home: string;
let server: SocketServer;
let feed: EngineFeed;
/** Emits `stream` with each opened event stream and its request. */
let engine: EventEmitter<{ stream: [ServerResponse, IncomingMessage] }>;
let dead: number;

class Supervisor extends EventEmitter<{ state: [EngineState]; suspected: [] }> {
  suspect(): void {
    this.emit('suspected');
  }
}

let supervisor: Supervisor;
/** Emits what the feed hands over. */
let heard: EventEmitter<{ counts: [StateCounts]; queues: [readonly { name: string; paused: boolean }[]]; died: [string]; asked: [string] }>;

beforeEach(async () => {
  home = makeHome();
  dead = 0;
  engine = new EventEmitter();
  heard = new EventEmitter();
  supervisor = new Supervisor();
  server = await listen(home, (request, answer) => {
    const json = (body: unknown) => answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (request.url === '/v1/stats') json({ at: '', counts: { ...counts, dead }, queues: {}, tasks: {} });
    else if (request.url === '/v1/queues') json({ queues: [{ name: 'default', paused: dead > 0 }], next: null });
    else {
      answer.writeHead(200, { 'content-type': 'text/event-stream' });
      answer.flushHeaders();
      engine.emit('stream', answer, request);
    }
  });
  feed = new EngineFeed(supervisor, {
    counts: (each) => heard.emit('counts', each),
    queues: (each) => heard.emit('queues', each),
    died: (job) => heard.emit('died', job.id),
    asked: (job) => heard.emit('asked', job.id),
  });
});

afterEach(async () => {
  feed.close();
  await server.stop();
  removeHome(home);
});

function live(): void {
  supervisor.emit('state', { status: 'live', how: 'attached', endpoint: { socket: server.socket, token: null } });
}

function send(stream: ServerResponse, id: number, event: { type: EngineEvent['type'] } & Record<string, unknown>): void {
  stream.write(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
}

test('it asks for deaths, queues, counts and what asked to be told of, and hands over each', async () => {
  const opened = once(engine, 'stream');
  const first = once(heard, 'counts');
  live();
  const [stream, request] = await opened;
  expect(new URL(`http://engine${request.url}`).searchParams.getAll('kind')).toEqual(['job', 'queue', 'stats', 'notification']);
  expect(new URL(`http://engine${request.url}`).searchParams.getAll('state')).toEqual(['dead']);
  expect((await first)[0]).toEqual(counts);
  const died = once(heard, 'died');
  const counted = once(heard, 'counts');
  const asked = once(heard, 'asked');
  send(stream, 1, { type: 'job.dead', job: { id: 'a' } });
  send(stream, 2, { type: 'stats', counts: { ...counts, dead: 1 } });
  send(stream, 3, { type: 'notification.desktop', notification: { job: { id: 'b' } } });
  expect(await died).toEqual(['a']);
  expect(await asked).toEqual(['b']);
  expect(await counted).toEqual([{ ...counts, dead: 1 }]);
});

test('after a gap everything is read again', async () => {
  const opened = once(engine, 'stream');
  const first = once(heard, 'queues');
  live();
  const [stream] = await opened;
  expect((await first)[0]).toEqual([{ name: 'default', paused: false }]);
  dead = 7;
  const again = Promise.all([once(heard, 'counts'), once(heard, 'queues')]);
  send(stream, 3, { type: 'reset' });
  expect(await again).toEqual([[{ ...counts, dead: 7 }], [[{ name: 'default', paused: true }]]]);
});

test('a stream that breaks off makes the supervisor look, and goes on where it was', async () => {
  const opened = once(engine, 'stream');
  live();
  const [stream] = await opened;
  const died = once(heard, 'died');
  send(stream, 41, { type: 'job.dead', job: { id: 'a' } });
  await died;
  const suspected = once(supervisor, 'suspected');
  const reopened = once(engine, 'stream');
  stream.destroy();
  await suspected;
  const [, request] = await reopened;
  expect(request.headers['last-event-id']).toBe('41');
});
