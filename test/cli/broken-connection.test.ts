/** A connection that breaks after the request has left: what was asked for may have been done. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';
import { runCommand } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

let api: TestApi;
let home: string;
let wire: { server: Server; sockets: Set<Socket> /** Answers that are still to be lost. */; toLose: number };

/** Passes everything on, but cuts the connection when an answer comes that is to be lost. */
beforeEach(async () => {
  api = await startTestApi();
  home = mkdtempSync(join(tmpdir(), 'switchyard-cli-'));
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(api.socket);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    near.pipe(far);
    far.on('data', (data) => {
      if (wire.toLose === 0) {
        near.write(data);
        return;
      }
      wire.toLose--;
      near.destroy();
      far.destroy();
    });
    near.on('close', () => far.destroy());
  });
  wire = { server, sockets, toLose: 0 };
  const socket = join(home, 'wire.sock');
  await new Promise<void>((listening) => server.listen(socket, listening));
  writeFileSync(
    join(home, 'engine.json'),
    JSON.stringify({ pid: process.pid, version: '1.2.3', socket, startedAt: new Date().toISOString() }),
  );
});

afterEach(async () => {
  for (const socket of wire.sockets) socket.destroy();
  await new Promise((closed) => wire.server.close(closed));
  await api.close();
  rmSync(home, { recursive: true });
});

it('a job whose answer was lost is asked for again and is there once', async () => {
  wire.toLose = 2;
  const { code, stdout, stderr } = await runCommand(['submit', 'slow'], { home });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { jobs } = await api.client.call('listJobs', { query: {} });
  expect(jobs.map((job) => job.id)).toEqual([stdout.trim()]);
  expect(api.backend.submitted).toHaveLength(3);
});

it('a batch whose answer was lost is not sent again, and the lines whose fate is unknown are named', async () => {
  wire.toLose = 1;
  const stdin = '{"task":"slow"}\n\n{"task":"slow"}\n';
  const { code, stdout, stderr } = await runCommand(['submit', '--file', '-', '--json'], { home, stdin });
  expect({ code, stdout: JSON.parse(stdout) }).toEqual({ code: 3, stdout: { ids: [] } });
  expect(JSON.parse(stderr)).toMatchObject({ code: 'connection-lost', unknownLines: [1, 3], accepted: 0, resumeFromLine: 1 });
  expect((await api.client.call('listJobs', { query: {} })).total).toBe(2);
});

it('an action whose answer was lost is not done twice, and says that it may have been done', async () => {
  const { id } = await api.client.call('submitJob', { body: { task: 'slow', mode: 'async' } });
  wire.toLose = 1;
  const { code, stderr } = await runCommand(['cancel', id], { home });
  expect(code).toBe(3);
  expect(stderr).toContain('What was asked may or may not have been done');
  expect((await api.client.call('getJob', { params: { id }, query: {} })).state).toBe('cancelled');
});

it('a wait gives up when the engine stays away for longer than its patience', async () => {
  const { id } = await api.client.call('submitJob', { body: { task: 'slow', mode: 'async' } });
  const waiting = runInProcess(['wait', id], { home });
  while (api.backend.waiters() === 0) await api.backend.nextChange();
  rmSync(join(home, 'engine.json'));
  for (const socket of wire.sockets) socket.destroy();
  const { code, stderr } = await waiting;
  expect(code).toBe(3);
  expect(stderr).toContain('The connection to the engine broke');
});
