/** Starts the built shell in a real Electron, with a home, an engine and a desktop of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { _electron, test as base, type ElectronApplication, type Page } from '@playwright/test';
import { findElectron } from '../../../../scripts/lib/electron-binary.mjs';
import { Desktop } from './desktop.ts';

export { expect } from '@playwright/test';

const root = join(import.meta.dirname, '../../../..');
const binary = findElectron({ root, env: process.env, platform: process.platform });
const engineEntry = join(root, 'out/main/engine.js');

export type Engine = {
  pid: number;
  /** Resolves once it is gone. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  isRunning(): boolean;
};

export type Shell = { app: ElectronApplication; page: Page };

type Parts = {
  home: string;
  /** Started before the shell where a test asks for it. */
  desktop: Desktop;
  startEngine: () => Promise<Engine>;
  launch: (options?: { desktop?: Desktop; words?: string[] }) => Promise<Shell>;
  /** Starts the shell a second time in the same home: its exit code and what it said. */
  launchAgain: (words?: string[]) => Promise<{ code: number | null; output: string }>;
};

/** Why the shell cannot run here; null when it can. */
function missing(): string | null {
  if (binary === null) return 'there is no Electron binary here (ELECTRON_OVERRIDE_DIST_PATH or node_modules/electron/dist)';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display (xvfb-run gives one)';
  if (!existsSync(join(root, 'out/main/electron.js'))) throw new Error('The shell is not built: run "npm run build" first');
  return null;
}

export const test = base.extend<Parts, { skipReason: string | null }>({
  skipReason: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads a fixture's needs from this pattern
    async ({}, use) => {
      const reason = missing();
      if (reason !== null) console.log(`Electron tests are skipped: ${reason}`);
      await use(reason);
    },
    { scope: 'worker' },
  ],

  home: async ({ skipReason }, use, info) => {
    info.skip(skipReason !== null, skipReason ?? '');
    const home = mkdtempSync(join(tmpdir(), 'switchyard-shell-'));
    await use(home);
    rmSync(home, { recursive: true, force: true });
  },

  desktop: async ({ home: _ }, use) => {
    const desktop = await Desktop.start();
    await use(desktop);
    await desktop.stop();
  },

  startEngine: async ({ home }, use) => {
    const started: Engine[] = [];
    await use(async () => {
      const engine = await spawnEngine(home);
      started.push(engine);
      return engine;
    });
    for (const engine of started) if (engine.isRunning()) await engine.kill('SIGKILL');
  },

  // Depends on startEngine so that the window goes before the engine does.
  launch: async ({ home, startEngine: _ }, use) => {
    const apps: ElectronApplication[] = [];
    await use(async ({ desktop, words = [] } = {}) => {
      const app = await _electron.launch({
        executablePath: binary?.path ?? '',
        args: shellWords(words),
        cwd: root,
        env: environment(home, desktop),
      });
      apps.push(app);
      return { app, page: await app.firstWindow() };
    });
    for (const app of apps) await app.close();
  },

  launchAgain: async ({ home }, use) => {
    await use(async (words = []) => {
      const child = spawn(binary?.path ?? '', shellWords(words), {
        cwd: root,
        env: environment(home, undefined),
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
      const [code] = (await once(child, 'close')) as [number | null];
      return { code, output };
    });
  },
});

function shellWords(words: string[]): string[] {
  // Chromium refuses its sandbox to root.
  return [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), root, ...words];
}

function environment(home: string, desktop: Desktop | undefined): Record<string, string> {
  const { DBUS_SESSION_BUS_ADDRESS: _, ...rest } = process.env as Record<string, string>;
  // The runtime folder too, else the machine's own session bus is found in it.
  const bus: Record<string, string> = desktop ? { DBUS_SESSION_BUS_ADDRESS: desktop.address } : {};
  return { ...rest, ...bus, XDG_RUNTIME_DIR: home, SWITCHYARD_HOME: home };
}

async function spawnEngine(home: string): Promise<Engine> {
  const child = spawn(process.execPath, [engineEntry], { env: environment(home, undefined), stdio: ['ignore', 'pipe', 'inherit'] });
  await readyLine(child);
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    isRunning,
    async kill(signal) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
}

async function readyLine(child: ChildProcess): Promise<void> {
  if (!child.stdout) throw new Error('The engine has no output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    if (!line.startsWith('ready ')) continue;
    child.stdout.resume();
    return;
  }
  throw new Error('The engine ended before it was ready');
}

/** The process that holds the home's engine now, by its engine.json. */
export function enginePid(home: string): number | null {
  try {
    return (JSON.parse(readFileSync(join(home, 'engine.json'), 'utf8')) as { pid: number }).pid;
  } catch {
    return null;
  }
}

/** @throws when none has said that it runs */
export function runningEngine(home: string): number {
  const pid = enginePid(home);
  if (pid === null) throw new Error('No engine has left its engine.json');
  return pid;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The engine's answer as the page gets it on its own origin. */
export function ask(page: Page, path: string, body?: unknown): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([path, text]) => {
      const request = text === undefined ? {} : { method: 'POST', body: text, headers: { 'content-type': 'application/json' } };
      const response = await fetch(path, request);
      return { status: response.status, body: await response.json() };
    },
    [path, body === undefined ? undefined : JSON.stringify(body)] as const,
  );
}

/** A job that fails once and is dead. */
export async function submitDyingJob(page: Page, tags: string[] = []): Promise<string> {
  const job = { task: 'shell.run', payload: { command: 'false' }, mode: 'async', retry: { maxAttempts: 1 }, tags };
  const answer = await ask(page, '/v1/jobs', job);
  if (answer.status !== 202) throw new Error(`The job was refused: ${JSON.stringify(answer.body)}`);
  return (answer.body as { id: string }).id;
}
