/** Is Electron here, and can it be? Without `require('electron')`, which would start a download and wait for it for minutes. */

import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** @typedef {{ path: string, version: string }} ElectronBinary */

/**
 * @param {{ root: string, env: NodeJS.ProcessEnv, platform: string }} place
 * @returns {ElectronBinary | null}
 */
export function findElectron({ root, env, platform }) {
  const folder = electronPackage(root)?.folder;
  const dist = env.ELECTRON_OVERRIDE_DIST_PATH || (folder && join(folder, 'dist'));
  if (!dist) return null;
  const path = join(dist, binaryName(platform));
  if (!existsSync(path)) return null;
  return { path, version: readVersion(join(dist, 'version')) };
}

/** @param {string} root */
export function electronPackage(root) {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('electron/package.json');
    return { folder: dirname(manifest), version: String(JSON.parse(readFileSync(manifest, 'utf8')).version) };
  } catch {
    return null;
  }
}

/**
 * Gets the binary by Electron's own install step.
 * @param {{ root: string, env: NodeJS.ProcessEnv, probeMs: number, downloadMs: number, say: (line: string) => void, signal: AbortSignal }} options
 * @returns {Promise<string | null>} why it could not be had; null when it is there
 */
export async function fetchElectron({ root, env, probeMs, downloadMs, say, signal }) {
  const found = electronPackage(root);
  if (!found) return 'its package is not installed';
  const address = downloadAddress(found.version, env);
  const problem = await probe(address, probeMs, signal);
  if (problem !== null) return problem;
  say(`Fetching Electron ${found.version} (once, about 110 MB) …`);
  return install(found.folder, downloadMs, signal);
}

/**
 * Where @electron/get looks, for a small file of the same release.
 * @param {string} version
 * @param {NodeJS.ProcessEnv} env
 */
export function downloadAddress(version, env) {
  const mirror = env.ELECTRON_MIRROR || env.npm_config_electron_mirror || 'https://github.com/electron/electron/releases/download/';
  return `${mirror.endsWith('/') ? mirror : `${mirror}/`}v${version}/SHASUMS256.txt`;
}

/**
 * @param {string} address
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>} why the far end cannot be used, null when it can
 */
export async function probe(address, ms, signal) {
  const host = new URL(address).host;
  const bound = AbortSignal.timeout(ms);
  try {
    const response = await fetch(address, { method: 'HEAD', signal: AbortSignal.any([bound, signal]) });
    await response.body?.cancel();
    return response.ok ? null : `${host} answered ${response.status}`;
  } catch {
    return bound.aborted ? `${host} did not answer within ${ms / 1000} s` : `${host} can't be reached`;
  }
}

/**
 * @param {string} folder
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<string | null>}
 */
function install(folder, ms, signal) {
  return new Promise((resolve) => {
    const bound = AbortSignal.timeout(ms);
    const child = spawn(process.execPath, [join(folder, 'install.js')], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      signal: AbortSignal.any([bound, signal]),
      killSignal: 'SIGKILL',
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
    // An abort is an error too; the answer then follows with the exit.
    child.once('error', () => {});
    child.once('close', (code) => {
      if (code === 0) resolve(null);
      else if (bound.aborted) resolve(`its download took more than ${ms / 60_000} minutes`);
      else resolve(`its download failed (${said.trim().split('\n')[0] || `exit code ${code}`})`);
    });
  });
}

/** @param {string} platform */
function binaryName(platform) {
  if (platform === 'win32') return 'electron.exe';
  return platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron';
}

/** @param {string} path */
function readVersion(path) {
  try {
    return readFileSync(path, 'utf8').trim().replace(/^v/, '');
  } catch {
    return 'of unknown version';
  }
}
