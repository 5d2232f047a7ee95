/** Runs in every test file: what a file started must have ended when its last test has. */

import { readdirSync, readFileSync } from 'node:fs';
import { afterAll } from 'vitest';

/** Ended processes take a moment to disappear from their parent's list; this is the bound, and it is met by signals long before. */
const settleMs = 3_000;

afterAll(async () => {
  const deadline = Date.now() + settleMs;
  let left = leftovers();
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = leftovers();
  }
  if (left.length > 0) throw new Error(`This file's tests left behind: ${left.join('; ')}`);
});

function leftovers(): string[] {
  const resources = process.getActiveResourcesInfo();
  const servers = resources.filter((name) => name === 'TCPServerWrap' || name === 'PipeServerWrap').map((name) => `an open ${name}`);
  return [...childProcesses(), ...servers];
}

/** Linux says which children each thread of this process has; elsewhere there is nothing as cheap. */
function childProcesses(): string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/task').flatMap((thread) =>
    (read(`/proc/self/task/${thread}/children`) ?? '')
      .split(' ')
      .filter((pid) => pid.trim() !== '' && !isZombie(pid))
      .map((pid) => `process ${pid} (${(read(`/proc/${pid}/cmdline`) ?? '').replaceAll('\0', ' ').trim()})`),
  );
}

function isZombie(pid: string): boolean {
  return /\) [ZX] /.test(read(`/proc/${pid}/stat`) ?? ') X ');
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
