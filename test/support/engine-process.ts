/**
 * The real engine as a process of its own, in a temporary home. Knows no test runner: `await using`, or `dispose()` in
 * the runner's own clean-up.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient } from '../../contract/client.ts';
import { engineProgram } from './programs.ts';
import { unixFetch } from './unix-fetch.ts';

export type EngineProcessOptions = {
  /** Made, and removed at the end, when none is given. */
  home?: string;
  /** 0: any free one; without it the engine does not listen on TCP. */
  port?: number;
  env?: Record<string, string>;
};

export type EngineExit = { code: number | null; signal: NodeJS.Signals | null };

export type EngineProcess = {
  home: string;
  socket: string;
  pid: number;
  /** A one-time address of the window; null without a port. */
  windowAddress: string | null;
  /** From the start of the process to its first line, in milliseconds. */
  readyMs: number;
  client: Client;
  child: ChildProcess;
  /** What it has written to standard error so far. */
  stderr(): string;
  exited: Promise<EngineExit>;
  /** SIGTERM. @returns its exit code */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** Ends it if it still runs, and removes the home if it was made for it. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

const running = new Set<ChildProcess>();
// A runner that is itself ended leaves no engine behind.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export async function makeHome(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'switchyard-home-'));
}

/** The engine's process, whatever becomes of it. */
export function spawnEngine({ home, port, env = {} }: EngineProcessOptions & { home: string }) {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [engineProgram, ...(port === undefined ? [] : ['--port', String(port)])], {
    env: { PATH: process.env.PATH, HOME: home, ...env, SWITCHYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stderr = '';
  let stdout = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  const exited = once(child, 'close').then(([code, signal]): EngineExit => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  /** The rest of the first line that begins with the word. @throws when the engine ends without one */
  async function printed(word: string): Promise<string> {
    for (;;) {
      const line = stdout.split('\n').find((candidate, index, all) => index < all.length - 1 && candidate.startsWith(`${word} `));
      if (line !== undefined) return line.slice(word.length + 1);
      const ended = await Promise.race([
        once(child.stdout as NodeJS.ReadableStream & NodeJS.EventEmitter, 'data').then(() => null),
        exited,
      ]);
      if (ended) throw new Error(`The engine ended with ${ended.code ?? ended.signal} without saying "${word}":\n${stderr}`);
    }
  }
  return { child, startedAt, exited, printed, stderr: () => stderr };
}

/** Answers once the engine does. @throws Error with its standard error when it ends instead */
export async function startEngineProcess(options: EngineProcessOptions = {}): Promise<EngineProcess> {
  const home = options.home ?? (await makeHome());
  const { child, startedAt, exited, printed, stderr } = spawnEngine({ ...options, home });
  const removeHome = async () => {
    if (options.home === undefined) await rm(home, { recursive: true, force: true, maxRetries: 5 });
  };
  let socket: string;
  let windowAddress: string | null;
  let readyMs: number;
  try {
    socket = await printed('ready');
    readyMs = performance.now() - startedAt;
    windowAddress = options.port === undefined ? null : await printed('window');
  } catch (error) {
    child.kill('SIGKILL');
    await exited;
    await removeHome();
    throw error;
  }
  const connection = unixFetch(socket);
  async function end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    child.kill(signal);
    const { code } = await exited;
    return code;
  }
  async function dispose(): Promise<void> {
    await end('SIGKILL');
    await connection.close();
    await removeHome();
  }
  return {
    ...{ home, socket, windowAddress, readyMs, child, stderr, exited, dispose },
    pid: child.pid ?? 0,
    client: createClient(connection.transport),
    stop: () => end('SIGTERM'),
    kill: async () => void (await end('SIGKILL')),
    [Symbol.asyncDispose]: dispose,
  };
}
