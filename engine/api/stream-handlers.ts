/** Logs and events: what can be followed as it happens. */

import { invalid } from '../../contract/errors.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { LogLine } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import type { Backend, EventSubscription, NumberedEngineEvent } from '../queue/backend.ts';
import { json } from './answer.ts';
import type { EventStream, EventStreams } from './event-stream.ts';
import type { Call, Handlers } from './handler.ts';
import { param } from './handler.ts';

/** A reader of events that is further behind is dropped; it resumes by the last id that it saw. */
const eventBacklogBytes = 8_388_608;
/**
 * A follower is given the whole log so far in one turn, which must fit even for one who reads well: the text that a
 * job may keep, the frames around it, and escapes (six characters for one that cannot be printed).
 */
const logBacklogBytes = limits.logBytesPerJob * 6 + limits.logLinesPerJob * 200;

export function streamHandlers(backend: Backend, streams: EventStreams, now: () => number): Pick<Handlers, 'readLogs' | 'followEvents'> {
  return {
    readLogs: async (call) => {
      if (call.request.headers.accept?.includes('text/event-stream')) return followLog(backend, streams, call);
      const { limit, cursor, tail } = call.query;
      return json(200, await backend.readLogs(param(call, 'id'), { limit, cursor, tail }));
    },

    followEvents: async ({ query, request, response }) => {
      let subscription: EventSubscription | undefined;
      const stream = streams.open(request, response, eventBacklogBytes, () => subscription?.close());
      if (request.method === 'HEAD') return null;
      const last = lastEventId(request.headers['last-event-id']);
      // Without an id, as this reset has no place in the sequence; the next event brings one.
      if (last === 'unreadable') stream.write(frameOf({ type: 'reset', at: new Date(now()).toISOString() }, ''));
      const after = last === 'unreadable' ? null : last;
      subscription = backend.subscribe(query, after, (events) => stream.write(events.map(numberedFrame).join('')));
      // Closed while subscribing: the listener above came too early to see the subscription.
      if (response.destroyed) subscription.close();
      return null;
    },
  };
}

/** null: from now on. What is no number of ours cannot be resumed from, just as one that is too old. */
function lastEventId(header: string | string[] | undefined): number | null | 'unreadable' {
  if (header === undefined || header === '') return null;
  const id = typeof header === 'string' && /^\d{1,16}$/.test(header) ? Number(header) : Number.NaN;
  return Number.isSafeInteger(id) ? id : 'unreadable';
}

/** An event is serialised once, however many follow it. */
const frames = new WeakMap<EngineEvent, { id: number; frame: string }>();

function numberedFrame({ id, event }: NumberedEngineEvent): string {
  const known = frames.get(event);
  if (known?.id === id) return known.frame;
  const frame = frameOf(event, `id: ${id}\n`);
  frames.set(event, { id, frame });
  return frame;
}

function frameOf(event: EngineEvent, idLine: string): string {
  return `${idLine}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

async function followLog(backend: Backend, streams: EventStreams, call: Call<'readLogs'>): Promise<null> {
  for (const name of ['cursor', 'tail'] as const) {
    if (call.query[name] !== undefined) throw invalid(name, 'does not go with an event stream: it begins with the first line');
  }
  const { request, response } = call;
  let stream: EventStream | undefined;
  let subscription: EventSubscription | undefined;
  // Opened by the first thing to say: until the job is known to exist, the answer may still be a problem.
  const opened = () => (stream ??= streams.open(request, response, logBacklogBytes, () => subscription?.close()));
  subscription = await backend.followLogs(param(call, 'id'), {
    lines: (lines) => opened().write(lines.map(logFrame).join('')),
    end: () => opened().end('event: end\ndata: {}\n\n'),
  });
  if (response.destroyed) subscription.close();
  else opened();
  return null;
}

function logFrame(line: LogLine): string {
  return `event: line\ndata: ${JSON.stringify(line)}\n\n`;
}
