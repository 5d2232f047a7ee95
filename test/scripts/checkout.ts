/** A small checkout with the real launcher and stand-ins for what it starts: they are real processes that do as the test says. */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { sourceStamp, writeStamp } from '../../scripts/lib/build-stamp.mjs';

const root = join(import.meta.dirname, '../..');

export type Checkout = { folder: string; home: string; programs: string; write(path: string, text: string): void };

/** Says what the engine says, and writes down how it was asked to end. */
export const engine = `
import { appendFileSync } from 'node:fs';
const note = (text) => appendFileSync(process.env.NOTES, text + '\\n');
note('engine ' + process.pid + ' ' + process.argv.slice(2).join(' '));
const timer = setInterval(() => {}, 1000);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { note('engine got ' + signal); clearInterval(timer); });
console.log('ready /home/engine.sock');
if (process.argv.includes('--port')) console.log('window http://127.0.0.1:4000/session?code=one');
console.log('a later line');
`;

/** A browser that stays open until it is asked to end, or until BROWSER_ENDS says so. */
const browser = `#!${process.execPath}
import { appendFileSync } from 'node:fs';
const note = (text) => appendFileSync(process.env.NOTES, text + '\\n');
note('browser ' + process.pid + ' ' + process.argv.slice(2).join(' '));
if (process.env.BROWSER_ENDS) process.exit(Number(process.env.BROWSER_ENDS));
process.on('SIGTERM', () => { note('browser got SIGTERM'); process.exit(0); });
setInterval(() => {}, 1000);
console.error('open');
`;

export function makeCheckout(): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-checkout-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  cpSync(join(root, 'scripts'), join(folder, 'scripts'), { recursive: true });
  write('package.json', JSON.stringify({ name: 'switchyard', type: 'module' }));
  write('node_modules/.package-lock.json', '{}');
  write('out/main/home.js', `export * from ${JSON.stringify(join(root, 'contract/home.ts'))};\n`);
  write('out/main/engine.js', engine);
  write('programs/chromium', browser);
  chmodSync(join(folder, 'programs/chromium'), 0o755);
  writeStamp(folder, sourceStamp(folder));
  return { folder, home: join(folder, 'home'), programs: join(folder, 'programs'), write };
}

export type Run = {
  process: ChildProcess;
  /** All that it said, on both streams. */
  said(): string;
  /** Resolves once it has said this. @throws when it ends first */
  saying(text: string): Promise<void>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

export function run(command: string, args: string[], env: NodeJS.ProcessEnv): Run {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  const saying = (text: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (!output.includes(text)) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      ended.then(() => reject(new Error(`it ended without saying "${text}"; it said:\n${output}`)));
    });
  return { process: child, said: () => output, saying, ended };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
