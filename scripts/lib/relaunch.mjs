/** Goes on under a newer Node as if it were the same process: same arguments and streams, signals passed on, the end mirrored. */

import { spawn } from 'node:child_process';

const marker = 'SWITCHYARD_LAUNCHER';

/**
 * Runs `script` under another Node and ends this process as that one ends. Does not return.
 * @param {string} node
 * @param {string} script
 * @param {string[]} args
 */
export function relaunch(node, script, args) {
  const child = spawn(node, [script, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [marker]: String(process.pid) },
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      // At a terminal Ctrl-C reaches every process of the foreground group: passed on, it would arrive twice.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.once('error', (error) => {
    console.error(`switchyard: ${node} does not start: ${error.message}`);
    process.exit(1);
  });
  child.once('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/**
 * A launcher that is killed outright must not leave this process behind. It passes on every other signal and
 * waits, so a closed channel means just that, and this process ends the same way: what it held is recovered at the
 * next start, whereas a clean stop would keep the home locked for as long as it drains.
 */
export function endWithLauncher() {
  if (process.env[marker] === undefined) return;
  delete process.env[marker];
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // The channel alone must not keep a finished process alive.
  process.channel.unref();
}

/**
 * How a child is started so that `endWithLauncher` works in it.
 * @param {NodeJS.ProcessEnv} env
 */
export function launchedEnvironment(env) {
  return { ...env, [marker]: String(process.pid) };
}
