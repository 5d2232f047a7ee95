/** Starts an engine of our own and hears from it when it is ready. */

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startOwned } from './owned-process.mjs';
import { launchedEnvironment } from './relaunch.mjs';

/** Opening a large database after a crash takes well under a second; past this something is wrong. */
const readyMs = 60_000;

/**
 * @param {{ root: string, port: number | null, env: NodeJS.ProcessEnv }} options a port of 0 is any free one, null is none
 * @returns {{ engine: import('./owned-process.mjs').OwnedProcess, ready: Promise<{ socket: string, address: string | null }> }}
 */
export function startEngine({ root, port, env }) {
  const args = [join(root, 'scripts', 'switchyard.mjs'), 'serve', ...(port === null ? [] : ['--port', String(port)])];
  // The channel tells the engine that the launcher was killed: it then ends too rather than go on unseen.
  const engine = startOwned(process.execPath, args, {
    cwd: root,
    env: launchedEnvironment(env),
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  return { engine, ready: readFirstLines(engine, port !== null) };
}

/**
 * `ready <socket>`, then with a port `window <one-time address>`; what follows is passed on.
 * @param {import('./owned-process.mjs').OwnedProcess} engine
 * @param {boolean} withAddress
 * @returns {Promise<{ socket: string, address: string | null }>}
 */
function readFirstLines(engine, withAddress) {
  return new Promise((resolve, reject) => {
    if (!engine.child.stdout) throw new Error('the engine was started without a pipe for its output');
    const lines = createInterface({ input: engine.child.stdout });
    const timer = setTimeout(() => reject(new Error(`The engine was not ready within ${readyMs / 1000} s.`)), readyMs);
    /** @type {string | null} */
    let socket = null;
    let told = false;
    /** @param {string | null} address */
    const tell = (address) => {
      told = true;
      clearTimeout(timer);
      if (socket !== null) resolve({ socket, address });
    };
    lines.on('line', (line) => {
      if (told) console.log(line);
      else if (socket === null && line.startsWith('ready ')) {
        socket = line.slice('ready '.length);
        if (!withAddress) tell(null);
      } else if (line.startsWith('window ')) tell(line.slice('window '.length));
    });
    engine.ended.then(({ code, signal, error }) => {
      clearTimeout(timer);
      reject(
        new Error(
          error
            ? `The engine does not start: ${error.message}`
            : `The engine ended (${signal ?? `exit code ${code}`}) before it was ready.`,
        ),
      );
    });
  });
}
