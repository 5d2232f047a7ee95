/** Finds processes that outlived what started them, however they hid: they inherit an environment variable that names the run. */

import { readdirSync, readFileSync } from 'node:fs';

/** @typedef {{ pid: number, command: string }} Leftover */

/**
 * @param {string} variable as in `NAME=value`
 * @param {number} settleMs ending processes take a moment to go
 * @returns {Promise<Leftover[]>} always empty where there is no /proc
 */
export async function leftoverProcesses(variable, settleMs = 3_000) {
  const deadline = Date.now() + settleMs;
  let left = processesWith(variable);
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    left = processesWith(variable);
  }
  return left;
}

/** @param {Leftover[]} processes */
export function endProcesses(processes) {
  for (const { pid } of processes) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
}

/**
 * @param {string} variable
 * @returns {Leftover[]}
 */
function processesWith(variable) {
  if (process.platform !== 'linux') return [];
  return (
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter((pid) => read(`/proc/${pid}/environ`).split('\0').includes(variable))
      .map((pid) => ({ pid: Number(pid), command: read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }))
      // A zombie has no command line any more; it has ended.
      .filter(({ command }) => command !== '')
  );
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
