/** The way to the engine of a home: over its Unix socket, on Windows its named pipe with the token. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import type { Client, RequestLike, ResponseLike, Transport } from '../contract/client.ts';
import { createClient } from '../contract/client.ts';
import { homeFiles } from '../contract/home.ts';
import type { ByteStreamLike } from '../contract/sse.ts';
import { findEngine, whyUnreachable } from './engine-file.ts';
import { EngineUnreachable } from './failures.ts';

export type Connection = {
  client: Client;
  home: string;
  /** Ends every request that still runs. */
  close(): Promise<void>;
};

export function connect(home: string, platform: string): Connection {
  let agent: { socket: string; dispatcher: Agent } | undefined;

  function agentFor(socket: string): Agent {
    if (agent?.socket !== socket) {
      agent?.dispatcher.destroy().catch(() => {});
      // A wait lasts a minute and a followed log as long as its job: the engine bounds them, not the transport.
      agent = { socket, dispatcher: new Agent({ connect: { socketPath: socket }, headersTimeout: 0, bodyTimeout: 0 }) };
    }
    return agent.dispatcher;
  }

  const transport: Transport = async (path, request) => {
    // Read anew for each request: an engine that restarted may listen elsewhere.
    const { socket } = findEngine(home);
    try {
      const response = await fetch(`http://localhost${path}`, {
        method: request.method,
        headers: platform === 'win32' ? { ...request.headers, authorization: `Bearer ${readToken(home)}` } : request.headers,
        body: request.body ?? null,
        signal: signalOf(request),
        dispatcher: agentFor(socket),
      });
      return guarded(response, home, request);
    } catch (error) {
      throw connectionError(error, home, request);
    }
  };

  return {
    client: createClient(transport),
    home,
    close: async () => {
      await agent?.dispatcher.destroy();
    },
  };
}

function signalOf(request: RequestLike): AbortSignal | null {
  return request.signal instanceof AbortSignal ? request.signal : null;
}

function readToken(home: string): string {
  return readFileSync(join(home, homeFiles.token), 'utf8').trim();
}

/** The same response, its errors named: the connection may break after the status line too. */
function guarded(response: Awaited<ReturnType<typeof fetch>>, home: string, request: RequestLike): ResponseLike {
  const { body } = response;
  return {
    status: response.status,
    headers: response.headers,
    body: body && guardedStream(body, home, request),
    text: () =>
      response.text().catch((error: unknown) => {
        throw connectionError(error, home, request);
      }),
  };
}

function guardedStream(stream: ByteStreamLike, home: string, request: RequestLike): ByteStreamLike {
  return {
    getReader() {
      const reader = stream.getReader();
      return {
        read: () =>
          reader.read().catch((error: unknown) => {
            throw connectionError(error, home, request);
          }),
        cancel: () => reader.cancel(),
      };
    },
  };
}

const neverConnected: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED', 'EACCES', 'EPERM', 'ENOTSOCK']);

/** An aborted request stays what it is; everything else is a connection that wasn't there or broke. */
function connectionError(error: unknown, home: string, request: RequestLike): unknown {
  if (request.signal?.aborted) return error;
  if (!(error instanceof TypeError) || !(error.cause instanceof Error)) return error;
  const code = 'code' in error.cause ? error.cause.code : undefined;
  if (neverConnected.has(code)) return new EngineUnreachable(false, whyUnreachable(home, code), error.cause);
  return new EngineUnreachable(
    request.method !== 'GET',
    {
      what: `The connection to the engine broke before it answered (${error.cause.message}).`,
      meaning:
        request.method === 'GET'
          ? 'Accepted jobs are safe and go on when the engine runs again.'
          : 'What was asked may or may not have been done; accepted jobs are safe.',
      todo: 'Look with `switchyard ls`; `switchyard doctor` says whether the engine is back.',
    },
    error.cause,
  );
}
