import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
beforeAll(async () => {
  engine = await startEngineProcess();
});
afterAll(() => engine.dispose());

const run = (...args: string[]) => runInProcess(args, { home: engine.home });
const states = async () => {
  const { examples } = JSON.parse((await run('examples', '--json')).stdout);
  return Object.fromEntries(examples.map(({ name, state }: { name: string; state: string }) => [name, state]));
};

it('an example is loaded, tried with the line that is printed, and removed', async () => {
  expect((await run('examples', 'ls')).stdout).toMatch(/^payment +sync +absent/m);
  const { stdout, code } = await run('examples', 'load', 'payment', 'log-in');
  expect(code).toBe(0);
  const [line = ''] = stdout.split('\n');
  expect(line).toMatch(/^switchyard submit payment --mode sync --payload '\{.*\}'$/);
  const payload = /'(.*)'$/.exec(line)?.[1] ?? '';
  const submitted = await run('submit', 'payment', '--mode', 'sync', '--payload', payload);
  expect(submitted).toMatchObject({ code: 0, stdout: expect.stringContaining('"charged": true') });
  expect(await states()).toMatchObject({ payment: 'loaded', 'log-in': 'loaded', email: 'absent' });

  expect(await run('examples', 'rm', 'payment')).toMatchObject({ code: 0, stdout: 'removed  payment\n' });
  expect((await run('submit', 'payment', '--payload', payload)).code).toBe(2);
  expect((await run('examples', 'rm', 'payment')).code).toBe(4);
});

it('all of them at once pass over a file of the user, which only --replace moves aside', async () => {
  const file = join(engine.home, 'tasks', 'report.ts');
  writeFileSync(file, 'export default { run: () => "mine" };');
  expect((await run('examples', 'load', 'report')).code).toBe(4);
  expect((await run('examples', 'load', '--all')).code).toBe(0);
  const all = await states();
  expect(new Set(Object.values({ ...all, report: 'loaded' }))).toEqual(new Set(['loaded']));
  expect(all.report).toBe('changed');
  expect(readFileSync(file, 'utf8')).toContain('mine');

  const { examples } = JSON.parse((await run('examples', 'load', 'report', '--replace', '--json')).stdout);
  expect(readFileSync(examples[0].keptAs, 'utf8')).toContain('mine');
  expect((await states()).report).toBe('loaded');
});

it('names that do not exist, and neither or both of names and --all, are wrong use', async () => {
  for (const args of [['load', 'nothing'], ['load'], ['load', 'report', '--all'], ['rm', 'nothing'], ['show']])
    expect((await run('examples', ...args)).code).toBe(2);
});

it('the answers are as the description of the interface says', async () => {
  const { transport, close } = unixFetch(engine.socket);
  const ask = async (path: string, method = 'GET') => JSON.parse(await (await transport(path, { method, headers: {} })).text());
  const document = await ask('/openapi.json');
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(document, 'openapi');
  const misfits = (name: string, value: unknown) => {
    const check = ajv.getSchema(`openapi#/components/schemas/${name}`);
    if (!check) throw new Error(`${name} is not described`);
    return check(value) ? [] : check.errors;
  };
  expect(misfits('ExampleList', await ask('/v1/examples'))).toEqual([]);
  expect(misfits('LoadedExample', await ask('/v1/examples/log-in/load', 'POST'))).toEqual([]);
  close();
});
