import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EngineProcess, startEngineProcess } from '../support/engine-process.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
beforeAll(async () => {
  engine = await startEngineProcess();
});
afterAll(() => engine.dispose());

const run = (args: string[], more: { terminal?: { columns: number; rows: number } } = {}) =>
  runInProcess(args, { home: engine.home, ...more });
const workload = { work: { kind: 'model', service: { kind: 'constant', ms: 20 } }, arrivalsPerSecond: 50, requests: 20 };

it('names the well-known cases', async () => {
  const { code, stdout } = await run(['lab', 'presets']);
  expect([code, stdout.includes('checkout'), stdout.includes('PRESET')]).toEqual([0, true, true]);
});

it('runs a workload from a file, shows how far it is and the modes side by side, and keeps the run', { timeout: 90_000 }, async () => {
  await writeFile(join(engine.home, 'load.json'), JSON.stringify(workload));
  const args = ['lab', 'run', '--file', 'load.json', '--modes', 'sync,async', '--name', 'small'];
  const { code, stdout, stderr } = await run(args, { terminal: { columns: 120, rows: 40 } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/SYNC.*ASYNC/);
  expect(stdout).toMatch(/jobs completed.*20\s+.*20/);
  expect(stderr).toMatch(/An engine starts|of 20 sent/);

  const listed = JSON.parse((await run(['lab', 'ls', '--json'])).stdout) as { runs: { id: string; name: string; state: string }[] };
  expect(listed.runs).toMatchObject([{ name: 'small', state: 'completed' }]);
  const id = listed.runs[0]?.id ?? '';
  expect((await run(['lab', 'rename', id, 'first'])).stdout).toContain('first');
  expect((await run(['lab', 'csv', id])).stdout.split('\r\n')[2]).toMatch(/^first,async,completed,/);
  expect(JSON.parse((await run(['lab', 'get', id, '--json'])).stdout)).toMatchObject({
    name: 'first',
    results: [{ mode: 'sync' }, { mode: 'async' }],
  });
  expect((await run(['lab', 'rm', id])).code).toBe(0);
  expect((await run(['lab', 'ls'])).stdout).toContain('no runs yet');
});

it('says what is wrong with an order before it goes out, and leaves the rest to the engine', async () => {
  expect(await run(['lab', 'run'])).toMatchObject({ code: 2, stderr: expect.stringContaining('a preset or --file') });
  expect(await run(['lab', 'run', 'log-in', '--modes', 'fast'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--modes must be some of'),
  });
  expect(await run(['lab', 'run', 'nothing'])).toMatchObject({ code: 2, stderr: expect.stringContaining('log-in') });
});

it('stops a run that goes on', { timeout: 60_000 }, async () => {
  const id = (await run(['lab', 'run', 'email', '--modes', 'async', '--detach'])).stdout.trim();
  const { code, stdout } = await run(['lab', 'stop', id]);
  expect([code, stdout.includes('stopped')]).toEqual([0, true]);
  await run(['lab', 'rm', id]);
});
