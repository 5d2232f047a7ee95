/** The engine that a run has to itself: the real one, as a process of its own in a home of its own. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Agent, fetch } from 'undici';
import { type Client, createClient, type Transport } from '../../contract/client.ts';
import { plainNode } from './plain-node.ts';

const program = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../main.ts' : './engine.js', import.meta.url));
/** As long as a stopping engine may take; then it is killed. */
const stopMs = 15_000;
/** Of what it wrote to standard error, for the reason of a start that failed. */
const errorCharacters = 2_000;

export type LabEngine = {
  socket: string;
  client: Client;
  transport: Transport;
  /** Rejects with the reason when it ends by itself. */
  died: Promise<never>;
  /** Resident, in bytes; null where the system does not tell. */
  memoryBytes(): Promise<number | null>;
  /** Lets what runs end, for as long as an engine gives it. */
  stop(): Promise<void>;
  kill(): Promise<void>;
};

/** @param prepare the home, before it begins @throws Error with what it said when it ends rather than begins, or is aborted */
export async function startLabEngine(home: string, signal: AbortSignal, prepare: (home: string) => void): Promise<LabEngine> {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  prepare(home);
  // In a group of its own: Ctrl+C in the terminal of the user's engine is for that one. The channel ends it when this process dies.
  const child = spawn(process.execPath, [program], {
    detached: process.platform !== 'win32',
    env: { ...plainNode(), SWITCHYARD_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-errorCharacters);
  });
  const exited = once(child, 'exit');
  const died = exited.then(([code, name]) => {
    throw new Error(`The lab's engine ended by itself (${code ?? name}). ${said.trim()}`);
  });
  died.catch(() => {});
  const kill = async () => {
    child.kill('SIGKILL');
    await exited;
  };
  try {
    const socket = await Promise.race([readSocket(child), died, aborted(signal)]);
    const agent = new Agent({ connect: { socketPath: socket }, headersTimeout: 0, bodyTimeout: 0 });
    const transport: Transport = (path, { method, headers, body }) =>
      fetch(`http://localhost${path}`, { method, headers, body: body ?? null, dispatcher: agent });
    const closed = async (end: () => Promise<void>) => {
      await agent.destroy();
      await end();
    };
    return {
      ...{ socket, transport, died, client: createClient(transport) },
      memoryBytes: () => residentBytes(child.pid ?? 0),
      stop: () =>
        closed(async () => {
          child.kill('SIGTERM');
          const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
          await exited;
          clearTimeout(late);
        }),
      kill: () => closed(kill),
    };
  } catch (error) {
    await kill();
    throw error;
  }
}

async function readSocket(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the engine was started without a standard output');
  for await (const line of createInterface({ input: child.stdout })) if (line.startsWith('ready ')) return line.slice('ready '.length);
  throw new Error('The lab’s engine said nothing.');
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error('stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

async function residentBytes(pid: number): Promise<number | null> {
  if (process.platform === 'win32') return null;
  try {
    if (process.platform === 'linux') return kibibytes(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return await new Promise((resolve) => execFile('ps', ['-o', 'rss=', '-p', String(pid)], (_, text) => resolve(kibibytes(text))));
  } catch {
    // It has just ended.
    return null;
  }
}

function kibibytes(text: string | undefined): number | null {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isNaN(value) ? null : value * 1024;
}
