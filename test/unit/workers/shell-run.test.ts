import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { expectKind, jobId, openThread, resultValue, type TestThread } from './test-thread.ts';

const thread = openThread(afterAll);
const shell = { kind: 'built-in', name: 'shell.run' } as const;
const node = process.execPath;

/** Running, and not only waiting to be reaped. */
function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !'ZX'.includes(stat.slice(stat.lastIndexOf(')') + 2)[0] ?? 'X');
  } catch {
    return false;
  }
}

/** The number that the command prints as `name=123`. */
async function printedPid(thread: TestThread, run: number, name: string): Promise<number> {
  const pid = Number(/=(\d+)/.exec(await thread.untilLine(run, `${name}=`))?.[1]);
  expect(isAlive(pid), name).toBe(true);
  return pid;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-shell-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('a command', () => {
  it('gets its arguments as they are, environment, input and folder', async () => {
    const cwd = temporaryFolder();
    const script = `
      process.stdin.setEncoding('utf8'); let input = '';
      process.stdin.on('data', (text) => { input += text; });
      process.stdin.on('end', () => console.log(JSON.stringify({ args: process.argv.slice(1), cwd: process.cwd(), input, a: process.env.A, home: process.env.HOME, job: process.env.SWITCHYARD_JOB_ID, attempt: process.env.SWITCHYARD_ATTEMPT, trace: process.env.TRACEPARENT })));`;
    const args = ['-e', script, '--', 'two words', '$HOME', '*', '"'];
    const result = resultValue(await thread.result(shell, { command: node, args, cwd, env: { A: 'ä=1' }, stdin: 'input €' }, 3)) as {
      stdoutTail: string;
    };
    expect(JSON.parse(result.stdoutTail)).toEqual({
      args: ['two words', '$HOME', '*', '"'],
      cwd,
      input: 'input €',
      a: 'ä=1',
      home: homedir(),
      job: jobId,
      attempt: '3',
      trace: expect.stringContaining(jobId.replaceAll('-', '')),
    });
  });

  it('in a shell is a script, with the arguments as its parameters', async () => {
    const payload = { command: 'echo "$1-$#" | tr a-z A-Z; pwd', args: ['one two', 'x'], shell: true };
    expect(resultValue(await thread.result(shell, payload))).toEqual({
      exitCode: 0,
      signal: null,
      stdoutTail: `ONE TWO-2\n${homedir()}\n`,
      stderrTail: '',
    });
  });

  it('that does not read its input is no failure', async () => {
    expect(resultValue(await thread.result(shell, { command: 'true', stdin: 'x'.repeat(500_000) }))).toMatchObject({ exitCode: 0 });
  });

  it('that fails leaves exit code and last output', async () => {
    const { run, result } = thread.start(shell, {
      command: 'echo out; echo first >&2; echo "the reason" >&2; echo >&2; exit 3',
      shell: true,
      args: ['a'],
    });
    const { error } = expectKind(await result, 'failed');
    expect(error).toMatchObject({ name: 'CommandError', message: 'exit code 3: the reason' });
    expect(error.details).toEqual({
      command: 'echo out; echo first >&2; echo "the reason" >&2; echo >&2; exit 3',
      args: ['a'],
      exitCode: 3,
      signal: null,
      stdoutTail: 'out\n',
      stderrTail: 'first\nthe reason\n\n',
    });
    expect(thread.logs(run).map(({ stream, text }) => [stream, text])).toContainEqual(['stderr', 'the reason']);
  });

  it('that says nothing or ends by a signal is told as it is', async () => {
    expect(expectKind(await thread.result(shell, { command: 'false' }), 'failed').error.message).toBe('exit code 1');
    const { error } = expectKind(await thread.result(shell, { command: 'kill -9 $$', shell: true }), 'failed');
    expect(error).toMatchObject({ message: 'ended by signal SIGKILL', details: { exitCode: null, signal: 'SIGKILL' } });
  });

  it.each([
    ['that is not there', { command: 'no-such-command-here' }, /There is no command "no-such-command-here"\. Is it installed/],
    ['with its arguments in one string', { command: 'echo hello' }, /Arguments belong in "args"/],
    ['at a path that is not there', { command: '/no/such/program' }, /no program at \/no\/such\/program/],
    ['that may not be executed', { command: '/etc/passwd' }, /may not be executed/],
    ['with a NUL in an argument', { command: 'echo', args: ['a\0b'] }, /can't be started/],
    ['in a relative folder', { command: 'ls', cwd: 'src' }, /cwd: "src" is a relative path/],
    ['in a folder that is not there', { command: 'ls', cwd: '/no/such/folder' }, /cwd: \/no\/such\/folder does not exist/],
    ['in a folder that is a file', { command: 'ls', cwd: '/etc/passwd' }, /cwd: \/etc\/passwd is no folder/],
  ])('%s fails for good and says why', async (_, payload, message) => {
    expect(expectKind(await thread.result(shell, payload), 'failed-for-good').error.message).toMatch(message);
  });
});

describe('the output of a command', () => {
  it('comes line by line while it runs', async () => {
    const flag = join(temporaryFolder(), 'go');
    // It ends only when the test, which has read its first line, says so.
    const { run, result } = thread.start(shell, {
      command: `echo first; while [ ! -e ${flag} ]; do sleep 0.02; done; printf last`,
      shell: true,
    });
    await thread.untilLine(run, 'first');
    writeFileSync(flag, '');
    await result;
    expect(thread.lines(run)).toEqual(['first', 'last']);
  });

  it('keeps characters whole that come in pieces', async () => {
    const script = `
      const bytes = Buffer.from('grüße €😀\\r\\nzwei\\n'); let at = 0;
      const next = () => { if (at < bytes.length) process.stdout.write(bytes.subarray(at, ++at), () => setTimeout(next, 2)); }; next();`;
    const { run, result } = thread.start(shell, { command: node, args: ['-e', script] });
    expect(resultValue(await result)).toMatchObject({ stdoutTail: 'grüße €😀\r\nzwei\n' });
    expect(thread.lines(run)).toEqual(['grüße €😀', 'zwei']);
  });

  it('that rewrites its line shows as progress, and its last state as a line', async () => {
    const { run, result } = thread.start(shell, {
      command: `for n in 10 20 30 40; do printf '\\r%s%% done' $n; done; printf '\\r100%% done\\n'; echo end`,
      shell: true,
    });
    await result;
    expect(thread.lines(run).slice(-2)).toEqual(['100% done', 'end']);
    expect(thread.progress(run).at(-1)).toMatchObject({ percent: 40, message: '40% done' });
  });

  it('may be endless: the end of it is kept, the log is held to its limits', async () => {
    const { run, result } = thread.start(shell, {
      command: 'yes 0123456789 | head -c 30000000; printf "€%.0s" $(seq 10000); echo; echo the end',
      shell: true,
    });
    const { stdoutTail } = resultValue(await result) as { stdoutTail: string };
    expect(stdoutTail).toMatch(/^€+\nthe end\n$/);
    expect(Buffer.byteLength(stdoutTail)).toBeLessThanOrEqual(16_384);
    expect(thread.logs(run)).toHaveLength(limits.logLinesPerJob + 1);
    expect(thread.logs(run).at(-1)?.stream).toBe('system');
  });

  it('without any line end is cut and does not fill the memory', async () => {
    const { run, result } = thread.start(shell, { command: 'head -c 20000000 /dev/zero | tr "\\0" x; echo; echo next', shell: true });
    await result;
    expect(thread.lines(run)).toHaveLength(2);
    expect(thread.lines(run)[0]).toMatch(/^x+ … \(cut/);
    expect(thread.lines(run)[1]).toBe('next');
  });
});

describe('a command that is aborted', () => {
  it('ends with all that it started, also what ignores SIGTERM, changed its group or became a daemon', async () => {
    const stubborn = `process.on('SIGTERM', () => {}); console.log('stubborn=' + process.pid); setInterval(() => {}, 1000);`;
    const command = `
      sleep 1000 & echo "child=$!"
      setsid sh -c 'echo "moved=$$"; sleep 1000 & echo "below=$!"; wait' &
      (setsid sh -c 'echo "daemon=$$"; exec sleep 1000' &)
      "$1" -e "$2" &
      echo "leader=$$"; wait`;
    const { run, result } = thread.start(shell, { command, args: [node, stubborn], shell: true });
    const pids: number[] = [];
    for (const name of ['leader', 'child', 'moved', 'below', 'daemon', 'stubborn']) pids.push(await printedPid(thread, run, name));
    thread.send({ type: 'abort', run, reason: 'timed-out' });
    const aborted = expectKind(await result, 'aborted');
    expect(pids.filter(isAlive)).toEqual([]);
    expect(aborted.reason).toBe('timed-out');
    expect(aborted.error?.message).toMatch(/^ended, as the job ran out of time/);
    expect(aborted.error?.details).toMatchObject({ stdoutTail: expect.stringContaining('leader=') });
    expect(readdirSync(join(thread.home, 'children'))).toEqual([]);
  });

  it('is told first and may clean up', async () => {
    const script = `process.on('SIGTERM', () => { console.log('cleaned up'); process.exit(0); }); setInterval(() => {}, 1000); console.log('ready');`;
    const { run, result } = thread.start(shell, { command: node, args: ['-e', script] });
    await thread.untilLine(run, 'ready');
    thread.send({ type: 'abort', run, reason: 'cancelled' });
    expect(expectKind(await result, 'aborted').error?.message).toBe('ended, as the job was cancelled: cleaned up');
  });
});

describe('what a command leaves behind', () => {
  it('is ended when it holds the output', async () => {
    const { run, result } = thread.start(shell, { command: 'sleep 1000 & echo "left=$!"', shell: true });
    const left = await printedPid(thread, run, 'left');
    expect(resultValue(await result)).toMatchObject({ exitCode: 0 });
    expect(isAlive(left)).toBe(false);
    expect(thread.lines(run).at(-1)).toContain('left processes behind');
  });

  it('goes on when it let go of the output', async () => {
    const { run, result } = thread.start(shell, { command: 'sleep 1000 >/dev/null 2>&1 & echo "service=$!"', shell: true });
    const service = await printedPid(thread, run, 'service');
    onTestFinished(() => {
      process.kill(service, 'SIGKILL');
    });
    expect(resultValue(await result)).toMatchObject({ exitCode: 0 });
    expect(isAlive(service)).toBe(true);
  });
});

describe('a running command', () => {
  it('is noted with its start time while it runs, and no longer', async () => {
    const { run, result } = thread.start(shell, { command: 'echo "leader=$$"; read line; sleep 1000', shell: true });
    const pid = await printedPid(thread, run, 'leader');
    const note = join(thread.home, 'children', `${jobId}-1`);
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({ pid, startTime, jobId });
    thread.send({ type: 'abort', run, reason: 'cancelled' });
    await result;
    expect(existsSync(note)).toBe(false);
  });
});
