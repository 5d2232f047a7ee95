/** Installs the packages when they are missing or older than the lock file. */

import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, sep } from 'node:path';

/**
 * npm writes `node_modules/.package-lock.json` at the end of every install, so an interrupted one counts as none.
 * @param {string} root
 * @returns {string | null} why an install is needed, null when it is not
 */
export function whyInstall(root) {
  const installed = modifiedMs(join(root, 'node_modules', '.package-lock.json'));
  if (installed === null) return 'the packages are not installed';
  const locked = modifiedMs(join(root, 'package-lock.json'));
  return locked !== null && locked > installed ? 'package-lock.json is newer than the installed packages' : null;
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @throws Error when npm fails
 */
export function installIfNeeded(root, say) {
  const reason = whyInstall(root);
  if (reason === null) return;
  say(`Installing (${reason}) …`);
  const { command, args, shell } = npm([installCommand(), '--no-audit', '--no-fund']);
  // Warnings are for whoever changes the dependencies; errors are shown.
  const { status, error } = spawnSync(command, [...args, '--loglevel=error'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], shell });
  if (error) throw new Error(`npm does not start: ${error.message}`);
  if (status !== 0) throw new Error('npm could not install the packages; what it said is above');
}

/** `npm ci` deletes node_modules first, and Windows lets no one delete the node.exe that is running this. */
function installCommand() {
  return process.platform === 'win32' && process.execPath.includes(`${sep}node_modules${sep}`) ? 'install' : 'ci';
}

/**
 * How npm is called: inside an npm script the very same npm under the Node that it runs on, which lies outside of node_modules.
 * @param {string[]} args
 */
export function npm(args) {
  const { npm_execpath: script, npm_node_execpath: node } = process.env;
  if (script !== undefined && node !== undefined) return { command: node, args: [script, ...args], shell: false };
  // npm is a batch file on Windows, which only a shell runs.
  return { command: 'npm', args, shell: process.platform === 'win32' };
}

/** @param {string} path */
function modifiedMs(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? null;
}
