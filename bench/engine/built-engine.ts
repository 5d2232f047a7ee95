/** The built engine in a home of its own, as a user runs it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { benchTasks } from './tasks.ts';

const main = join(import.meta.dirname, '../../out/main/engine.js');

export type BuiltEngine = {
  home: string;
  socket: string;
  pid: number;
  readyMs: number;
  ask(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** SIGTERM, and its end. The home stays. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'switchyard-bench-'));
  chmodSync(home, 0o700);
  mkdirSync(join(home, 'tasks'));
  for (const [name, source] of Object.entries(benchTasks)) writeFileSync(join(home, 'tasks', `${name}.js`), source);
  return home;
}

/** @param given a home that stays when the engine is disposed of; one is made, and removed, without it @param nodeOptions e.g. for a CPU profile */
export async function startBuiltEngine(given?: string, nodeOptions: string[] = []): Promise<BuiltEngine> {
  const home = given ?? makeHome();
  const startedAt = performance.now();
  const child = spawn(process.execPath, [...nodeOptions, main], {
    env: { ...process.env, SWITCHYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const socket = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('ready ')) resolve(line.slice('ready '.length));
    });
    exited.then(([code]) => reject(new Error(`The engine ended with ${code} before it was ready. Was it built? (npm run build)`)), reject);
  });
  const readyMs = performance.now() - startedAt;
  const pid = child.pid ?? 0;

  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await exited;
    }
  }
  const engine: BuiltEngine = {
    ...{ home, socket, pid, readyMs },
    ask: (method, path, body) => ask(socket, method, path, body),
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    async [Symbol.asyncDispose]() {
      await end('SIGKILL');
      if (given === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  // The user's own tasks are read after the engine is ready.
  for (const name of Object.keys(benchTasks)) await engine.ask('GET', `/v1/tasks/${name}`);
  return engine;
}

export function ask(socketPath: string, method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, method, path, ...(text === undefined ? {} : { headers: { 'content-type': 'application/json' } }) },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const answer = Buffer.concat(parts).toString();
          resolve({ status: response.statusCode ?? 0, body: answer === '' ? null : JSON.parse(answer) });
        });
      },
    );
    asked.on('error', reject);
    asked.end(text);
  });
}

/** What the kernel says of a process (Linux): CPU seconds, resident bytes, bytes written to disk. null elsewhere. */
export function usageOf(pid: number): { cpuSeconds: number; residentBytes: number; writtenBytes: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces; what follows it is counted.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const resident = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const written = /^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1];
    // USER_HZ is 100 on every Linux that Node runs on.
    return { cpuSeconds: ticks / 100, residentBytes: Number(resident) * 1_024, writtenBytes: Number(written) };
  } catch {
    return null;
  }
}
