/** A browser for the tests: the installed one, else the distribution's, else Playwright's own. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './browser-binary.mjs';

const installMs = 5 * 60_000;

/**
 * @param {{ root: string, env: NodeJS.ProcessEnv, say: (line: string) => void }} options
 * @returns {Promise<{ path: string, how: string } | { problem: string }>}
 */
export async function browserForTests({ root, env, say }) {
  const look = () => findBrowser({ env, platform: process.platform, userFolder: homedir() });
  if (env.SWITCHYARD_CHROMIUM) return { path: env.SWITCHYARD_CHROMIUM, how: 'given by SWITCHYARD_CHROMIUM' };
  const installed = look();
  if (installed) return { path: installed.path, how: 'installed' };
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    say('Installing Chromium with apt-get …');
    const quiet = { stdio: /** @type {const} */ ('ignore'), timeout: installMs, env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } };
    spawnSync('apt-get', ['update', '-qq'], quiet);
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], quiet);
    const now = look();
    if (now) return { path: now.path, how: 'installed with apt-get' };
  }
  return playwrightsOwn(root, say);
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
async function playwrightsOwn(root, say) {
  const { chromium } = await import('@playwright/test');
  if (!existsSync(chromium.executablePath())) {
    say("Fetching Playwright's Chromium …");
    const cli = join(root, 'node_modules/@playwright/test/cli.js');
    spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: 'ignore', timeout: installMs });
  }
  const path = chromium.executablePath();
  if (existsSync(path)) return { path, how: "Playwright's own" };
  return { problem: 'no browser of the Chromium family is installed, and neither the distribution nor Playwright could give one' };
}
