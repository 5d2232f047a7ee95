/** What a home says of its engine, read without asking it. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineFile } from '../contract/home.ts';
import { homeFiles } from '../contract/home.ts';

/** null when there is no readable `engine.json`: no engine runs there, or none has come far enough. */
export function readEngineFile(home: string): EngineFile | null {
  try {
    const file: unknown = JSON.parse(readFileSync(join(home, homeFiles.engine), 'utf8'));
    return isEngineFile(file) ? file : null;
  } catch {
    return null;
  }
}

function isEngineFile(value: unknown): value is EngineFile {
  return typeof value === 'object' && value !== null && 'pid' in value && 'socket' in value && typeof value.socket === 'string';
}

/** Where to knock. Without `engine.json` the socket's usual place, in case only that file was lost. */
export function findEngine(home: string): { socket: string; file: EngineFile | null } {
  const file = readEngineFile(home);
  return { socket: file?.socket ?? join(home, homeFiles.socket), file };
}

/** A process of another user counts: that it may not be signalled shows that it is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

const start = 'Start it with `switchyard serve` (or `npm start`, which opens the window too).';
const safe = 'Jobs that were accepted are safe and go on when an engine starts.';

/** @param code of the failed connect, e.g. `ECONNREFUSED` */
export function whyUnreachable(home: string, code: unknown): { what: string; meaning?: string; todo: string } {
  if (code === 'EACCES' || code === 'EPERM') {
    return {
      what: `The engine in ${home} may not be talked to: its socket belongs to another user.`,
      todo: 'Run the command as that user, or set SWITCHYARD_HOME to a home of your own.',
    };
  }
  const { file, socket } = findEngine(home);
  if (file !== null && !isAlive(file.pid)) {
    return { what: `No engine runs in ${home}: process ${file.pid}, which did, is gone without a clean stop.`, meaning: safe, todo: start };
  }
  if (file !== null) {
    return {
      what: `Process ${file.pid} should be the engine of ${home}, but nothing answers at ${socket} (${String(code)}).`,
      meaning: safe,
      todo: `If that process is another program, the engine is gone: ${start}`,
    };
  }
  if (!existsSync(home))
    return {
      what: `No engine runs: there is no home at ${home} yet.`,
      todo: `${start} It makes the home. SWITCHYARD_HOME chooses another.`,
    };
  return { what: `No engine runs in ${home}.`, meaning: safe, todo: start };
}
