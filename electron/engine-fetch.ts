/**
 * One request to the engine over its Unix socket or named pipe, streamed both ways. node:http rather than undici: the
 * main process is whatever Node the Electron at hand brings, and undici 8 wants a newer one than the oldest of them.
 */

import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import type { AbortSignalLike } from '../contract/task.ts';

export type EngineRequest = {
  method: string;
  headers: Record<string, string>;
  body?: string | ReadableStream<Uint8Array>;
  signal?: AbortSignalLike;
};

const bodilessStatuses = new Set([204, 205, 304]);
const hopByHop = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/**
 * Resolves at the answer's head; cancelling its body ends the request at the engine too.
 * @throws the system's error (ECONNREFUSED, ENOENT …) when no engine answers
 */
export function engineFetch(endpoint: { socket: string; token: string | null }, path: string, asked: EngineRequest): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  const headers: Record<string, string> = { ...asked.headers, host: 'localhost' };
  if (endpoint.token !== null) headers.authorization = `Bearer ${endpoint.token}`;
  if (typeof asked.body === 'string') headers['content-length'] = String(Buffer.byteLength(asked.body));
  const request = httpRequest({
    socketPath: endpoint.socket,
    path,
    method: asked.method,
    headers,
    // A connection costs microseconds here, and a kept one would fail its next request after the engine's restart.
    agent: false,
  });
  // After the head an error reaches the reader through the body; this listener only keeps it from being unhandled.
  request.on('error', reject);
  request.on('response', (answer) => {
    const answerHeaders = new Headers();
    for (const [name, values] of Object.entries(answer.headersDistinct)) {
      if (hopByHop.has(name)) continue;
      for (const value of values ?? []) answerHeaders.append(name, value);
    }
    const status = answer.statusCode ?? 502;
    const empty = bodilessStatuses.has(status) || asked.method === 'HEAD';
    if (empty) answer.resume();
    resolve(
      new Response(empty ? null : (Readable.toWeb(answer) as ConstructorParameters<typeof Response>[0]), {
        status,
        headers: answerHeaders,
      }),
    );
  });
  const abort = () => request.destroy(new Error('The request was aborted'));
  if (asked.signal?.aborted) abort();
  asked.signal?.addEventListener('abort', abort, { once: true });
  request.once('close', () => asked.signal?.removeEventListener('abort', abort));
  if (asked.body instanceof Object) pipeline(Readable.fromWeb(asked.body), request).catch(() => {});
  else request.end(asked.body);
  return promise;
}
