/** A display for Electron's tests: the machine's own, else an Xvfb that lives as long as they do. */

import { hasDisplay } from './choose-window.mjs';
import { startOwned } from './owned-process.mjs';

const startMs = 10_000;

/**
 * @param {{ env: NodeJS.ProcessEnv, platform: string }} machine
 * @returns {Promise<{ env: NodeJS.ProcessEnv, close(): Promise<void> } | { problem: string }>}
 */
export async function displayFor(machine) {
  if (hasDisplay(machine)) return { env: machine.env, close: async () => {} };
  // With -displayfd it takes a free number itself and says which once it can be used.
  const args = ['-displayfd', '3', '-screen', '0', '1400x1000x24', '-nolisten', 'tcp'];
  const server = startOwned('Xvfb', args, { env: machine.env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  const number = await firstLine(server);
  if (number === null) {
    await server.stop(0);
    return { problem: 'there is no display, and Xvfb is not installed or does not start' };
  }
  return { env: { ...machine.env, DISPLAY: `:${number}` }, close: () => server.stop(5_000) };
}

/**
 * @param {import('./owned-process.mjs').OwnedProcess} server
 * @returns {Promise<string | null>}
 */
function firstLine(server) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), startMs);
    const answer = (/** @type {string | null} */ text) => {
      clearTimeout(timer);
      resolve(text);
    };
    let text = '';
    server.child.stdio[3]?.on('data', (part) => {
      text += part;
      if (text.includes('\n')) answer(text.trim());
    });
    server.ended.then(() => answer(null));
  });
}
