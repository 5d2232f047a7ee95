/** Many dead jobs on the command line, against the engine as a process. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineProcess } from '../support/engine-process.ts';
import { makeHome, startEngineProcess } from '../support/engine-process.ts';
import { startCommand } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
let home: string;
beforeAll(async () => {
  home = await makeHome();
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(
    join(home, 'tasks', 'fragile.js'),
    `export default { lane: 'io', retry: { maxAttempts: 1 }, run(payload) {
       if (!payload.mended) throw new Error(payload.odd ? 'order ' + payload.n + ' is gone' : 'no answer from 10.0.0.' + payload.n);
       return payload.n;
     } };`,
  );
  engine = await startEngineProcess({ home });
  const jobs = Array.from({ length: 30 }, (_, n) => ({ task: 'fragile', payload: { n, odd: n % 3 === 0 } }));
  const { ids } = await engine.client.call('submitBatch', { body: { jobs } });
  for (const id of ids) await engine.client.call('getJob', { params: { id }, query: { waitMs: 30_000 } });
});
afterAll(async () => {
  await engine.dispose();
  rmSync(home, { recursive: true, force: true });
});

const run = (...args: string[]) => runInProcess(args, { home });
const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
const groups = async () => (await json('dead', 'groups')).groups as { fingerprint: string; count: number; sample: string }[];

it('dead groups shows what jobs died of, the most frequent first', async () => {
  expect((await groups()).map(({ count, sample }) => [count, sample.replace(/\d+/g, '#')])).toEqual([
    [20, 'Error: no answer from #.#.#.#'],
    [10, 'Error: order # is gone'],
  ]);
  const { stdout } = await run('dead', 'groups');
  expect(stdout).toMatch(/^FINGERPRINT {2,}JOBS {2}REASON.*\n[0-9a-f]{16} +20 {2}Error: no answer/);
  const [, second] = await groups();
  expect((await json('dead', 'ls', '--fingerprint', second?.fingerprint ?? '')).total).toBe(10);
});

it('canaries that die of the same again stop it with 4, the reason, and what stayed', async () => {
  const [first] = await groups();
  const { code, stdout, stderr } = await run('dead', 'redrive', '--fingerprint', first?.fingerprint ?? '', '--canary', '2');
  expect({ code, stdout }).toEqual({ code: 4, stdout: '2 jobs run again.\n' });
  expect(stderr).toContain('It stopped before its end; 18 jobs stayed as they were.');
  expect(stderr).toContain('died of the same cause again: no answer from');
});

it('a job that the patch does not fit stays dead, and the reason is said', async () => {
  const { code, stdout, stderr } = await run('dead', 'redrive', '--all', '--patch', '[{"op":"remove","path":"/nowhere"}]');
  expect({ code, stdout }).toEqual({ code: 4, stdout: '0 jobs run again.\n' });
  expect(stderr).toMatch(/30 jobs could not be run again: the patch does not apply .*there is no such place \(30\)/);
});

it('a group is redriven with a patch, first its canaries, and shows its progress where a person looks', async () => {
  const [, second] = await groups();
  writeFileSync(join(home, 'patch.json'), '[{"op":"add","path":"/mended","value":true}]');
  const args = ['dead', 'redrive', '--fingerprint', second?.fingerprint ?? '', '--patch', '@patch.json', '--canary', '3', '--rate', '50'];
  const { code, stdout, stderr } = await runInProcess(args, { home, terminal: { columns: 90, rows: 24 } });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '10 jobs run again.\n' });
  expect(stderr).toContain('of 10 jobs');
  expect((await groups()).map(({ count }) => count)).toEqual([20]);
});

it('Ctrl-C leaves a slow redrive to the engine, which can be asked about it and told to stop', async () => {
  const command = startCommand(['dead', 'redrive', '--all', '--rate', '1', '--json'], { home });
  // One job a second: at the second one the command has long had its answer and looks on.
  let begun = 0;
  for await (const { event } of engine.client.events({ kind: ['job'] }, null)) if (event.type === 'job.available' && ++begun === 2) break;
  command.child.kill('SIGINT');
  const { code, stderr } = await command.ended;
  expect(code).toBe(130);
  const { operationId, detail } = JSON.parse(stderr);
  expect(detail).toContain(`switchyard operation stop ${operationId}`);
  expect(await json('operation', 'get', operationId)).toMatchObject({ state: 'running', matched: 20 });
  expect((await run('operation', 'stop', operationId)).stdout).toMatch(/state +stopped/);
  expect((await run('operation', 'stop', operationId)).code).toBe(4);
  expect((await run('operation', 'ls')).stdout.split('\n', 1)[0]).toMatch(
    new RegExp(`^${operationId} +redrive +stopped +\\d+ of 20 +Stopped on request`),
  );
  expect((await json('operation', 'ls')).operations[0]).toMatchObject({ id: operationId, state: 'stopped' });
  expect((await run('operation', 'get', 'none')).code).toBe(2);
});

it('a whole group is discarded once that is said', async () => {
  const [group] = await groups();
  const args = ['dead', 'discard', '--fingerprint', group?.fingerprint ?? ''];
  expect((await run(...args)).stderr).toContain(`Discard ${group?.count} dead jobs with their logs?`);
  expect((await run(...args, '--yes')).stdout).toBe(`${group?.count} jobs discarded.\n`);
  expect((await run('dead', 'redrive', '--fingerprint', '0123456789abcdef')).code).toBe(2);
});
