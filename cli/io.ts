/** What a command touches of its process, given rather than reached for, so that it runs the same in a test. */

import { once } from 'node:events';
import { homedir } from 'node:os';
import type { Readable, Writable } from 'node:stream';

export type TerminalOutput = Writable & { isTTY?: boolean; columns?: number; rows?: number };
export type TerminalInput = Readable & { isTTY?: boolean; setRawMode?(raw: boolean): unknown };

export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  /** The user's own folder, from which the default home follows. */
  userFolder: string;
  /** The working folder: relative file names and `submit shell.run -- …` start from it. */
  folder: string;
  stdin: TerminalInput;
  stdout: TerminalOutput;
  stderr: TerminalOutput;
  /** Milliseconds since the epoch. */
  now(): number;
  /** How long a wait that has begun outlives an engine that is away (it restarts in seconds), in milliseconds. */
  patienceMs: number;
  /** Calls `listener` on Ctrl-C or a polite kill instead of ending the process; returns the way back. */
  onInterrupt(listener: () => void): () => void;
};

export function processIo(): Io {
  return {
    env: process.env,
    platform: process.platform,
    userFolder: homedir(),
    folder: process.cwd(),
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    now: Date.now,
    patienceMs: 30_000,
    onInterrupt(listener) {
      process.once('SIGINT', listener).once('SIGTERM', listener);
      return () => process.off('SIGINT', listener).off('SIGTERM', listener);
    },
  };
}

/** Writes and, when the reader is slow, waits for it: a followed log must not pile up in memory. */
export async function write(stream: Writable, text: string | Uint8Array): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}

export async function writeLine(stream: Writable, text: string): Promise<void> {
  await write(stream, `${text}\n`);
}

/** All of standard input. */
export async function readAll(input: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
