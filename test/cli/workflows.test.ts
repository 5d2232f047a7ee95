/** Workflows over the local API and on the command line, with the real engine and its threads. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineProcess } from '../support/engine-process.ts';
import { makeHome, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';
import { runInProcess } from './run-in-process.ts';

/** Gives back what it was given of its parents, unless it is to fail. */
const step = `export default {
  lane: 'io', retry: { maxAttempts: 1 },
  run(payload, { parents, parentFailures }) {
    if (payload.fail) throw new Error('as it was to');
    return { given: parents, failed: Object.keys(parentFailures) };
  },
};`;

let home: string;
let engine: EngineProcess;
beforeAll(async () => {
  home = await makeHome();
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(join(home, 'tasks', 'step.js'), step);
  engine = await startEngineProcess({ home });
});
afterAll(() => engine.dispose());

const run = (...args: string[]) => runInProcess(args, { home: engine.home });

it('a workflow is submitted, read, retried from a step and deleted, and each answer is as the description says', async () => {
  const { transport, close } = unixFetch(engine.socket);
  const ask = async (method: string, path: string, body?: object, more: Record<string, string> = {}) => {
    const headers = { 'content-type': 'application/json', ...more };
    const answer = await transport(path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
  };
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'openapi', ...(await ask('GET', '/openapi.json')).body });
  const fits = (name: string, value: unknown) =>
    expect(ajv.validate({ $ref: `openapi#/components/schemas/${name}` }, value), JSON.stringify(ajv.errors)).toBe(true);

  const body = {
    name: 'steps',
    jobs: [
      { name: 'a', task: 'step' },
      { name: 'b', task: 'step', payload: { fail: true } },
      { name: 'c', task: 'step', dependsOn: ['a', { job: 'b', onFailure: 'continue' }] },
    ],
    onComplete: { task: 'step' },
  };
  const made = await ask('POST', '/v1/workflows', body, { 'idempotency-key': 'once' });
  expect(made).toMatchObject({ status: 202, body: { name: 'steps', onFailure: 'block', onComplete: 'onComplete' } });
  fits('Workflow', made.body);
  const address = made.headers.get('location') ?? '';
  expect(address).toBe(`/v1/workflows/${made.body.id}`);
  const again = await ask('POST', '/v1/workflows', body, { 'idempotency-key': 'once' });
  expect(again.headers.get('idempotency-replayed')).toBe('true');
  expect(again.body.id).toBe(made.body.id);

  const ended = await ask('GET', `${address}?waitMs=30000`);
  expect(ended).toMatchObject({ status: 200, body: { state: 'failed', counts: { completed: 3, dead: 1 } } });
  fits('Workflow', ended.body);
  const [, , c, callback] = ended.body.jobs;
  expect(c).toMatchObject({ dependsOn: ['a', 'b'], onFailure: { a: 'block', b: 'continue' } });
  const result = async (id: string) => (await ask('GET', `/v1/jobs/${id}`)).body.result;
  expect(await result(c.id)).toEqual({ given: { a: { given: {}, failed: [] } }, failed: ['b'] });
  expect(await result(callback.id)).toMatchObject({ given: { a: {}, c: {} }, failed: ['b'] });

  const retried = await ask('POST', `${address}/retry`, { from: 'a' });
  expect(retried).toMatchObject({ status: 200, body: { state: 'running' } });
  expect(retried.body.jobs[0].id).not.toBe(ended.body.jobs[0].id);
  expect(await ask('GET', `${address}?waitMs=30000`)).toMatchObject({ body: { state: 'failed', counts: { completed: 3, dead: 1 } } });
  // No body at all: everything that failed.
  expect(await ask('POST', `${address}/retry`)).toMatchObject({ status: 200 });
  await ask('GET', `${address}?waitMs=30000`);
  const page = await ask('GET', '/v1/workflows?limit=1&state=failed');
  expect(page).toMatchObject({ status: 200, body: { workflows: [{ id: made.body.id }], next: null } });
  fits('WorkflowPage', page.body);
  expect(await ask('POST', `${address}/cancel`)).toMatchObject({ status: 409, body: { code: 'wrong-state' } });
  expect(await ask('DELETE', address)).toMatchObject({ status: 204, body: null });
  expect(await ask('GET', address)).toMatchObject({ status: 404, body: { code: 'not-found' } });
  await close();
});

it('what is wrong with a workflow is refused by name', async () => {
  const jobs = [
    { name: 'a', task: 'step', dependsOn: ['b'] },
    { name: 'b', task: 'step', dependsOn: ['a'] },
  ];
  const refused = (body: object) => expect(engine.client.call('submitWorkflow', { body: body as never })).rejects;
  await refused({ jobs }).toMatchObject({
    code: 'invalid-request',
    extras: { errors: [{ path: '/jobs/0/dependsOn/0', message: expect.stringContaining('"a" → "b" → "a"') }] },
  });
  await refused({ jobs: [{ task: 'step' }] }).toMatchObject({ extras: { errors: [{ path: '/jobs/0/name' }] } });
  await refused({ jobs: [{ name: 'a', task: 'step', dependsOn: [5] }] }).toMatchObject({
    extras: { errors: [{ path: '/jobs/0/dependsOn/0' }] },
  });
  await refused({ jobs: [], onFailure: 'ignore' }).toMatchObject({ code: 'invalid-request' });
});

it('on the command line it is submitted, waited for, listed, shown, retried and removed', async () => {
  const file = join(home, 'workflow.json');
  const write = (fail: boolean) =>
    writeFileSync(
      file,
      JSON.stringify({
        name: 'nightly',
        jobs: [
          { name: 'fetch', task: 'step', payload: { fail } },
          { name: 'convert', task: 'step', dependsOn: ['fetch'] },
        ],
      }),
    );
  write(true);
  const failed = await run('workflow', 'submit', file, '--wait', '--json');
  expect(failed.code).toBe(1);
  const { id } = JSON.parse(failed.stdout);
  const shown = (await run('workflow', 'get', id)).stdout;
  expect(shown).toMatch(/^state +failed$/m);
  expect(shown).toMatch(/^fetch +dead .*Error: as it was to/m);
  expect(shown).toMatch(/^convert +blocked .* fetch/m);
  expect((await run('workflow', 'ls', '--state', 'failed')).stdout).toMatch(new RegExp(`^${id} +nightly +failed +1 blocked, 1 dead`, 'm'));
  expect((await run('ls', '--workflow', id, '--json')).stdout).toContain('"total":2');
  expect((await run('workflow', 'retry', id)).code).toBe(0);
  await engine.client.call('getWorkflow', { params: { id }, query: { waitMs: 30_000 } });
  expect((await run('workflow', 'cancel', id)).stdout).toMatch(/^state +cancelled$/m);
  expect((await run('workflow', 'rm', id)).code).toBe(0);
  expect((await run('workflow', 'get', id)).code).toBe(2);
  write(false);
  expect((await run('workflow', 'submit', file, '--wait')).code).toBe(0);
  writeFileSync(file, '{');
  expect(await run('workflow', 'submit', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('is not JSON') });
});
