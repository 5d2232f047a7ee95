/** A process that the launcher started and ends, together with what it started in turn. */

import { spawn } from 'node:child_process';

/**
 * @typedef {{
 *   child: import('node:child_process').ChildProcess,
 *   ended: Promise<{ code: number | null, signal: NodeJS.Signals | null, error?: Error }>,
 *   stop(graceMs: number, options?: { signalled?: boolean }): Promise<void>,
 *   kill(): void,
 * }} OwnedProcess
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {OwnedProcess}
 */
export function startOwned(command, args, options) {
  // A group of its own: Ctrl-C at the terminal then reaches it once, from here, and the whole group can be ended.
  const grouped = process.platform !== 'win32';
  const child = spawn(command, args, { ...options, detached: grouped });
  let over = false;
  /** @type {OwnedProcess['ended']} */
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      if (child.pid !== undefined) return;
      over = true;
      resolve({ code: null, signal: null, error });
    });
    child.once('exit', (code, signal) => {
      over = true;
      resolve({ code, signal });
    });
  });

  function kill() {
    if (child.pid === undefined) return;
    try {
      if (grouped) process.kill(-child.pid, 'SIGKILL');
      else child.kill('SIGKILL');
    } catch {
      // Nothing of it is left.
    }
  }

  /** Asks, waits for at most `graceMs`, then ends it by force. `signalled`: Windows has given it Ctrl-C already, and has nothing gentler than that. */
  async function stop(/** @type {number} */ graceMs, { signalled = false } = {}) {
    if (!over && (grouped || !signalled)) child.kill('SIGTERM');
    const timer = setTimeout(kill, graceMs);
    await ended;
    clearTimeout(timer);
    kill();
  }

  return { child, ended, stop, kill };
}
