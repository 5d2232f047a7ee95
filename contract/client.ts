/** The one typed client: the window, the tray, the command line and other programs differ only in the fetch they give. */

import type { ProblemDetails } from './errors.ts';
import { Problem } from './errors.ts';
import type { EngineEvent } from './events.ts';
import type { LogLine } from './job.ts';
import type { BodyInput, QueryInput, ReplyOf, Route, RouteName } from './routes.ts';
import { routes } from './routes.ts';
import type { ByteStreamLike } from './sse.ts';
import { readServerSentEvents } from './sse.ts';
import type { AbortSignalLike } from './task.ts';

/** By which the window says that it reads what it has heard of by events, rather than polls. */
export const clientHeader = 'switchyard-client';

export type RequestLike = {
  method: string;
  headers: Record<string, string>;
  body?: string;
  signal?: AbortSignalLike;
};

export interface ResponseLike {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: ByteStreamLike | null;
  text(): Promise<string>;
}

/** The platform's fetch, or one that goes to a Unix socket. `path` starts with a slash. Rejects when no engine answers. */
export type Transport = (path: string, request: RequestLike) => Promise<ResponseLike>;

export type CallOptions<Name extends RouteName> = {
  params?: Record<string, string>;
  query?: QueryInput<Name>;
  headers?: Record<string, string>;
  signal?: AbortSignalLike;
} & ([BodyInput<Name>] extends [never] ? { body?: never } : { body: BodyInput<Name> });

export type Answer<Name extends RouteName> = {
  status: number;
  body: ReplyOf<Name>;
  header(name: string): string | null;
};

export type NumberedEvent = { id: string | null; event: EngineEvent };

export type Client = ReturnType<typeof createClient>;

/** A call without the types that its route gives it. */
type LooseCall = {
  params?: Record<string, string>;
  query?: object;
  headers?: Record<string, string>;
  signal?: AbortSignalLike;
  body?: unknown;
};

export function createClient(transport: Transport) {
  async function send(name: RouteName, options: LooseCall, accept: string): Promise<ResponseLike> {
    const { method }: Route = routes[name];
    const headers: Record<string, string> = { accept, ...options.headers };
    const request: RequestLike = { method, headers };
    if (options.body !== undefined) {
      headers['content-type'] = 'application/json';
      request.body = JSON.stringify(options.body);
    }
    if (options.signal) request.signal = options.signal;
    const response = await transport(addressOf(name, options.params, options.query), request);
    if (response.status >= 400) throw await problemOf(response);
    return response;
  }

  /** The whole answer. @throws Problem for an error of API.md; whatever the transport throws when no engine answers. */
  async function ask<Name extends RouteName>(name: Name, options: CallOptions<Name>): Promise<Answer<Name>> {
    const response = await send(name, options as LooseCall, 'application/json');
    const text = await response.text();
    return {
      status: response.status,
      body: (text === '' ? null : JSON.parse(text)) as ReplyOf<Name>,
      header: (header) => response.headers.get(header),
    };
  }

  async function call<Name extends RouteName>(name: Name, options: CallOptions<Name>): Promise<ReplyOf<Name>> {
    return (await ask(name, options)).body;
  }

  /** Events until the connection ends or `signal` aborts; the caller reconnects with the last `id`. */
  async function* events(
    query: QueryInput<'followEvents'>,
    lastEventId: string | null,
    signal?: AbortSignalLike,
  ): AsyncGenerator<NumberedEvent> {
    const headers: Record<string, string> = lastEventId === null ? {} : { 'last-event-id': lastEventId };
    const options: LooseCall = { query, headers };
    if (signal) options.signal = signal;
    const response = await send('followEvents', options, 'text/event-stream');
    if (!response.body) return;
    for await (const { id, data } of readServerSentEvents(response.body)) yield { id, event: JSON.parse(data) as EngineEvent };
  }

  /** A job's log from its start and on, until the job is final (or `signal` aborts). */
  async function* followLogs(id: string, signal?: AbortSignalLike): AsyncGenerator<LogLine> {
    const options: LooseCall = { params: { id } };
    if (signal) options.signal = signal;
    const response = await send('readLogs', options, 'text/event-stream');
    if (!response.body) return;
    for await (const { event, data } of readServerSentEvents(response.body)) {
      if (event === 'end') return;
      yield JSON.parse(data) as LogLine;
    }
  }

  /** A completed job's result as JSON text in pieces, so that its size does not matter. @throws as `ask` */
  async function* readResult(id: string, signal?: AbortSignalLike): AsyncGenerator<Uint8Array> {
    const options: LooseCall = { params: { id } };
    if (signal) options.signal = signal;
    const reader = (await send('getResult', options, 'application/json')).body?.getReader();
    if (!reader) return;
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        if (value) yield value;
      }
    } finally {
      await reader.cancel().catch(() => {});
    }
  }

  return { ask, call, events, followLogs, readResult };
}

/** The path and query of a call. @throws when a parameter of the path is missing */
export function addressOf(name: RouteName, params: Record<string, string> = {}, query: object = {}): string {
  const path = routes[name].path.replace(/\{(\w+)\}/g, (_, parameter: string) => {
    const value = params[parameter];
    if (value === undefined) throw new Error(`${name} needs the parameter ${parameter}`);
    return encodeURIComponent(value);
  });
  const pairs = Object.entries(query).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item) => item !== undefined && item !== null)
      .map((item) => `${encodeURIComponent(key)}=${encodeURIComponent(String(item))}`),
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

async function problemOf(response: ResponseLike): Promise<Problem> {
  const text = await response.text();
  const seconds = Number(response.headers.get('retry-after'));
  const retryAfterMs = seconds > 0 ? seconds * 1000 : undefined;
  const details = problemDetailsIn(text);
  if (details) return Problem.from(details, retryAfterMs);
  const detail = `The answer was ${response.status} and not a problem description: ${text.slice(0, 200)}`;
  return new Problem('internal-error', detail, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** null: something else answered, or in another way. */
function problemDetailsIn(text: string): ProblemDetails | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'code' in value ? (value as ProblemDetails) : null;
  } catch {
    return null;
  }
}
