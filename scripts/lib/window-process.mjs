/** Opens the window: Electron with the app's folder, or a browser in app mode with a profile of its own. */

import { readlinkSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { startOwned } from './owned-process.mjs';

/**
 * @param {{ electron: { path: string }, root: string, env: NodeJS.ProcessEnv, asRoot: boolean }} options
 */
export function openElectron({ electron, root, env, asRoot }) {
  // Chromium refuses its sandbox to root.
  return startOwned(electron.path, [root, ...(asRoot ? ['--no-sandbox'] : [])], { cwd: root, env, stdio: 'inherit' });
}

/**
 * @param {{ browser: { path: string }, address: string, profile: string, env: NodeJS.ProcessEnv, asRoot: boolean }} options
 */
export function openBrowser({ browser, address, profile, env, asRoot }) {
  return startOwned(browser.path, browserArguments({ address, profile, asRoot }), { env, stdio: 'ignore' });
}

/**
 * @param {{ address: string, profile: string, asRoot: boolean }} options
 */
export function browserArguments({ address, profile, asRoot }) {
  return [
    `--app=${address}`,
    `--user-data-dir=${profile}`,
    '--no-first-run',
    '--no-default-browser-check',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    ...(asRoot ? ['--no-sandbox', '--test-type'] : []),
  ];
}

/**
 * The browser's profile lies in the home; a snap may not read hidden folders, where the home usually is.
 * @param {{ home: string, browserPath: string, userFolder: string }} place
 */
export function profileFolder({ home, browserPath, userFolder }) {
  const isSnap = browserPath.startsWith('/snap/') || realPath(browserPath) === '/usr/bin/snap';
  return isSnap ? join(userFolder, 'snap', 'chromium', 'common', 'switchyard') : join(home, 'window');
}

/**
 * Whether a browser process uses this profile. A second one hands its window over to it and ends at once, which is not a closed window.
 * Known from the lock that Chromium keeps on Linux and macOS (`<host>-<pid>`); on Windows it can't be told.
 * @param {string} profile
 */
export function isProfileInUse(profile) {
  try {
    const pid = Number(readlinkSync(join(profile, 'SingletonLock')).split('-').at(-1));
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} path */
function realPath(path) {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
