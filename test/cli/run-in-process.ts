/** The command line within the test, where a process would show nothing more: its parsing, and what a terminal is shown. */

import { PassThrough, Readable } from 'node:stream';
import { runCommandLine } from '../../cli/command-line.ts';
import type { Io } from '../../cli/io.ts';
import type { Ended } from './run-command.ts';

type Options = {
  home: string;
  stdin?: string | Uint8Array;
  terminal?: { columns: number; rows: number };
  env?: Record<string, string>;
  now?: number;
};

export async function runInProcess(args: readonly string[], { home, stdin = '', terminal, env = {}, now }: Options): Promise<Ended> {
  const stdout = output(terminal);
  const stderr = output(terminal);
  const io: Io = {
    env: { ...env, SWITCHYARD_HOME: home },
    platform: process.platform,
    userFolder: home,
    folder: home,
    stdin: Object.assign(Readable.from([stdin]), terminal ? { isTTY: true } : {}),
    stdout: stdout.stream,
    stderr: stderr.stream,
    now: () => now ?? Date.now(),
    patienceMs: 0,
    onInterrupt: () => () => {},
  };
  const code = await runCommandLine(args, io);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

function output(terminal: Options['terminal']) {
  let text = '';
  const stream = Object.assign(new PassThrough(), terminal ? { isTTY: true, ...terminal } : {});
  stream.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  return { stream, text: () => text };
}
