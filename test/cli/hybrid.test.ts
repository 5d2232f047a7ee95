/** Promises on the command line and over HTTP, against the engine as a process. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineProcess } from '../support/engine-process.ts';
import { makeHome, startEngineProcess } from '../support/engine-process.ts';
import { unixFetch } from '../support/unix-fetch.ts';
import { runInProcess } from './run-in-process.ts';

let engine: EngineProcess;
let home: string;
beforeAll(async () => {
  home = await makeHome();
  mkdirSync(join(home, 'tasks'), { recursive: true });
  writeFileSync(
    join(home, 'tasks', 'like.js'),
    `export default {
       lane: 'io', retry: { maxAttempts: 1 },
       predict: ({ likes, lateMs }) => (lateMs ? new Promise((resolve) => setTimeout(resolve, lateMs)) : { likes: likes + 1 }),
       run({ likes, fails }) { if (fails) throw new Error('the service said no'); return { likes: likes + 2 }; },
       rollback({ unforgiving }, task) {
         if (unforgiving) throw task.failForGood('nor could it be undone');
         return { undone: task.compensates.optimistic };
       },
     };`,
  );
  engine = await startEngineProcess({ home });
});
afterAll(async () => {
  await engine.dispose();
  rmSync(home, { recursive: true, force: true });
});

const run = (...args: string[]) => runInProcess(args, { home });
const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);
const ended = (id: string) => engine.client.call('getJob', { params: { id }, query: { waitMs: 20_000 } });
/** After the job, what makes up for it. */
async function madeUpFor(id: string): Promise<string> {
  const by = (await ended(id)).compensation?.jobId ?? 'nothing';
  await ended(by);
  return by;
}

it('submit --mode hybrid prints the id and says what was promised; get shows it beside what came', async () => {
  const terminal = { columns: 200, rows: 50 };
  const { code, stdout, stderr } = await runInProcess(['submit', 'like', '--mode', 'hybrid', '--payload', '{"likes":7}'], {
    home,
    terminal,
  });
  expect(code).toBe(0);
  expect(stderr).toContain('Promised: {"likes":8}');
  const id = stdout.trim();
  await ended(id);
  const shown = (await run('get', id)).stdout;
  expect(shown).toMatch(/promised, and it came otherwise[\s\S]*"likes": 8[\s\S]*result[\s\S]*"likes": 9/);
});

it('get of a failed promise names what made up for it, and ls shows the rollback as one', async () => {
  const { stdout } = await run('submit', 'like', '--mode', 'hybrid', '--payload', '{"fails":true}', '--optimistic', '[1]');
  const id = stdout.trim();
  const by = await madeUpFor(id);
  expect((await run('get', id)).stdout).toContain(`Compensated: job ${by}`);
  expect((await run('get', by)).stdout).toMatch(new RegExp(`like \\(rollback\\)[\\s\\S]*makes up for +${id}[\\s\\S]*undone`));
  expect((await run('ls', '--task', 'like')).stdout).toContain('like (rollback)');
  expect((await run('dead', 'ls')).stdout).not.toContain('(rollback)');
});

it('a rollback that fails for good is a dead letter, and the job whose promise it was says so', async () => {
  const { id } = await json('submit', 'like', '--mode', 'hybrid', '--payload', '{"fails":true,"unforgiving":true}');
  const by = await madeUpFor(id);
  expect((await json('get', id)).compensation).toEqual({ state: 'compensation-failed', jobId: by });
  const { stdout } = await run('dead', 'ls');
  expect(stdout).toContain('nor could it be undone');
});

it('tasks says of a task what it can do for a promise', async () => {
  expect((await run('tasks', 'like')).stdout).toContain('predicts its answer and rolls it back');
  expect(await json('tasks', 'shell.run')).toMatchObject({ predicts: false, rollsBack: false });
});

it('--on-failure runs a task with its payload', async () => {
  const undo = 'shell.run={"command":"echo","args":["sorry"]}';
  const { id } = await json('submit', 'like', '--mode', 'async', '--payload', '{"fails":true}', '--on-failure', undo);
  const by = await madeUpFor(id);
  expect(await json('get', by)).toMatchObject({
    task: 'shell.run',
    state: 'completed',
    compensates: id,
    result: { stdoutTail: 'sorry\n' },
  });
});

it.each([
  [['--optimistic', '{}'], '--optimistic goes with --mode hybrid.'],
  [['--mode', 'hybrid', '--optimistic', '{a}'], '--optimistic is not JSON'],
  [['--mode', 'sync', '--on-failure', 'like'], '--on-failure does not go with --mode sync'],
  [['--on-failure', 'like=[]'], 'must be a JSON object'],
])('submit like %j is refused with what is wrong', async (options, message) => {
  const { code, stderr } = await run('submit', 'like', ...options);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
});

it('over HTTP the promise is in a 202, and a prediction that takes too long holds nobody up and loses nothing', async () => {
  const { transport, close } = unixFetch(engine.socket);
  const post = (body: object, headers: Record<string, string> = {}) =>
    transport('/v1/jobs', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
  const kept = await post({ task: 'like', mode: 'hybrid', payload: { likes: 1 } }, { prefer: 'respond-async' });
  expect(kept.status).toBe(202);
  expect(kept.headers.get('preference-applied')).toBe('respond-async');
  expect(JSON.parse(await kept.text())).toMatchObject({ mode: 'hybrid', optimistic: { likes: 2 }, decision: null });

  const late = await post({ task: 'like', mode: 'hybrid', payload: { likes: 1, lateMs: 60_000 } });
  expect(late.status).toBe(202);
  const job = JSON.parse(await late.text()) as { id: string };
  expect(job).toMatchObject({
    optimistic: null,
    decision: { mode: 'hybrid', reason: 'Its predict took longer than 50 ms: nothing was promised.' },
  });
  expect(await ended(job.id)).toMatchObject({ state: 'completed', result: { likes: 3 } });

  const refused = await post({ task: 'like', mode: 'hybrid', onFailure: { task: 'nobody' } });
  expect(refused.status).toBe(422);
  await close();
});
