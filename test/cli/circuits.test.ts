/** Circuits with a real service that goes down and comes back, a real engine that is killed meanwhile, and the command line. */

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, expect, it } from 'vitest';
import type { Circuit } from '../../contract/circuit.ts';
import { type EngineProcess, makeHome, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
let service: Server;
afterEach(async () => {
  service.closeAllConnections();
  service.close();
  await engine.dispose();
});

async function serveOn(port: number): Promise<number> {
  service = createServer((_, response) => response.end('fine'));
  service.listen(port, '127.0.0.1');
  await once(service, 'listening');
  return (service.address() as AddressInfo).port;
}

/** The one circuit, once it is in that state. Whoever resumes from long ago hears at once that something was missed. */
async function until(state: Circuit['state']): Promise<Circuit> {
  for await (const _ of engine.client.events({ kind: 'circuit' }, '0')) {
    const { circuits } = await engine.client.call('listCircuits', {});
    if (circuits[0]?.state === state) return circuits[0];
  }
  throw new Error('the stream of events ended');
}

it('jobs of a service that is down wait through a kill of the engine, and all run once it is back', { timeout: 90_000 }, async () => {
  const home = await makeHome();
  engine = await startEngineProcess({ home });
  const port = await serveOn(0);
  service.closeAllConnections();
  service.close();
  await once(service, 'close');
  const origin = `http://127.0.0.1:${port}`;
  const call = { task: 'http.request', payload: { url: `${origin}/a` }, retry: { baseMs: 100, jitter: 0 } };

  const { ids } = await engine.client.call('submitBatch', {
    body: { jobs: Array.from({ length: 300 }, () => ({ ...call, mode: 'async' as const })) },
  });
  expect(await until('open')).toMatchObject({ name: origin, faults: 5, openings: 1 });
  await expect(engine.client.call('submitJob', { body: { ...call, mode: 'sync' } })).rejects.toMatchObject({
    code: 'circuit-open',
    status: 503,
  });
  await engine.kill();
  engine = await startEngineProcess({ home });

  const { transport, close } = unixFetch(engine.socket);
  const ask = async (path: string, method = 'GET') => JSON.parse(await (await transport(path, { method, headers: {} })).text());
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', ...(await ask('/openapi.json')) });
  const page = await ask('/v1/circuits');
  expect(ajv.validate({ $ref: 'openapi#/components/schemas/CircuitPage' }, page), JSON.stringify(ajv.errors)).toBe(true);
  expect(page).toMatchObject({ circuits: [{ name: origin, state: 'open', lastFault: { name: 'NetworkError' } }], next: null });
  expect(await ask(`/v1/circuits/${encodeURIComponent(origin)}`)).toMatchObject({ name: origin });
  expect(await ask('/v1/circuits/nothing/reset', 'POST')).toMatchObject({ code: 'not-found' });
  await close();
  const listed = await runInProcess(['circuit', 'ls'], { home });
  expect(listed.stdout).toMatch(new RegExp(`${origin}\\s+open`));

  await serveOn(port);
  await until('closed');
  for (const id of ids) {
    const job = await engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
    expect(job, JSON.stringify(job.error)).toMatchObject({ state: 'completed', circuit: origin });
  }
  await engine.dispose();
});

it('a person who knows that it is back resets it', { timeout: 60_000 }, async () => {
  engine = await startEngineProcess();
  const port = await serveOn(0);
  service.closeAllConnections();
  service.close();
  await once(service, 'close');
  const origin = `http://127.0.0.1:${port}`;
  const job = { task: 'http.request', payload: { url: origin }, mode: 'async' as const, retry: { baseMs: 3_600_000 } };
  await engine.client.call('submitBatch', { body: { jobs: Array.from({ length: 6 }, () => job) } });
  await until('open');
  const late = await engine.client.call('submitJob', { body: job });
  await serveOn(port);
  expect(await runInProcess(['circuit', 'reset', origin, '--json'], { home: engine.home })).toMatchObject({ code: 0 });
  expect(await engine.client.call('getJob', { params: { id: late.id }, query: { waitMs: 30_000 } })).toMatchObject({
    state: 'completed',
    attempt: 1,
  });
  expect((await runInProcess(['circuit', 'reset', 'http://nothing.example'], { home: engine.home })).code).toBe(2);
});
