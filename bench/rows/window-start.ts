import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Browser, chromium, type Page } from '@playwright/test';
import { findBrowser } from '../../scripts/lib/browser-binary.mjs';
import { findElectron } from '../../scripts/lib/electron-binary.mjs';
import { displayFor } from '../../scripts/lib/virtual-display.mjs';
import { makeHome } from '../engine/built-engine.ts';
import { leaveBacklog } from '../engine/seed-jobs.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

const root = join(import.meta.dirname, '../..');
const lookMs = 20;
/** Past it something is wrong. */
const longestMs = 60_000;
const title = '`npm start` to a usable window';

/** From the command to a list of jobs whose row opens at a click, as a user would look for what failed. */
export const windowStart: Row = {
  name: 'window-start',
  title: 'npm start, built, to a usable window over a backlog',
  within: 'whole',
  async measure({ quick, log }): Promise<Line[]> {
    const goal = '< 2,500 ms';
    const window = windowOf();
    if (window === null) return [{ what: title, absent: 'neither Electron nor a browser of the Chromium family is here', goal, met: null }];
    const display = await displayFor({ env: process.env, platform: process.platform });
    if ('problem' in display) return [{ what: title, absent: display.problem, goal, met: null }];
    const backlog = quick ? 100_000 : 1_000_000;
    const home = makeHome();
    try {
      await leaveBacklog(home, backlog, log);
      const rounds: number[] = [];
      // The first start of a browser with a new profile makes the profile.
      for (let round = 0; round <= 3; round++) {
        const ms = await usableAfter(window, { ...display.env, SWITCHYARD_HOME: home });
        if (round > 0) rounds.push(ms);
      }
      const what = `${title}, ${window.name}, ${backlog.toLocaleString('en')} jobs`;
      return [{ what, ours: { unit: 'ms', rounds }, goal, met: median(rounds) < 2_500 }];
    } finally {
      await display.close();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

type Window = { name: string; path: string; kind: 'electron' | 'browser' };

/** What `npm start` would open. */
function windowOf(): Window | null {
  const electron = findElectron({ root, env: process.env, platform: process.platform });
  if (electron) return { name: `Electron ${electron.version}`, path: electron.path, kind: 'electron' };
  const browser = findBrowser({ env: process.env, platform: process.platform, userFolder: homedir() });
  return browser && { ...browser, kind: 'browser' };
}

/** @returns milliseconds from the command to the end of the first click that a person would make */
async function usableAfter({ path, kind }: Window, env: NodeJS.ProcessEnv): Promise<number> {
  const port = await freePort();
  const door = withDebugging(path, port);
  const places = { PATH: `${door}:${env.PATH ?? ''}`, ...(kind === 'electron' && { ELECTRON_OVERRIDE_DIST_PATH: door }) };
  const startedAt = performance.now();
  // A group of its own, so that it can be ended as by Ctrl-C.
  const launcher = spawn('npm', ['start'], {
    cwd: root,
    env: { ...env, ...places },
    stdio: 'ignore',
    detached: true,
  });
  const ended = once(launcher, 'exit');
  try {
    const browser = await connectTo(port, launcher);
    const page = await pageOf(browser);
    // Where a link of the navigation leads; then a job, whose panel is there when its state can be read.
    await page.getByRole('link', { name: 'Jobs', exact: true }).click({ timeout: longestMs });
    await page.getByRole('grid', { name: 'Jobs' }).locator('[role=rowgroup] [role=row]').first().click({ timeout: longestMs });
    await page.getByRole('article', { name: 'Job empty' }).waitFor({ timeout: longestMs });
    const usableMs = performance.now() - startedAt;
    await browser.close();
    return usableMs;
  } finally {
    if (launcher.exitCode === null && launcher.pid !== undefined) process.kill(-launcher.pid, 'SIGINT');
    await ended;
    rmSync(door, { recursive: true, force: true });
  }
}

/** A folder in which the program's name starts it with its debugging port open, as `npm start` has no option for it. */
function withDebugging(path: string, port: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-window-'));
  // `npm start` reads Electron's version from beside its binary.
  const version = join(dirname(path), 'version');
  if (existsSync(version)) symlinkSync(version, join(folder, 'version'));
  const script = `#!/bin/sh\nexec '${path}' --remote-debugging-port=${port} "$@"\n`;
  writeFileSync(join(folder, basename(path)), script, { mode: 0o755 });
  return folder;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('a port is not a name');
  return address.port;
}

async function connectTo(port: number, launcher: ChildProcess): Promise<Browser> {
  const lastAt = performance.now() + longestMs;
  while (performance.now() < lastAt && launcher.exitCode === null) {
    const answers = await fetch(`http://127.0.0.1:${port}/json/version`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    await pause(lookMs);
  }
  throw new Error('`npm start` opened no window');
}

async function pageOf(browser: Browser): Promise<Page> {
  const [context] = browser.contexts();
  if (!context) throw new Error('the window has no pages');
  const ours = (page: Page) => /^(app|http):/.test(page.url());
  return context.pages().find(ours) ?? context.waitForEvent('page', { timeout: longestMs });
}
