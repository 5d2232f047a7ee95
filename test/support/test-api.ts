/** The real API server over a backend in memory, on a socket in a temporary home, and the ways to talk to it. */

import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '../../contract/client.ts';
import { createClient } from '../../contract/client.ts';
import type { ProblemDetails } from '../../contract/errors.ts';
import type { Health } from '../../contract/resources.ts';
import type { ApiOptions, ApiServer } from '../../engine/api/server.ts';
import { startApi } from '../../engine/api/server.ts';
import type { MemoryBackend } from './memory-backend.ts';
import { memoryBackend } from './memory-backend.ts';
import { noLab } from './no-lab.ts';
import { unixFetch } from './unix-fetch.ts';

export const testToken = 'a'.repeat(43);

export type Reply = { status: number; headers: IncomingHttpHeaders; text: string; json(): unknown; problem(): ProblemDetails };

export type RequestOptions = { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer; tcp?: boolean };

export type TestApi = {
  api: ApiServer;
  backend: MemoryBackend;
  socket: string;
  client: Client;
  logged: string[];
  clock: { now: number };
  health: { current: Health };
  /** Over the socket, or over TCP with the token unless `headers` says otherwise. */
  request(path: string, options?: RequestOptions): Promise<Reply>;
  /** Bytes as they are; answers with all that came until the server closed the connection. */
  raw(text: string | Buffer, options?: { tcp?: boolean }): Promise<string>;
  close(): Promise<void>;
};

export async function startTestApi(options: Partial<ApiOptions> = {}): Promise<TestApi> {
  const home = mkdtempSync(join(tmpdir(), 'switchyard-api-'));
  const socket = join(home, 'engine.sock');
  const clock = { now: Date.parse('2026-01-31T09:30:00.000Z') };
  const backend = memoryBackend(() => clock.now);
  const logged: string[] = [];
  const health: { current: Health } = { current: { status: 'ok', detail: null } };
  const api = await startApi({
    backend,
    lab: noLab(),
    health: () => health.current,
    info: () => ({
      name: 'switchyard',
      version: '1.2.3',
      apiVersion: 1,
      home,
      pid: process.pid,
      node: process.version,
      sqlite: '3.0.0',
      startedAt: new Date(clock.now).toISOString(),
      durability: 'full',
      limits: {},
    }),
    socket,
    port: null,
    token: testToken,
    rendererFolder: null,
    now: () => clock.now,
    log: (line) => logged.push(line),
    ...options,
  });
  const { transport, close: closeTransport } = unixFetch(socket);
  const agent = new Agent({ keepAlive: true });
  const address = (tcp: boolean | undefined) => (tcp ? { host: '127.0.0.1', port: api.port ?? 0 } : { socketPath: socket });
  return {
    api,
    backend,
    socket,
    client: createClient(transport),
    logged,
    clock,
    health,
    request: (path, { method = 'GET', headers, body, tcp } = {}) =>
      new Promise((resolve, reject) => {
        const sent = headers ?? (tcp ? { authorization: `Bearer ${testToken}` } : {});
        const outgoing = httpRequest({ ...address(tcp), agent, method, path, headers: sent }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const json = () => JSON.parse(text);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json, problem: json });
          });
        });
        outgoing.on('error', reject);
        outgoing.end(body);
      }),
    raw: (text, { tcp } = {}) =>
      new Promise((resolve, reject) => {
        const connection = tcp ? connect(api.port ?? 0, '127.0.0.1') : connect(socket);
        let received = '';
        connection.on('data', (chunk) => {
          received += chunk.toString('latin1');
        });
        connection.on('error', reject);
        connection.on('close', () => resolve(received));
        connection.write(text);
      }),
    close: async () => {
      agent.destroy();
      await closeTransport();
      await api.close();
      rmSync(home, { recursive: true });
    },
  };
}
