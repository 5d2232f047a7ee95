/** From a request to its answer: the guard, the route, the call, and whatever goes wrong on the way. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalid, Problem } from '../../contract/errors.ts';
import type { Answer } from './answer.ts';
import { empty, problemAnswer, writeAnswer } from './answer.ts';
import type { Endpoint } from './endpoints.ts';
import { callEndpoint } from './endpoints.ts';
import { parseQuery } from './query.ts';
import { ClientGone, discardRest } from './read-body.ts';
import type { Router } from './router.ts';
import type { Guard } from './tcp-guard.ts';
import { sendSignIn } from './window-files.ts';

/** The browser window, served on TCP only. */
export type WindowFront = {
  sendSession(response: ServerResponse, code: string): void;
  sendFile(request: IncomingMessage, response: ServerResponse, path: string): Promise<void>;
};

export type Front = {
  router: Router<Endpoint>;
  guard: Guard;
  window: WindowFront | null;
  /** Whether connections end with the answer. */
  closing: () => boolean;
  /** For `writeAnswer`. */
  stalledMs: number;
  log: (line: string) => void;
};

export async function dispatch(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let answer: Answer | null;
  try {
    answer = await answerTo(front, request, response);
  } catch (error) {
    answer = answerForError(error, request, front.log);
  }
  if (answer === null) return;
  const last = discardRest(request);
  writeAnswer(response, answer, last || front.closing(), front.stalledMs);
}

function answerTo(front: Front, request: IncomingMessage, response: ServerResponse): Promise<Answer | null> | Answer {
  const { path, search, host } = targetOf(request);
  front.guard.checkOrigin(host === null ? request.headers : { ...request.headers, host });
  if (front.window !== null && path === '/session') return openSession(front.window, request, response, search);
  try {
    front.guard.checkSecret(request.headers);
  } catch (error) {
    if (front.window === null || !isPageLoad(request, path)) throw error;
    sendSignIn(response);
    return Promise.resolve(null);
  }

  const match = front.router(path);
  if (match === null) {
    if (front.window !== null && isRead(request) && !path.startsWith('/v1/')) return sendWindowFile(front.window, request, response, path);
    throw new Problem('not-found', `There is nothing at ${shown(path)}. The interface is described at /openapi.json.`);
  }
  const { method = '' } = request;
  const endpoint = match.entries.get(method === 'HEAD' ? 'GET' : method);
  if (endpoint === undefined) return otherMethod(method, path, [...match.entries.keys()]);
  return callEndpoint(endpoint, match.params, search, request, response);
}

type Target = {
  path: string;
  search: string /** Of an absolute-form target; it goes before the header (RFC 9112, 3.2.2). */;
  host: string | null;
};

function targetOf({ url = '/' }: IncomingMessage): Target {
  if (!url.startsWith('/')) {
    if (!URL.canParse(url)) return { path: url, search: '', host: null };
    const { pathname, search, host } = new URL(url);
    return { path: pathname, search: search.slice(1), host };
  }
  const mark = url.indexOf('?');
  return mark === -1 ? { path: url, search: '', host: null } : { path: url.slice(0, mark), search: url.slice(mark + 1), host: null };
}

function isRead({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isPageLoad(request: IncomingMessage, path: string): boolean {
  return isRead(request) && !path.startsWith('/v1/') && request.headers.accept?.includes('text/html') === true;
}

/** No CORS headers: a preflight of another origin ends at the guard. */
function otherMethod(method: string, path: string, allowed: string[]): Answer {
  if (allowed.includes('GET')) allowed.push('HEAD');
  const headers = ['Allow', [...allowed, 'OPTIONS'].join(', ')];
  if (method === 'OPTIONS') return empty(204, headers);
  return problemAnswer(new Problem('method-not-allowed', `${method} is not for ${shown(path)}; allowed: ${allowed.join(', ')}.`), headers);
}

/** A code is used up by GET alone: what only looks at the address (HEAD) must not spend it. */
async function openSession(
  window: WindowFront,
  request: IncomingMessage,
  response: ServerResponse,
  search: string,
): Promise<Answer | null> {
  if (request.method !== 'GET') return problemAnswer(new Problem('method-not-allowed', 'Open this address with GET.'), ['Allow', 'GET']);
  const { code } = parseQuery(search);
  window.sendSession(response, typeof code === 'string' ? code : '');
  return null;
}

async function sendWindowFile(window: WindowFront, request: IncomingMessage, response: ServerResponse, path: string): Promise<null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw invalid('', 'the path must be percent-encoded UTF-8');
  }
  await window.sendFile(request, response, decoded);
  return null;
}

/** null: the client is gone. */
function answerForError(error: unknown, request: IncomingMessage, log: (line: string) => void): Answer | null {
  if (error instanceof ClientGone) return null;
  if (error instanceof Problem) return problemAnswer(error);
  const reference = randomUUID();
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log(`internal error ${reference} in ${request.method} ${shown(request.url ?? '')}: ${reason}`);
  return problemAnswer(new Problem('internal-error', `The engine made a mistake. Its log says more under ${reference}.`));
}

function shown(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
