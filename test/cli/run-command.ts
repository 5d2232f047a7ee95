/** The real command line as a process of its own. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { afterEach } from 'vitest';
import { cliProgram } from '../support/programs.ts';

export type Ended = { code: number | null; stdout: string; stderr: string };

export type RunningCommand = {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves once standard output holds the text; rejects when the command ends without it. */
  printed(text: string): Promise<void>;
};

type Options = { home: string; stdin?: string | Buffer; folder?: string; env?: Record<string, string> };

const running = new Set<ChildProcess>();

afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});

export function startCommand(args: readonly string[], { home, stdin, folder, env = {} }: Options): RunningCommand {
  const child = spawn(process.execPath, [cliProgram, ...args], {
    cwd: folder ?? import.meta.dirname,
    env: { PATH: process.env.PATH, HOME: home, ...env, SWITCHYARD_HOME: home },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
    for (const listener of listeners) listener();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  // Left open unless there is something to say: a command must not depend on the end of its standard input.
  child.stdin.on('error', () => {});
  if (stdin !== undefined) child.stdin.end(stdin);
  const ended = new Promise<Ended>((done) => {
    child.once('close', (code) => {
      running.delete(child);
      for (const listener of listeners) listener();
      done({ code, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    printed: (text) =>
      new Promise((done, fail) => {
        const listener = () => {
          if (stdout.includes(text)) done();
          else if (child.exitCode !== null)
            fail(new Error(`It ended with ${child.exitCode} without printing "${text}":\n${stdout}${stderr}`));
          else return;
          listeners.delete(listener);
        };
        listeners.add(listener);
        listener();
      }),
  };
}

export function runCommand(args: readonly string[], options: Options): Promise<Ended> {
  return startCommand(args, options).ended;
}
