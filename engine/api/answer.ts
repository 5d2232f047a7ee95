/** What a handler answers with, and how it goes out. */

import type { ServerResponse } from 'node:http';
import type { Problem } from '../../contract/errors.ts';

/** `headers` alternates names and values, as writeHead takes them without a copy. */
export type Answer = { status: number; type: string; body: string | null; headers: readonly string[] };

const noHeaders: readonly string[] = [];
/** What the kernel's buffers and ours take without any waiting. */
const largeAnswer = 65_536;

export function json(status: number, value: unknown, headers = noHeaders): Answer {
  return jsonText(status, JSON.stringify(value), headers);
}

/** What is JSON already. */
export function jsonText(status: number, body: string, headers = noHeaders): Answer {
  return { status, type: 'application/json; charset=utf-8', body, headers };
}

export function text(type: string, body: string): Answer {
  return { status: 200, type, body, headers: noHeaders };
}

export function empty(status: number, headers = noHeaders): Answer {
  return { status, type: '', body: null, headers };
}

/** `status` differs from the problem's own only where HTTP has a finer one (408, 417, 431). */
export function problemAnswer(problem: Problem, headers = noHeaders, status = problem.status): Answer {
  const more = [...headers];
  if (problem.extras.retryAfterMs !== undefined) more.push('Retry-After', retryAfterSeconds(problem.extras.retryAfterMs));
  if (problem.extras.isReplay) more.push('Idempotency-Replayed', 'true');
  if (status === 401) more.push('WWW-Authenticate', 'Bearer realm="switchyard"');
  const body = JSON.stringify({ ...problem.toJSON(), status });
  return { status, type: 'application/problem+json', body, headers: more };
}

/** Whole seconds, rounded up, at least 1: an earlier return would be in vain. */
export function retryAfterSeconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}

function bytesOf({ body }: Answer): number {
  return body === null ? 0 : Buffer.byteLength(body);
}

/** The head's lines; also used where there is no ServerResponse to write to. */
export function headOf(answer: Answer, bytes: number): string[] {
  const head = ['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'];
  if (answer.body !== null) head.push('Content-Type', answer.type, 'Content-Length', String(bytes));
  for (const item of answer.headers) head.push(item);
  return head;
}

/**
 * @param last no further request will be read from this connection
 * @param stalledMs a reader that takes nothing for this long is given up
 */
export function writeAnswer(response: ServerResponse, answer: Answer, last: boolean, stalledMs: number): void {
  if (response.headersSent || response.destroyed) return;
  const bytes = bytesOf(answer);
  const head = headOf(answer, bytes);
  if (last) head.push('Connection', 'close');
  if (answer.body !== null && answer.body.length > largeAnswer) response.setTimeout(stalledMs, () => response.destroy());
  response.writeHead(answer.status, head);
  if (answer.body === null) response.end();
  // As many bytes as characters: all ASCII, which goes out as it stands.
  else response.end(answer.body, bytes === answer.body.length ? 'latin1' : 'utf8');
}

/** The same for a request so broken that Node gave it no ServerResponse. */
export function rawAnswer(answer: Answer, reason: string): string {
  const head = [...headOf(answer, bytesOf(answer)), 'Connection', 'close'];
  let message = `HTTP/1.1 ${answer.status} ${reason}\r\n`;
  for (let index = 0; index < head.length; index += 2) message += `${head[index]}: ${head[index + 1]}\r\n`;
  return `${message}\r\n${answer.body ?? ''}`;
}
