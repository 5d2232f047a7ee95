/** The engine's API on the window's own origin: each request goes on to the socket as it is, each answer comes back streamed. */

import type { ReadableStream } from 'node:stream/web';
import { Problem } from '../contract/errors.ts';
import type { Endpoint } from './engine-endpoint.ts';
import type { EngineRequest } from './engine-fetch.ts';
import { engineFetch } from './engine-fetch.ts';
import type { EngineState } from './engine-supervisor.ts';

/** What the proxy needs of the supervisor. */
export type EngineBehind = { readonly state: EngineState; suspect(): void };

/** The window speaks for itself to the engine; what only concerns it and Chromium stays behind, and so would a token of its own. */
const notForwarded =
  /^(host|origin|referer|cookie|authorization|user-agent|connection|content-length|transfer-encoding|sec-.*|proxy-.*|upgrade.*)$/;

export function isEnginePath(pathname: string): boolean {
  return pathname.startsWith('/v1/') || pathname === '/metrics' || pathname === '/openapi.json';
}

export function forwardedHeaders(headers: Iterable<[string, string]>): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => !notForwarded.test(name.toLowerCase())));
}

/** Without an engine: 503 as problem details, whose `detail` says what happened to it. */
export async function proxyToEngine(request: Request, engine: EngineBehind): Promise<Response> {
  const { state } = engine;
  if (state.status !== 'live') return offlineAnswer(state);
  const { pathname, search } = new URL(request.url);
  try {
    return await engineFetch(state.endpoint, pathname + search, forwarded(request));
  } catch {
    // Refused or broken before the answer: the supervisor looks why, and the caller asks again.
    engine.suspect();
    return offlineAnswer(null);
  }
}

function forwarded(request: Request): EngineRequest {
  const asked: EngineRequest = { method: request.method, headers: forwardedHeaders(request.headers), signal: request.signal };
  if (request.body) asked.body = request.body as ReadableStream<Uint8Array>;
  return asked;
}

function offlineAnswer(state: Exclude<EngineState, { status: 'live'; endpoint: Endpoint }> | null): Response {
  const problem = offlineProblem(state, Date.now());
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'retry-after': String(Math.ceil((problem.extras.retryAfterMs ?? 1000) / 1000)),
    },
  });
}

/** @param state null: the connection broke although an engine was thought to be there */
export function offlineProblem(state: Exclude<EngineState, { status: 'live' }> | null, now: number): Problem {
  if (state === null) return new Problem('engine-offline', 'The engine did not answer.', { retryAfterMs: 1_000 });
  if (state.status === 'starting') return new Problem('engine-offline', 'The engine is starting.', { retryAfterMs: 1_000 });
  if (state.status === 'stopped') return new Problem('engine-offline', 'The engine is stopped: the window is closing.');
  const leftMs = Math.max(0, state.retryAt - now);
  const when = leftMs < 1_000 ? 'now' : `in ${Math.ceil(leftMs / 1_000)} s`;
  return new Problem('engine-offline', `${state.reason} It is looked for or started again ${when}.`, {
    retryAfterMs: Math.max(1_000, leftMs),
  });
}
