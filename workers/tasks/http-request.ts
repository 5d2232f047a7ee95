/** One HTTP exchange: redirects followed, size bounded, and a failure judged by whether another try can help. */

import { pipeline, type Readable } from 'node:stream';
import { type BrotliDecompress, createBrotliDecompress, createGunzip, createInflate, type Gunzip, type Inflate } from 'node:zlib';
import { Agent, type Dispatcher, request } from 'undici';
import { isNestedDeeper, type Json } from '../../contract/json.ts';
import { limits } from '../../contract/limits.ts';
import type { TaskDefinition } from '../../contract/task.ts';
import { defaultMaxBytes, httpRequest, type methods } from '../declared/http-request.ts';
import { retryAfterMs } from '../retry-after.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood, retryAfter } from '../task-errors.ts';
import { readableBytes, startOfText } from '../text-limits.ts';

type Method = (typeof methods)[number];

type HttpPayload = {
  url: string;
  method?: Method;
  headers?: Record<string, string>;
  body?: string;
  json?: Json;
  expectStatus?: number | number[];
  maxBytes?: number;
};

type HttpResult = { status: number; headers: Record<string, string | string[]>; body?: string; json?: Json; bytes: number };

type Exchange = { url: URL; method: Method; headers: Record<string, string>; body: string | null };

const mostRedirects = 5;
const errorBodyBytes = 4_096;
/** The result is one level itself. */
const jsonDepth = limits.resultDepth - 1;

/** Time limits are the job's (its signal); the agent's own would end a slow answer behind its back. */
const agent = new Agent({ connections: 256, connect: { timeout: 10_000 }, headersTimeout: 0, bodyTimeout: 0 });

async function run(payload: HttpPayload, task: BuiltInContext): Promise<HttpResult> {
  const startedAt = performance.now();
  const { exchange, response } = await send(firstExchange(payload, task), task);
  const maxBytes = payload.maxBytes ?? defaultMaxBytes;
  const { statusCode: status } = response;
  const where = `${exchange.method} ${shown(exchange.url)}`;
  const expected = isExpected(status, payload.expectStatus);
  const body = await readBody(exchange, response, expected ? maxBytes : errorBodyBytes, task);
  task.log(`${where}: ${status}, ${readableBytes(body.length)} in ${Math.round(performance.now() - startedAt)} ms`);
  if (!expected) throw statusProblem(status, where, response.headers, body);
  if (body.length > maxBytes) throw failForGood(`${where}: the answer is larger than ${readableBytes(maxBytes)} (maxBytes)`);
  const answer: HttpResult = {
    status,
    headers: plainHeaders(response.headers),
    ...content(response.headers, body, task),
    bytes: body.length,
  };
  const bytes = Buffer.byteLength(JSON.stringify(answer));
  if (bytes <= limits.resultBytes) return answer;
  throw failForGood(
    `${where}: the answer has ${readableBytes(body.length)}, and ${readableBytes(bytes)} as a result; at most ${readableBytes(limits.resultBytes)} are kept. Fetch it to a file instead, for example with curl in shell.run.`,
  );
}

function firstExchange(payload: HttpPayload, task: BuiltInContext): Exchange {
  if (payload.body !== undefined && payload.json !== undefined) throw failForGood('body and json: give one of them');
  const url = parsedUrl(payload.url, undefined);
  const body = payload.json !== undefined ? JSON.stringify(payload.json) : (payload.body ?? null);
  const method = payload.method ?? (body === null ? 'GET' : 'POST');
  const headers: Record<string, string> = {
    'user-agent': 'switchyard',
    'accept-encoding': 'gzip, deflate, br',
    traceparent: task.traceparent,
  };
  if (method === 'POST' || method === 'PATCH') headers['idempotency-key'] = task.jobId;
  if (payload.json !== undefined) headers['content-type'] = 'application/json';
  else if (body !== null) headers['content-type'] = 'text/plain; charset=utf-8';
  if (url.username !== '' || url.password !== '') {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    headers.authorization = `Basic ${Buffer.from(pair).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(payload.headers ?? {})) headers[name.toLowerCase()] = value;
  return { url, method, headers, body };
}

/** @throws an error that is not retried, when it is no address that this task goes to */
function parsedUrl(address: string, base: URL | undefined): URL {
  const url = URL.parse(address, base?.href);
  if (url === null) throw failForGood(base ? `${shown(base)} redirects to something that is no address` : 'url: is no address');
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  throw failForGood(
    `${base ? `${shown(base)} redirects to a ${url.protocol} address` : `url: ${url.protocol} addresses are not fetched`}; only http: and https: are`,
  );
}

/** Never with the user name and password that an address may hold. */
function shown(url: URL): string {
  const open = new URL(url);
  open.username = '';
  open.password = '';
  return open.href;
}

async function send(first: Exchange, task: BuiltInContext): Promise<{ exchange: Exchange; response: Dispatcher.ResponseData }> {
  let exchange = first;
  for (let redirects = 0; ; redirects += 1) {
    const response = await exchangeOnce(exchange, task);
    const location = redirectOf(response);
    if (location === null) return { exchange, response };
    await response.body.dump();
    if (redirects === mostRedirects)
      throw failForGood(
        `${shown(first.url)}: redirected more than ${mostRedirects} times, last to ${shown(parsedUrl(location, exchange.url))}`,
      );
    exchange = redirected(exchange, parsedUrl(location, exchange.url), response.statusCode);
    task.log(`Redirected (${response.statusCode}) to ${shown(exchange.url)}`);
  }
}

async function exchangeOnce({ url, method, headers, body }: Exchange, task: BuiltInContext): Promise<Dispatcher.ResponseData> {
  try {
    return await request(url, { method, headers, body, dispatcher: agent, signal: task.signal });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'UND_ERR_INVALID_ARG') throw failForGood(`The request is not valid: ${message}`);
    if (task.signal.aborted) throw error;
    throw Object.assign(new Error(`${method} ${shown(url)}: ${message || code}`, { cause: error }), { name: 'NetworkError' });
  }
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData): string | null {
  const location = headers.location;
  return [301, 302, 303, 307, 308].includes(statusCode) && typeof location === 'string' ? location : null;
}

/** RFC 9110, 15.4: 303 always and (as all clients do) 301 and 302 after a POST go on as GET. What is secret stays with its origin. */
function redirected(before: Exchange, url: URL, status: number): Exchange {
  const toGet = (status === 303 && before.method !== 'HEAD') || ((status === 301 || status === 302) && before.method === 'POST');
  const headers = { ...before.headers };
  if (url.origin !== before.url.origin) for (const name of ['authorization', 'cookie', 'proxy-authorization', 'host']) delete headers[name];
  if (!toGet) return { ...before, url, headers };
  for (const name of ['content-type', 'content-length', 'content-encoding', 'idempotency-key']) delete headers[name];
  return { url, method: 'GET', headers, body: null };
}

function isExpected(status: number, wanted: number | number[] | undefined): boolean {
  if (wanted === undefined) return status >= 200 && status <= 299;
  return typeof wanted === 'number' ? status === wanted : wanted.includes(status);
}

/** At most one byte more than `maxBytes`, by which the caller sees that there was more. */
async function readBody(
  exchange: Exchange,
  { statusCode, headers, body }: Dispatcher.ResponseData,
  maxBytes: number,
  task: BuiltInContext,
): Promise<Buffer> {
  const empty = exchange.method === 'HEAD' || statusCode === 204 || statusCode === 304;
  const total = Number(headers['content-length']);
  const chunks: Buffer[] = [];
  let length = 0;
  let received = 0;
  body.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (total > 0) task.progress((received / total) * 100, `${readableBytes(received)} of ${readableBytes(total)}`);
  });
  try {
    for await (const chunk of empty ? body : decoded(body, headers['content-encoding'])) {
      chunks.push(chunk as Buffer);
      length += (chunk as Buffer).length;
      if (length > maxBytes) break;
    }
  } catch (error) {
    if (task.signal.aborted) throw task.signal.reason;
    const { message } = error as Error;
    throw Object.assign(new Error(`${exchange.method} ${shown(exchange.url)}: the answer broke off: ${message}`, { cause: error }), {
      name: 'NetworkError',
    });
  } finally {
    body.destroy();
  }
  return Buffer.concat(chunks).subarray(0, maxBytes + 1);
}

const decoders: Record<string, () => Gunzip | Inflate | BrotliDecompress> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

/** RFC 9110, 8.4: codings are listed in the order in which they were applied. One that is unknown leaves the body as it is. */
function decoded(body: Readable, encoding: string | string[] | undefined): Readable {
  const codings = [encoding ?? []]
    .flat()
    .join(',')
    .split(',')
    .map((coding) => coding.trim().toLowerCase());
  let stream = body;
  for (const coding of codings.reverse()) {
    const decoder = Object.hasOwn(decoders, coding) ? decoders[coding]?.() : undefined;
    if (!decoder) break;
    // Its error is the reader's: reading the decoder throws it.
    stream = pipeline(stream, decoder, () => {});
  }
  return stream;
}

function statusProblem(status: number, where: string, headers: Dispatcher.ResponseData['headers'], body: Buffer): Error {
  const details = { status, headers: plainHeaders(headers), body: startOfText(body.toString('utf8'), errorBodyBytes) };
  const message = `${where}: status ${status}`;
  // RFC 9110: 408 asks for another try; 425 (RFC 8470) and 429 (RFC 6585) for a later one.
  if (status < 500 && ![408, 425, 429].includes(status)) return failForGood(message, details);
  const wait = retryAfterMs(headers['retry-after'], Date.now());
  const error = wait === null ? Object.assign(new Error(message), { details }) : retryAfter(wait, message, details);
  return Object.assign(error, { name: 'HttpError' });
}

function plainHeaders(headers: Dispatcher.ResponseData['headers']): Record<string, string | string[]> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string | string[]] => entry[1] !== undefined));
}

function content(headers: Dispatcher.ResponseData['headers'], body: Buffer, task: BuiltInContext): { body: string } | { json: Json } {
  const type = [headers['content-type'] ?? ''].flat()[0] ?? '';
  if (/^application\/(?:[\w.+-]+\+)?json\b/i.test(type) && body.length > 0) {
    try {
      const text = body.toString('utf8');
      const json = JSON.parse(text) as Json;
      if (!isNestedDeeper(text, jsonDepth)) return { json };
      task.log(`The answer is nested deeper than ${jsonDepth} levels; it is kept as text`);
    } catch {
      task.log(`The answer says that it is JSON (${type}) and is not; it is kept as text`);
    }
  }
  return { body: decodedText(body, /charset="?([\w.:-]+)/i.exec(type)?.[1]) };
}

function decodedText(body: Buffer, charset = 'utf-8'): string {
  try {
    return new TextDecoder(charset).decode(body);
  } catch {
    // A charset that nobody knows.
    return body.toString('utf8');
  }
}

export default { ...httpRequest, run } satisfies TaskDefinition<HttpPayload, HttpResult>;
