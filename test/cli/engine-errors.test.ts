/** What the engine answers, and what becomes of it on a command line: the real server over a backend that the test steers. */

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ProblemCode } from '../../contract/errors.ts';
import { Problem } from '../../contract/errors.ts';
import type { TestApi } from '../support/test-api.ts';
import { startTestApi } from '../support/test-api.ts';
import { runCommand, startCommand } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

let api: TestApi;
let home: string;
beforeEach(async () => {
  api = await startTestApi();
  home = dirname(api.socket);
});
afterEach(() => api.close());

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await api.backend.nextChange();
}

async function submitted(task = 'slow'): Promise<string> {
  return (await api.client.call('submitJob', { body: { task, mode: 'async' } })).id;
}

describe('an error of the engine becomes an exit code:', () => {
  const cases: [ProblemCode, number][] = [
    ['invalid-request', 2],
    ['unknown-task', 2],
    ['unknown-queue', 2],
    ['idempotency-mismatch', 2],
    ['task-failed', 1],
    ['deadline-exceeded', 124],
    ['backlog-full', 4],
    ['lane-saturated', 4],
    ['shutting-down', 4],
    ['circuit-open', 4],
    ['storage-full', 4],
    ['internal-error', 4],
  ];

  it.each(cases)('%s ends with %d, the engine’s words on standard error and nothing on standard output', async (problem, exitCode) => {
    api.backend.failNext(new Problem(problem, 'So it is.', { retryAfterMs: 7000 }));
    const { code, stdout, stderr } = await runInProcess(['submit', 'echo'], { home });
    expect({ code, stdout }).toEqual({ code: exitCode, stdout: '' });
    expect(stderr).toContain('switchyard: So it is.');
  });

  it('a refusal for now says when to come back, and that nothing was accepted', async () => {
    api.backend.failNext(new Problem('backlog-full', 'The queue is full.', { retryAfterMs: 7000 }));
    const { stderr } = await runInProcess(['submit', 'echo'], { home });
    expect(stderr).toContain('Nothing was accepted.');
    expect(stderr).toContain('Try again in 7 s.');
  });

  it('with --json the problem stands on standard error as the engine sent it', async () => {
    const { code, stdout, stderr } = await runInProcess(['submit', 'nothing', '--json'], { home });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(JSON.parse(stderr)).toMatchObject({ type: 'urn:switchyard:unknown-task', status: 422, code: 'unknown-task' });
  });

  it('a job that is not there is wrong use, one in the wrong state a refusal', async () => {
    expect((await runInProcess(['get', 'nowhere'], { home })).code).toBe(2);
    const id = await submitted();
    expect((await runInProcess(['retry', id], { home })).code).toBe(4);
  });
});

describe('submit', () => {
  it('prints the id alone, and --json the job', async () => {
    const plain = await runInProcess(['submit', 'slow', '--mode', 'async', '--payload', '{"a":1}'], { home });
    expect(plain.code).toBe(0);
    const job = await api.client.call('getJob', { params: { id: plain.stdout.trim() }, query: {} });
    expect(job.payload).toEqual({ a: 1 });
    const json = await runInProcess(['submit', 'slow', '--json'], { home });
    expect(JSON.parse(json.stdout)).toMatchObject({ task: 'slow', state: 'available' });
  });

  it('with --mode sync prints the result', async () => {
    const { code, stdout } = await runInProcess(['submit', 'echo', '--mode', 'sync', '--payload', '{"a":[1]}'], { home });
    expect({ code, stdout: JSON.parse(stdout) }).toEqual({ code: 0, stdout: { a: [1] } });
  });

  it('with --mode sync and a failing task names the job and how to look into it', async () => {
    const { code, stderr } = await runInProcess(['submit', 'fail', '--mode', 'sync'], { home });
    expect(code).toBe(1);
    expect(stderr).toMatch(/switchyard logs [0-9a-f-]{36} shows what it wrote/);
  });

  it('turns every option into its member and sends none that was not given', async () => {
    const args =
      'submit slow --mode async --queue default --priority -5 --delay 1m30s --timeout 2m --retry-max 7 --retry-delay 250ms --retry-backoff linear --unique k --tag a --tag b';
    expect((await runInProcess(args.split(' '), { home })).code).toBe(0);
    expect(api.backend.submitted.at(-1)?.submission).toMatchObject({
      task: 'slow',
      mode: 'async',
      queue: 'default',
      priority: -5,
      delayMs: 90_000,
      timeoutMs: 120_000,
      retry: { maxAttempts: 7, baseMs: 250, backoff: 'linear' },
      unique: { key: 'k' },
      tags: ['a', 'b'],
    });
    await runInProcess(['submit', 'slow'], { home });
    const plain = api.backend.submitted.at(-1)?.submission;
    expect(plain).toMatchObject({ mode: 'auto', delayMs: 0, tags: [] });
    for (const member of ['queue', 'timeoutMs', 'retry', 'unique'] as const) expect(plain?.[member]).toBeUndefined();
  });

  it('reads the payload from a file and from standard input', async () => {
    writeFileSync(join(home, 'payload.json'), '{"from":"file"}');
    await runInProcess(['submit', 'slow', '--payload', '@payload.json'], { home });
    expect(api.backend.submitted.at(-1)?.submission.payload).toEqual({ from: 'file' });
    await runInProcess(['submit', 'slow', '--payload', '-'], { home, stdin: '{"from":"input"}' });
    expect(api.backend.submitted.at(-1)?.submission.payload).toEqual({ from: 'input' });
  });

  it('with the same idempotency key gives the same job', async () => {
    const args = ['submit', 'slow', '--idempotency-key', 'once'];
    const [first, second] = [await runInProcess(args, { home }), await runInProcess(args, { home })];
    expect(second.stdout).toBe(first.stdout);
  });

  it('without a key sends one of its own, another each time, so that a broken connection can be answered by asking again', async () => {
    const [first, second] = [await runInProcess(['submit', 'slow'], { home }), await runInProcess(['submit', 'slow'], { home })];
    expect(second.stdout).not.toBe(first.stdout);
    const keys = api.backend.submitted.map(({ options }) => options.idempotency?.key);
    expect(new Set(keys).size).toBe(2);
    expect(keys).not.toContain(undefined);
  });
});

describe('waiting', () => {
  it('ends with the job, 0 when it completed and with its result', async () => {
    const command = startCommand(['submit', 'slow', '--mode', 'async', '--wait'], { home });
    await waitFor(() => api.backend.waiters() > 0);
    const [job] = (await api.client.call('listJobs', { query: {} })).jobs;
    api.backend.finish(job?.id ?? '', { done: true });
    expect(await command.ended).toEqual({ code: 0, stdout: '{\n  "done": true\n}\n', stderr: '' });
  });

  it('ends with 1 when the job was cancelled', async () => {
    const id = await submitted();
    const command = startCommand(['wait', id], { home });
    await waitFor(() => api.backend.waiters() > 0);
    await api.client.call('cancelJob', { params: { id } });
    const { code, stdout } = await command.ended;
    expect(code).toBe(1);
    expect(stdout).toContain(`cancelled  ${id}`);
  });

  it('ends with 124 when the time is up, and says that the work goes on', async () => {
    const id = await submitted();
    const { code, stderr } = await runInProcess(['wait', id, '--timeout', '20ms'], { home });
    expect(code).toBe(124);
    expect(stderr).toContain(`After 20ms job ${id} has not ended.`);
    expect((await runInProcess(['submit', 'slow', '--wait=20ms'], { home })).code).toBe(124);
  });

  it('ends with 130 on Ctrl-C, says that the job goes on, and lets it', async () => {
    const id = await submitted();
    const command = startCommand(['wait', id], { home });
    await waitFor(() => api.backend.waiters() > 0);
    command.child.kill('SIGINT');
    const { code, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`Interrupted. Job ${id} goes on.`);
    expect((await api.client.call('getJob', { params: { id }, query: {} })).state).toBe('available');
  });

  it('for several jobs goes on after one that is not there and gives the worst exit code', async () => {
    const [one, two] = [await submitted(), await submitted()];
    api.backend.finish(one, null);
    await api.client.call('cancelJob', { params: { id: two } });
    const { code, stdout, stderr } = await runInProcess(['wait', '-'], { home, stdin: `${one}\nnowhere\n${two}\n` });
    expect(code).toBe(2);
    expect(stdout).toContain(`completed  ${one}`);
    expect(stdout).toContain(`cancelled  ${two}`);
    expect(stderr).toContain('There is no job nowhere.');
  });

  it('with --json gives one job as it is, and several as a list in the order asked for', async () => {
    const [one, two] = [await submitted(), await submitted()];
    api.backend.finish(one, 1);
    api.backend.finish(two, 2);
    expect(JSON.parse((await runInProcess(['wait', one, '--json'], { home })).stdout)).toMatchObject({ id: one, result: 1 });
    const several = JSON.parse((await runInProcess(['wait', two, one, '--json'], { home })).stdout);
    expect(several).toMatchObject({ jobs: [{ id: two }, { id: one }], errors: [] });
  });
});

describe('logs', () => {
  it('-f shows each line as it comes and ends with the job', async () => {
    const id = await submitted();
    api.backend.log(id, 'first');
    const command = startCommand(['logs', id, '-f', '--raw'], { home });
    await command.printed('first\n');
    api.backend.log(id, 'second');
    await command.printed('second\n');
    api.backend.finish(id, null);
    expect(await command.ended).toEqual({ code: 0, stdout: 'first\nsecond\n', stderr: '' });
  });

  it('-f --tail begins near the end and misses nothing after it', async () => {
    const id = await submitted();
    api.backend.log(id, 'one', 'two', 'three');
    const command = startCommand(['logs', id, '-f', '--tail', '1', '--raw'], { home });
    await command.printed('three\n');
    await waitFor(() => api.backend.followers() > 0);
    api.backend.log(id, 'four');
    api.backend.finish(id, null);
    expect((await command.ended).stdout).toBe('three\nfour\n');
  });

  it('shows time and stream, disarms control characters, and gives them back with --raw', async () => {
    const id = await submitted();
    api.backend.log(id, '\u001B[2Jboo');
    expect((await runInProcess(['logs', id], { home })).stdout).toBe('09:30:00.000  out  boo\n');
    expect((await runInProcess(['logs', id, '--raw'], { home })).stdout).toBe('\u001B[2Jboo\n');
  });

  it('with --json are one object a line', async () => {
    const id = await submitted();
    api.backend.log(id, 'a', 'b');
    const { stdout } = await runInProcess(['logs', id, '--json'], { home });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).text),
    ).toEqual(['a', 'b']);
  });

  it('-f ends with 130 on Ctrl-C', async () => {
    const id = await submitted();
    api.backend.log(id, 'first');
    const command = startCommand(['logs', id, '-f'], { home });
    await command.printed('first');
    command.child.kill('SIGINT');
    expect((await command.ended).code).toBe(130);
  });
});

describe('acting on several jobs', () => {
  it('goes on after one that fails and gives the worst exit code', async () => {
    const [one, two] = [await submitted(), await submitted()];
    const { code, stdout, stderr } = await runInProcess(['cancel', one, 'nowhere', two], { home });
    expect(code).toBe(2);
    expect(stdout.match(/^cancelled/gm)).toHaveLength(2);
    expect(stderr).toContain('nowhere: There is no job nowhere.');
  });

  it('with --json tells what was done and what was not', async () => {
    const [one, two] = [await submitted(), await submitted()];
    api.backend.finish(two, null);
    const { code, stdout } = await runInProcess(['cancel', one, two, '--json'], { home });
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toMatchObject({ jobs: [{ id: one, state: 'cancelled' }], errors: [{ jobId: two, code: 'wrong-state' }] });
    const removed = await runInProcess(['rm', one, '--json'], { home });
    expect(JSON.parse(removed.stdout)).toEqual({ deleted: [one], errors: [] });
  });
});

describe('dead letters', () => {
  it('--all asks first where a discard cannot be undone, and does nothing where nobody can answer', async () => {
    await runInProcess(['submit', 'fail', '--mode', 'sync'], { home });
    const { code, stderr } = await runInProcess(['dead', 'discard', '--all'], { home });
    expect(code).toBe(2);
    expect(stderr).toContain('Discard 1 dead job with their logs?');
    expect(stderr).toContain('say --yes');
    expect((await runInProcess(['dead', 'ls'], { home })).stdout).toContain('it failed');
    expect((await runInProcess(['dead', 'discard', '--all', '--yes'], { home })).stdout).toBe('1 job discarded.\n');
    expect((await runInProcess(['dead', 'ls'], { home })).stdout).toBe('');
  });

  it('--all discards only when the question is answered with yes', async () => {
    await runInProcess(['submit', 'fail', '--mode', 'sync'], { home });
    const answer = (stdin: string) => runInProcess(['dead', 'discard', '--all'], { home, stdin, terminal: { columns: 80, rows: 24 } });
    const no = await answer('\n');
    expect(no.code).toBe(130);
    expect(no.stderr).toContain('Nothing was done.');
    expect((await api.client.call('listDeadLetters', { query: {} })).total).toBe(1);
    expect((await answer('y\n')).code).toBe(0);
    expect((await api.client.call('listDeadLetters', { query: {} })).total).toBe(0);
  });

  it('that cannot be redriven end with 4, and the others are done', async () => {
    await runInProcess(['submit', 'fail', '--mode', 'sync'], { home });
    const [dead] = (await api.client.call('listDeadLetters', { query: {} })).jobs;
    const { code, stdout, stderr } = await runInProcess(['dead', 'redrive', dead?.id ?? '', await submitted()], { home });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '1 job run again.\n' });
    expect(stderr).toContain('1 job could not be run again');
  });
});

describe('lists', () => {
  it('with --json are the page of the interface', async () => {
    await submitted();
    const page = JSON.parse((await runInProcess(['ls', '--json'], { home })).stdout);
    expect(page).toMatchObject({ jobs: [{ task: 'slow' }], next: null, total: 1, exact: true });
    expect(JSON.parse((await runInProcess(['ls', '--all', '--json'], { home })).stdout)).toEqual(page);
  });

  it('show shape, word and colour in a terminal, no colour with NO_COLOR, and plain columns in a pipe', async () => {
    const id = await submitted();
    const terminal = { columns: 100, rows: 24 };
    const shown = (await runInProcess(['ls'], { home, terminal })).stdout;
    expect(shown).toContain('\u001B[34m○ Waiting');
    const plain = (await runInProcess(['ls'], { home, terminal, env: { NO_COLOR: '1' } })).stdout;
    expect(plain).toContain('○ Waiting');
    expect(plain).not.toContain('\u001B');
    const piped = (await runInProcess(['ls'], { home })).stdout;
    expect(piped.split('\n')[1]?.split(/ {2,}/).slice(0, 3)).toEqual([id, 'available', 'slow']);
  });

  it('take a state by its word too', async () => {
    const id = await submitted();
    expect((await runInProcess(['ls', '--state', 'Waiting'], { home })).stdout).toContain(id);
    expect((await runInProcess(['ls', '--state', 'Running'], { home })).stdout).toBe('');
  });

  it('end quietly when their reader has had enough', async () => {
    for (let n = 0; n < 3; n++) await submitted();
    const command = startCommand(['ls', '--json'], { home });
    command.child.stdout?.destroy();
    const { code, stderr } = await command.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('a file of jobs', () => {
  const line = (n: number, more: object = {}) => JSON.stringify({ task: 'slow', payload: { n }, ...more });

  it('is accepted in its order and answered with its ids', async () => {
    const { code, stdout } = await runCommand(['submit', '--file', '-', '--json'], { home, stdin: `${line(1)}\n\n${line(2)}\n` });
    expect(code).toBe(0);
    const { ids } = JSON.parse(stdout);
    const payloads = await Promise.all(
      ids.map(async (id: string) => (await api.client.call('getJob', { params: { id }, query: {} })).payload),
    );
    expect(payloads).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('takes task and options of the command line as defaults of its lines', async () => {
    const stdin = '{"payload":{"n":1}}\n{"task":"echo","tags":["own"]}\n';
    const { stdout } = await runInProcess(['submit', 'slow', '--file', '-', '--tag', 'given', '--json'], { home, stdin });
    const jobs = await Promise.all(JSON.parse(stdout).ids.map((id: string) => api.client.call('getJob', { params: { id }, query: {} })));
    expect(jobs).toMatchObject([
      { task: 'slow', tags: ['given'] },
      { task: 'echo', tags: ['own'] },
    ]);
  });

  it('with a bad line sends nothing of its batch and names line and field', async () => {
    const stdin = [line(1), '', line(2, { priority: 101 }), line(3)].join('\n');
    const { code, stdout, stderr } = await runInProcess(['submit', '--file', '-'], { home, stdin });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Line 3, /priority:');
    expect(stderr).toContain('To resume: --from-line 1');
    expect((await api.client.call('listJobs', { query: {} })).total).toBe(0);
  });

  it.each([
    ['that is no JSON', '{"task":', 'Line 1 is not JSON'],
    ['that is no object', '"slow"', 'Line 1 must be a JSON object'],
    ['with an unknown field', '{"task":"slow","prioritty":1}', 'Line 1, /prioritty: is not a field of a job'],
    ['without a task', '{"payload":{}}', 'Line 1, /task: is missing, here and on the command line'],
  ])('names a line %s', async (_, stdin, message) => {
    const { code, stderr } = await runInProcess(['submit', '--file', '-'], { home, stdin });
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('reports what was accepted before a bad line, and --from-line goes on from there', async () => {
    const lines = Array.from({ length: 1002 }, (_, n) => line(n + 1));
    const broken = [...lines];
    broken[1001] = '{';
    const first = await runCommand(['submit', '--file', '-', '--json'], { home, stdin: broken.join('\n') });
    expect(first.code).toBe(2);
    expect(JSON.parse(first.stdout).ids).toHaveLength(1000);
    expect(JSON.parse(first.stderr)).toMatchObject({ line: 1002, accepted: 1000, resumeFromLine: 1001 });
    const second = await runCommand(['submit', '--file', '-', '--json', '--from-line', '1001'], { home, stdin: lines.join('\n') });
    expect(second.code).toBe(0);
    expect(JSON.parse(second.stdout).ids).toHaveLength(2);
    expect((await api.client.call('listJobs', { query: {} })).total).toBe(1002);
  });

  it('waits for all with --wait and sums up how they ended', async () => {
    const command = startCommand(['submit', '--file', '-', '--wait', '--json'], { home, stdin: `${line(1)}\n${line(2)}\n` });
    await waitFor(() => api.backend.waiters() === 2);
    const [two, one] = (await api.client.call('listJobs', { query: {} })).jobs;
    api.backend.finish(one?.id ?? '', null);
    await api.client.call('cancelJob', { params: { id: two?.id ?? '' } });
    const { code, stdout } = await command.ended;
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ids: [one?.id, two?.id], completed: 1, dead: 0, cancelled: 1, unfinished: 0 });
  });

  it('can be interrupted while nothing comes, and tells what was accepted', async () => {
    const events = api.client.events({ kind: ['job'] }, null);
    const first = events.next();
    await waitFor(() => api.backend.subscribers() > 0);
    const command = startCommand(['submit', '--file', '-', '--json'], { home });
    command.child.stdin?.write(`${Array.from({ length: 1001 }, (_, n) => line(n)).join('\n')}\n`);
    await first;
    command.child.kill('SIGINT');
    await events.return(undefined);
    const { code, stdout, stderr } = await command.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout).ids).toHaveLength(1000);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'interrupted', accepted: 1000, resumeFromLine: 1001 });
  });
});
