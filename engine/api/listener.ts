/** One HTTP server on one address, with bounds on everything that a client could draw out. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { ListenOptions } from 'node:net';
import type { Duplex } from 'node:stream';
import { Problem } from '../../contract/errors.ts';
import { problemAnswer, rawAnswer, writeAnswer } from './answer.ts';
import type { Front } from './dispatch.ts';
import { dispatch } from './dispatch.ts';

export type Timing = {
  /** For a request's head to arrive. */
  headersMs: number;
  /** For the whole request to arrive. */
  requestMs: number;
  /** How often the two are looked at. */
  checkMs: number;
  /** A connection without a request. */
  idleMs: number;
  /** A reader that takes nothing of an answer for this long is given up. */
  stalledMs: number;
  /** Between comments on an event stream: shorter than the idle bounds of common proxies. */
  keepAliveMs: number;
  /** For answers in flight at a stop. */
  closeMs: number;
};

export const defaultTiming: Timing = {
  headersMs: 10_000,
  requestMs: 60_000,
  checkMs: 1_000,
  idleMs: 65_000,
  stalledMs: 30_000,
  keepAliveMs: 15_000,
  closeMs: 5_000,
};

/** Connections beyond it are closed at once. */
const mostConnections = 10_000;
/** For the answer to a broken request to be read, before the connection goes. */
const lingerMs = 1_000;

/** Listens, without answering yet: `serve` needs to know the port first. @throws what listen throws, e.g. EADDRINUSE */
export async function listen(options: ListenOptions, timing: Timing): Promise<Server> {
  const server = createServer({
    headersTimeout: timing.headersMs,
    requestTimeout: timing.requestMs,
    connectionsCheckingInterval: timing.checkMs,
    keepAliveTimeout: timing.idleMs,
    // The guard answers a missing Host in words.
    requireHostHeader: false,
  });
  server.maxConnections = mostConnections;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

export function serve(server: Server, front: Front): void {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    dispatch(front, request, response).catch((error: Error) => {
      // What can't even be written, e.g. a header with characters that HTTP has no room for.
      front.log(`an answer to ${request.method} was not sent: ${error.stack ?? error.message}`);
      response.destroy();
    });
  };
  server.on('request', answer);
  // Without this listener Node says `100 Continue` before anyone has looked at the size.
  server.on('checkContinue', answer);
  server.on('checkExpectation', (request, response) => {
    const problem = new Problem('invalid-request', 'Expect: must be "100-continue" or left out');
    writeAnswer(response, problemAnswer(problem, [], 417), true, front.stalledMs);
    request.resume();
  });
  server.on('connect', (_request, socket) => {
    refuse(socket, 405, 'Method Not Allowed', new Problem('method-not-allowed', 'This is no proxy.'));
  });
  server.on('clientError', onClientError);
  server.on('error', (error) => front.log(`listening failed: ${error.message}`));
}

function onClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  // Node's own default looks at the same place: half an answer must not be followed by another.
  const { _httpMessage: current } = socket as { _httpMessage?: { headersSent: boolean } };
  if (!socket.writable || error.code === 'ECONNRESET' || current?.headersSent) {
    socket.destroy();
  } else if (error.code === 'HPE_HEADER_OVERFLOW') {
    refuse(socket, 431, 'Request Header Fields Too Large', new Problem('payload-too-large', 'The headers are larger than 16 KiB.'));
  } else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    refuse(socket, 408, 'Request Timeout', new Problem('invalid-request', 'The request took too long to arrive.'));
  } else {
    refuse(socket, 400, 'Bad Request', new Problem('invalid-request', `This is not HTTP/1.1: ${error.message}`));
  }
}

function refuse(socket: Duplex, status: number, reason: string, problem: Problem): void {
  // Read on for a moment: closing with unread bytes resets the connection, and the answer would be lost with it.
  setTimeout(() => socket.destroy(), lingerMs).unref();
  socket.on('error', () => {});
  socket.end(rawAnswer(problemAnswer(problem, [], status), reason));
  socket.resume();
}

/** Ends idle connections at once and the others after their answer, or after `graceMs`. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const bound = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(bound);
}
