/** The command line as a process against the engine as a process: what a person does in a day. */

import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EngineProcess } from '../support/engine-process.ts';
import { startEngineProcess } from '../support/engine-process.ts';
import { runCommand, startCommand } from './run-command.ts';
import { runInProcess } from './run-in-process.ts';

/** A command that says "begun" and then works until the file `go` appears in its folder. */
const untilGo = ['--', 'sh', '-c', 'echo begun; while [ ! -e go ]; do sleep 0.05; done; echo over'];

describe('with an engine', () => {
  let engine: EngineProcess;
  let home: string;
  beforeAll(async () => {
    engine = await startEngineProcess({ port: 0 });
    home = engine.home;
  });
  afterAll(() => engine.dispose());

  const run = (...args: string[]) => runInProcess(args, { home });
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);

  it('a command after -- runs in the folder that it was typed in, and --wait prints its result', async () => {
    const { code, stdout } = await runCommand(['submit', 'shell.run', '--wait', '--', 'sh', '-c', 'pwd; echo "$1"', 'sh', 'two words'], {
      home,
      folder: home,
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ exitCode: 0, stdoutTail: `${realpathSync(home)}\ntwo words\n` });
  });

  it('a failing command is dead with its exit code and last output, can be redriven and discarded', async () => {
    const failed = await run(
      'submit',
      'shell.run',
      '--retry-max',
      '1',
      '--wait',
      '--tag',
      'doomed',
      '--',
      'sh',
      '-c',
      'echo last words >&2; exit 3',
    );
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('exitCode: 3');
    expect(failed.stderr).toContain('last words');
    const { jobs } = await json('dead', 'ls', '--tag', 'doomed');
    const id: string = jobs[0].id;
    expect((await run('get', id)).stdout).toMatch(/Why it is dead\n {2}.*exit code 3/);
    expect((await json('dead', 'redrive', id)).done).toBe(1);
    expect((await run('wait', id)).code).toBe(1);
    expect((await json('get', id, '--attempts')).attempts).toHaveLength(2);
    expect((await run('dead', 'discard', '--all', '--tag', 'doomed', '--yes')).stdout).toBe('1 job discarded.\n');
    expect((await run('get', id)).code).toBe(2);
  });

  it('--mode sync prints the result at once and ends with 1 for a failure', async () => {
    const good = await run('submit', 'file.hash', '--mode', 'sync', '--payload', JSON.stringify({ paths: [import.meta.filename] }));
    expect(JSON.parse(good.stdout).files).toHaveLength(1);
    const bad = await run('submit', 'shell.run', '--mode', 'sync', '--', 'false');
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain('exitCode: 1');
  });

  it('--mode sync gives up after the time of --wait, and the job goes on', async () => {
    const { code, stdout, stderr } = await run(...'submit shell.run --mode sync --wait=200ms --tag late -- sleep 30'.split(' '));
    expect({ code, stdout }).toEqual({ code: 124, stdout: '' });
    const [{ id, state }] = (await json('ls', '--tag', 'late')).jobs;
    expect(state).toBe('executing');
    expect(stderr).toContain(`After 200ms job ${id} has not ended.`);
    expect((await run('cancel', id)).code).toBe(0);
    const inTime = await run('submit', 'shell.run', '--mode', 'sync', '--wait=30s', '--', 'true');
    expect(inTime.code).toBe(0);
    expect(JSON.parse(inTime.stdout)).toMatchObject({ exitCode: 0 });
  });

  it('--mode sync waits for the running job that holds the unique key, and prints its end', async () => {
    rmSync(join(home, 'go'), { force: true });
    const key = ['--unique', 'held'];
    const { stdout } = await run('submit', 'shell.run', '--mode', 'async', ...key, ...untilGo);
    const late = await run('submit', 'shell.run', '--mode', 'sync', ...key, '--wait=100ms', '--', 'true');
    expect(late).toMatchObject({ code: 124, stderr: expect.stringContaining(`job ${stdout.trim()} has not ended`) });
    const waiting = run('submit', 'shell.run', '--mode', 'sync', ...key, '--', 'true');
    writeFileSync(join(home, 'go'), '');
    const { code, stdout: result } = await waiting;
    rmSync(join(home, 'go'));
    expect([code, JSON.parse(result)]).toEqual([0, expect.objectContaining({ stdoutTail: 'begun\nover\n' })]);
  });

  it('a payload against the task’s schema names the field', async () => {
    const { code, stderr } = await run('submit', 'file.hash', '--payload', '{"paths":"x"}');
    expect(code).toBe(2);
    expect(stderr).toContain('/payload/paths');
  });

  it('a file of jobs is waited for and summed up', async () => {
    const lines = Array.from({ length: 30 }, (_, n) =>
      JSON.stringify({ payload: { command: n % 10 === 0 ? 'false' : 'true' }, retry: { maxAttempts: 1 } }),
    );
    writeFileSync(join(home, 'jobs.ndjson'), lines.join('\n'));
    const { code, stdout } = await run('submit', 'shell.run', '--file', 'jobs.ndjson', '--wait', '--tag', 'file');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^completed 27 {2}dead 3\n/);
    expect((await json('ls', '--tag', 'file', '--state', 'dead')).total).toBe(3);
  });

  it('a server-side refusal within a file names the line', async () => {
    const stdin = '{"task":"file.hash","payload":{"paths":["/etc/hostname"]}}\n\n{"task":"file.hash","payload":{"paths":[1]}}\n';
    const { code, stderr } = await runInProcess(['submit', '--file', '-'], { home, stdin });
    expect(code).toBe(2);
    expect(stderr).toMatch(/Line 3, \/payload\/paths/);
  });

  it('a job for later can be seen, made due and waited for', async () => {
    const id = (await run('submit', 'shell.run', '--delay', '1h', '--', 'true')).stdout.trim();
    expect((await run('ls', '--state', 'scheduled')).stdout).toContain(id);
    expect((await run('run-now', id)).code).toBe(0);
    expect((await run('wait', id)).stdout).toContain(`completed  ${id}`);
  });

  it('a job with a unique key stands once', async () => {
    const args = ['submit', 'shell.run', '--delay', '1h', '--unique', 'only one', '--', 'true'];
    const [first, second] = [await run(...args), await run(...args)];
    expect(second).toEqual(first);
    expect((await run('rm', first.stdout.trim())).code).toBe(0);
  });

  it('a running command is followed live and cancelled', async () => {
    const id = (await run('submit', 'shell.run', ...untilGo)).stdout.trim();
    const following = startCommand(['logs', id, '-f', '--raw'], { home });
    await following.printed('begun\n');
    expect((await run('cancel', id)).code).toBe(0);
    const { code, stdout } = await following.ended;
    expect(code).toBe(0);
    expect(stdout).not.toContain('over');
    expect((await run('wait', id)).code).toBe(1);
    expect((await run('cancel', id)).code).toBe(4);
  });

  it('what a submission says of retries, its deadline and its keys reaches the job', async () => {
    const options = ['--retry-delays', '1s,5m', '--retry-for', '1h', '--deadline', '2h', '--concurrency-key', 'printer', '--delay', '1h'];
    const unique = ['--unique', 'a', '--unique-scope', 'started', '--unique-for', '1d'];
    const id = (await run('submit', 'shell.run', '--mode', 'async', ...options, ...unique, '--', 'true')).stdout.trim();
    const job = await json('get', id);
    expect(job).toMatchObject({ maxAttempts: 3, concurrencyKey: 'printer', uniqueKey: 'a' });
    expect(Date.parse(job.deadlineAt) - Date.parse(job.createdAt)).toBe(7_200_000);
    expect((await run('get', id)).stdout).toContain('printer');
    expect((await run('cancel', id)).code).toBe(0);
  });

  it('queues are made, paused, limited and resumed', async () => {
    expect(await json('queue', 'make', 'slow', '--concurrency', '1')).toMatchObject({ name: 'slow', concurrency: 1, paused: false });
    expect(await json('queue', 'pause', 'slow')).toMatchObject({ paused: true });
    const id = (await run('submit', 'shell.run', '--mode', 'async', '--queue', 'slow', '--', 'true')).stdout.trim();
    expect((await json('get', id)).state).toBe('available');
    expect((await run('queue', 'ls')).stdout).toMatch(/^slow +paused +1 +1 /m);
    const limited = await json('queue', 'set', 'slow', '--concurrency', 'none', '--rate', '100/2m', '--max-backlog', '1');
    expect(limited).toMatchObject({ concurrency: null, rateLimit: { max: 100, perMs: 120_000 }, maxBacklog: 1 });
    expect((await run('queue', 'ls')).stdout).toMatch(/^slow +paused +any .* 100\/2m +1$/m);
    const refused = await run('submit', 'shell.run', '--mode', 'async', '--queue', 'slow', '--', 'true');
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('maxBacklog') });
    expect(await json('queue', 'set', 'slow', '--rate', 'none', '--max-backlog', 'none')).toMatchObject({
      rateLimit: null,
      maxBacklog: null,
    });
    expect((await run('queue', 'resume', 'slow')).code).toBe(0);
    expect((await run('wait', id)).code).toBe(0);
    expect((await run('queue', 'pause', 'nowhere')).code).toBe(2);
  });

  it('pages of a list go on where the last one ended, and --all reads all of them', async () => {
    const stdin = Array.from({ length: 7 }, () => '{"payload":{"command":"true"},"delayMs":3600000,"tags":["paged"]}').join('\n');
    const { ids } = JSON.parse((await runInProcess(['submit', 'shell.run', '--file', '-', '--json'], { home, stdin })).stdout);
    const first = await json('ls', '--tag', 'paged', '--limit', '3');
    const rest = await json('ls', '--tag', 'paged', '--cursor', first.next);
    expect([...first.jobs, ...rest.jobs].map((job: { id: string }) => job.id)).toEqual([...ids].reverse());
    expect((await json('ls', '--tag', 'paged', '--all', '--order', 'createdAt')).jobs.map((job: { id: string }) => job.id)).toEqual(ids);
    expect((await runInProcess(['rm', '-'], { home, stdin: ids.join('\n') })).code).toBe(0);
  });

  it('tasks shows what each takes, with examples that can be submitted', async () => {
    expect((await run('tasks')).stdout).toMatch(/^shell\.run +cpu /m);
    const { stdout } = await run('tasks', 'shell.run');
    expect(stdout).toMatch(/command +string +required/);
    expect(stdout).toContain('switchyard submit shell.run --payload');
  });

  it('a task of one’s own that does not load is named by tasks and by doctor', async () => {
    expect((await run('doctor')).code).toBe(0);
    const follow = engine.client.events({ kind: ['tasks'] }, null);
    const seen = follow.next();
    writeFileSync(join(home, 'tasks', 'broken.js'), 'export default {');
    await seen;
    await follow.return(undefined);
    expect((await run('tasks')).stdout).toMatch(/^broken .*does not load/m);
    const { code, stdout } = await run('doctor');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^fail +Task +broken does not load/m);
  });

  it('doctor says who holds the lock and that the versions match', async () => {
    const { checks } = await json('doctor');
    const find = (name: string) => checks.find((check: { name: string }) => check.name === name);
    expect(find('Engine')).toMatchObject({ status: 'ok', message: expect.stringContaining(`process ${engine.pid}`) });
    expect(find('Lock')).toMatchObject({ status: 'ok', message: `held by process ${engine.pid}, the engine` });
    for (const name of ['Home', 'Token', 'Disk']) expect(find(name).status).toBe('ok');
  });

  it('top prints a snapshot where there is no terminal', async () => {
    const { code, stdout } = await run('top');
    expect(code).toBe(0);
    for (const text of ['completed', 'interactive', 'Running (0)', 'Last failures']) expect(stdout).toContain(text);
    expect((await json('top')).lanes.map((lane: { name: string }) => lane.name)).toEqual(['interactive', 'io', 'cpu']);
  });

  it('url gives another one-time address each time', async () => {
    const [one, two] = [await run('url'), await run('url')];
    expect(one.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/session\?code=\S+\n$/);
    expect(two.stdout).not.toBe(one.stdout);
  });
});

describe('when the engine is killed and starts again', () => {
  let engine: EngineProcess;
  let again: EngineProcess | undefined;
  beforeEach(async () => {
    engine = await startEngineProcess();
  });
  afterEach(async () => {
    await again?.dispose();
    again = undefined;
    await engine.dispose();
  });

  it('a wait goes on and sees the job’s end', async () => {
    const { home } = engine;
    const waiting = startCommand(['submit', 'shell.run', '--wait', '--json', ...untilGo], { home, folder: home });
    for await (const { event } of engine.client.events({ kind: ['job'] }, null))
      if (event.type === 'job.progress' || event.type === 'job.started') break;
    await engine.kill();
    again = await startEngineProcess({ home });
    writeFileSync(join(home, 'go'), '');
    const { code, stdout } = await waiting.ended;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ state: 'completed', result: { exitCode: 0 } });
  });

  it('a followed log goes on with the next attempt, each line once', async () => {
    const { home } = engine;
    const id = (await runCommand(['submit', 'shell.run', ...untilGo], { home, folder: home })).stdout.trim();
    const following = startCommand(['logs', id, '-f', '--stream', 'stdout', '--json'], { home });
    await following.printed('begun');
    await engine.kill();
    again = await startEngineProcess({ home });
    await following.printed('"attempt":2');
    writeFileSync(join(home, 'go'), '');
    const { code, stdout } = await following.ended;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ attempt, text }: { attempt: number; text: string }) => `${attempt} ${text}`)).toEqual([
      '1 begun',
      '2 begun',
      '2 over',
    ]);
  });
});
