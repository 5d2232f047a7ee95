/** Runs a command with everything that belongs to it: environment, input, output as a log, and the end of its whole process tree. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { TaskDefinition } from '../../contract/task.ts';
import { shellRun } from '../declared/shell-run.ts';
import { jobMark } from '../job-mark.ts';
import { endGraceMs, endTree, forgetChild, recordChild } from '../process-tree.ts';
import type { BuiltInContext } from '../task-context.ts';
import { failForGood } from '../task-errors.ts';
import { lastingFileProblem, requireAbsolutePath } from './absolute-path.ts';
import { CommandOutput } from './command-output.ts';

type ShellPayload = {
  command: string;
  args?: string[];
  cwd?: string;
  env?: Record<string, string>;
  stdin?: string;
  shell?: boolean;
};

type ShellResult = { exitCode: number; signal: null; stdoutTail: string; stderrTail: string };

type Exit = { exitCode: number | null; signal: NodeJS.Signals | null };

const onWindows = process.platform === 'win32';

async function run(payload: ShellPayload, task: BuiltInContext): Promise<ShellResult> {
  const cwd = workingFolder(payload.cwd);
  noteChild(null, task);
  try {
    return await runNoted(payload, cwd, task);
  } finally {
    forgetChild(task.home, task);
  }
}

async function runNoted(payload: ShellPayload, cwd: string, task: BuiltInContext): Promise<ShellResult> {
  const child = start(payload, cwd, task);
  const { pid, stdout, stderr, stdin } = child;
  if (pid === undefined || !stdout || !stderr) throw await startProblem(child, payload.command);
  noteChild(pid, task);
  const output = new CommandOutput(stdout, 'stdout', task);
  const errors = new CommandOutput(stderr, 'stderr', task);
  // A command that doesn't read its input is none of our business.
  stdin?.on('error', () => {});
  stdin?.end(payload.stdin);
  const exit = await untilOver(child, pid, task);
  output.end();
  errors.end();
  if (exit.exitCode === 0 && !exit.aborted) return { exitCode: 0, signal: null, stdoutTail: output.tail(), stderrTail: errors.tail() };
  const last = errors.lastLine() || output.lastLine();
  const what = exit.aborted
    ? `ended, as ${abortWords(task.signal.reason)}`
    : exit.signal
      ? `ended by signal ${exit.signal}`
      : `exit code ${exit.exitCode}`;
  throw Object.assign(new Error(last === '' ? what : `${what}: ${last.slice(0, 500)}`), {
    name: 'CommandError',
    details: {
      command: payload.command,
      args: payload.args ?? [],
      exitCode: exit.exitCode,
      signal: exit.signal,
      stdoutTail: output.tail(),
      stderrTail: errors.tail(),
    },
  });
}

function workingFolder(cwd: string | undefined): string {
  if (cwd === undefined) return homedir();
  requireAbsolutePath('cwd', cwd);
  // Checked here, as a missing folder and a missing program look alike when the start fails.
  try {
    if (!statSync(cwd).isDirectory()) throw failForGood(`cwd: ${cwd} is no folder`);
  } catch (error) {
    const problem = lastingFileProblem(error);
    throw problem === null ? error : failForGood(`cwd: ${cwd} ${problem}`);
  }
  return cwd;
}

function start({ command, args = [], env, shell, stdin }: ShellPayload, cwd: string, task: BuiltInContext): ChildProcess {
  task.signal.throwIfAborted();
  const options: SpawnOptions = {
    cwd,
    env: {
      ...process.env,
      ...env,
      [jobMark]: task.jobId,
      SWITCHYARD_ATTEMPT: String(task.attempt),
      TRACEPARENT: task.traceparent,
    },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    // A session and group of its own, so that the whole of it can be found and ended.
    detached: !onWindows,
    windowsHide: true,
  };
  try {
    if (!shell) return spawn(command, args, options);
    if (!onWindows) return spawn('/bin/sh', ['-c', command, 'sh', ...args], options);
    if (args.length === 0) return spawn(command, { ...options, shell: true });
  } catch (error) {
    throw failForGood(`The command can't be started: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw failForGood('args: a command line for cmd.exe takes no arguments; put them into the command, or leave out the shell');
}

async function startProblem(child: ChildProcess, command: string): Promise<Error> {
  const error = await new Promise<NodeJS.ErrnoException>((resolve) => child.once('error', resolve));
  switch (error.code) {
    case 'ENOENT': {
      if (/[\\/]/.test(command)) return failForGood(`There is no program at ${command}`);
      const hint = /\s/.test(command)
        ? ' Arguments belong in "args"; or set "shell" to true.'
        : ' Is it installed, and on the PATH of the engine?';
      return failForGood(`There is no command "${command}".${hint}`);
    }
    case 'EACCES':
      return failForGood(`${command} may not be executed by this user`);
    case 'E2BIG':
      return failForGood('Command, arguments and environment are longer than the system takes; give long text as "stdin"');
    default:
      return error;
  }
}

function noteChild(pid: number | null, task: BuiltInContext): void {
  try {
    recordChild(task.home, task, pid);
  } catch (error) {
    // A full disk, say: the command can still do its work, it only outlives an engine that is killed.
    task.log(`This command could not be noted, and would go on if the engine were killed: ${String(error)}`);
  }
}

/**
 * Over is a command that has exited and whose output is closed. What it left behind with its output open is ended
 * after a grace time; a service that let go of the output (`nohup … >/dev/null 2>&1 &`) is left alone.
 */
async function untilOver(child: ChildProcess, pid: number, task: BuiltInContext): Promise<Exit & { aborted: boolean }> {
  let ending = null as Promise<number> | null;
  const endAll = () => {
    ending ??= endTree(pid, task.jobId);
  };
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const exited = new Promise<Exit>((resolve) => child.once('exit', (exitCode, signal) => resolve({ exitCode, signal })));
  task.signal.addEventListener('abort', endAll, { once: true });
  let timer: NodeJS.Timeout | undefined;
  try {
    const exit = await exited;
    const aborted = ending !== null;
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), endGraceMs);
    });
    if ((await Promise.race([closed, late])) === 'late' && !aborted) {
      task.log('The command has exited and left processes behind that hold its output: they are ended with it.');
      endAll();
    }
    const left = (await ending) ?? 0;
    if (left > 0) task.log(`${left} processes of the command could not be ended`);
    return { ...exit, aborted };
  } finally {
    clearTimeout(timer);
    task.signal.removeEventListener('abort', endAll);
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
}

function abortWords(reason: unknown): string {
  if (reason === 'timed-out') return 'the job ran out of time';
  return reason === 'stopping' ? 'the engine is stopping' : 'the job was cancelled';
}

export default { ...shellRun, run } satisfies TaskDefinition<ShellPayload, ShellResult>;
