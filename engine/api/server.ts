/** The local API: HTTP on a Unix socket (a named pipe on Windows) and, when asked for, on 127.0.0.1. */

import { chmodSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isMainThread } from 'node:worker_threads';
import { Problem } from '../../contract/errors.ts';
import type { Health, Info } from '../../contract/resources.ts';
import type { Backend, LabBackend } from '../queue/backend.ts';
import { BrowserSessions } from './browser-sessions.ts';
import { circuitHandlers } from './circuit-handlers.ts';
import type { Front } from './dispatch.ts';
import { documentHandlers } from './documents.ts';
import { endpointsOf } from './endpoints.ts';
import { engineHandlers } from './engine-handlers.ts';
import { EventStreams } from './event-stream.ts';
import { exampleHandlers } from './example-handlers.ts';
import { jobHandlers } from './job-handlers.ts';
import { labCsvEndpoint, labHandlers } from './lab-handlers.ts';
import type { Timing } from './listener.ts';
import { closeServer, defaultTiming, listen, serve } from './listener.ts';
import { notifyHandlers } from './notify-handlers.ts';
import { operationHandlers } from './operation-handlers.ts';
import { compileRouter } from './router.ts';
import { scheduleHandlers } from './schedule-handlers.ts';
import { storageHandlers } from './storage-handlers.ts';
import { streamHandlers } from './stream-handlers.ts';
import { openGuard, sessionCookieName, tcpGuard, tokenGuard } from './tcp-guard.ts';
import { sendSession, sendWindowFile } from './window-files.ts';
import { workflowHandlers } from './workflow-handlers.ts';

export type ApiOptions = {
  backend: Backend;
  lab: LabBackend;
  health: () => Health;
  info: () => Info;
  /** Path of the Unix socket, or name of the pipe. A stale one must be gone. */
  socket: string;
  /** null: no TCP; 0: any free port. */
  port: number | null;
  token: string;
  /** The built window; null when there is none. */
  rendererFolder: string | null;
  now: () => number;
  log: (line: string) => void;
  timing?: Partial<Timing>;
};

export type ApiServer = {
  /** Of TCP; null without. */
  port: number | null;
  /** A fresh one-time address of the window, good for 60 s. @throws Problem wrong-state without TCP */
  windowAddress(): string;
  /** From now on submissions are refused with shutting-down, and health says so. */
  stopAccepting(): void;
  /** Ends event streams and idle connections, and the others after their answer or a bound. */
  close(): Promise<void>;
};

/** @throws what listen throws: EADDRINUSE for a port that is taken */
export async function startApi(options: ApiOptions): Promise<ApiServer> {
  const { backend, lab, now, log } = options;
  const timing = { ...defaultTiming, ...options.timing };
  const streams = new EventStreams(timing.keepAliveMs);
  const sessions = new BrowserSessions(now);
  let stopping = false;
  let closing = false;
  let port: number | null = null;

  const windowAddress = () => {
    if (port === null) throw new Problem('wrong-state', 'The engine does not listen on TCP. Start it with `switchyard serve --port 0`.');
    return `http://127.0.0.1:${port}/session?code=${sessions.makeCode()}`;
  };
  const refuseWork = () => {
    if (stopping) throw new Problem('shutting-down', 'The engine is stopping and takes no new jobs.', { retryAfterMs: 5_000 });
  };
  const health = (): Health => (stopping ? { status: 'degraded', detail: 'The engine is stopping.' } : options.health());

  const endpoints = endpointsOf({
    ...jobHandlers(backend, now, refuseWork, timing.stalledMs),
    ...storageHandlers(backend, refuseWork),
    ...scheduleHandlers(backend, now, refuseWork),
    ...workflowHandlers(backend, refuseWork),
    ...operationHandlers(backend, refuseWork),
    ...circuitHandlers(backend),
    ...exampleHandlers(backend),
    ...notifyHandlers(backend, refuseWork),
    ...labHandlers(lab, refuseWork),
    ...streamHandlers(backend, streams, now),
    ...engineHandlers(backend, { health, info: options.info, windowAddress, now }),
  });
  const router = compileRouter([...endpoints, ...documentHandlers(backend, options.info), labCsvEndpoint(lab)]);
  const shared = { router, closing: () => closing, stalledMs: timing.stalledMs, log };

  const local = await listenPrivately(options.socket, timing);
  const servers = [local];
  serve(local, { ...shared, guard: process.platform === 'win32' ? tokenGuard(options.token) : openGuard, window: null });
  if (options.port !== null) {
    const tcp = await listen({ host: '127.0.0.1', port: options.port }, timing).catch(async (error) => {
      await closeServer(local, 0);
      throw error;
    });
    servers.push(tcp);
    port = (tcp.address() as AddressInfo).port;
    serve(tcp, { ...shared, guard: tcpGuard(port, options.token, sessions), window: windowFront(port, sessions, options.rendererFolder) });
  }

  return {
    port,
    windowAddress,
    stopAccepting: () => {
      stopping = true;
    },
    close: async () => {
      stopping = true;
      closing = true;
      const closed = servers.map((server) => closeServer(server, timing.closeMs));
      streams.endAll();
      await Promise.all(closed);
    },
  };
}

/** The socket is never open to others, not even between bind and chmod; the umask is only changed while bind runs. */
async function listenPrivately(socket: string, timing: Timing): Promise<Server> {
  if (process.platform === 'win32') return listen({ path: socket }, timing);
  // Only the main thread may set it; elsewhere the home's mode (0700) guards that moment.
  const before = isMainThread ? process.umask(0o177) : null;
  const listening = listen({ path: socket }, timing);
  if (before !== null) process.umask(before);
  const server = await listening;
  chmodSync(socket, 0o600);
  return server;
}

function windowFront(port: number, sessions: BrowserSessions, folder: string | null): NonNullable<Front['window']> {
  return {
    sendSession: (response, code) => sendSession(response, sessions.redeem(code), sessionCookieName(port)),
    sendFile: (request, response, path) => sendWindowFile(request, response, folder, path),
  };
}
