/** A server on a Unix socket in a home of its own, as the shell finds an engine. */

import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type SocketServer = {
  socket: string;
  /** Writes engine.json, by which it is found. */
  announce(): void;
  stop(): Promise<void>;
};

export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), 'switchyard-home-'));
}

export function removeHome(home: string): void {
  rmSync(home, { recursive: true, force: true });
}

export async function listen(home: string, listener: RequestListener): Promise<SocketServer> {
  // Not the usual name: only engine.json leads to it.
  const socket = join(home, 'test.sock');
  rmSync(socket, { force: true });
  const server = createServer(listener);
  server.listen(socket);
  await once(server, 'listening');
  return {
    socket,
    announce: () => writeFileSync(join(home, 'engine.json'), JSON.stringify({ pid: process.pid, version: '0', socket, startedAt: '' })),
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      rmSync(join(home, 'engine.json'), { force: true });
    },
  };
}

export function health(answer: ServerResponse): void {
  answer.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok","detail":null}');
}
