/** What lies in the home. The database is only ever looked at from outside: opening it would disturb its locks. */

import { readFileSync, type Stats, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { homeFiles } from '../../contract/home.ts';
import { formatBytes } from '../bytes.ts';
import { isAlive, readEngineFile } from '../engine-file.ts';
import type { Check } from './check.ts';

export function checkHome(home: string, platform: string): Check {
  const name = 'Home';
  const stats = look(home);
  if (!stats) return { name, status: 'warn', message: `${home} does not exist yet.`, advice: 'The first start of the engine makes it.' };
  if (!stats.isDirectory())
    return { name, status: 'fail', message: `${home} is not a folder.`, advice: 'Move it away, or set SWITCHYARD_HOME.' };
  if (platform !== 'win32' && process.getuid && stats.uid !== process.getuid()) {
    return {
      name,
      status: 'fail',
      message: `${home} belongs to another user.`,
      advice: 'Run as that user, or set SWITCHYARD_HOME to a home of your own.',
    };
  }
  if (platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    return { name, status: 'fail', message: `${home} is open to other users (mode ${octal(stats)}).`, advice: `chmod 700 ${home}` };
  }
  return { name, status: 'ok', message: platform === 'win32' ? home : `${home} (mode ${octal(stats)})` };
}

export function checkToken(home: string, platform: string): Check {
  const name = 'Token';
  const path = join(home, homeFiles.token);
  const stats = look(path);
  if (!stats) return { name, status: look(home) ? 'warn' : 'ok', message: 'none yet', advice: 'The first start of the engine makes it.' };
  if (platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    return {
      name,
      status: 'fail',
      message: `Other users can read it (mode ${octal(stats)}).`,
      advice: `chmod 600 ${path}; then delete it and restart the engine, which makes a new one.`,
    };
  }
  return { name, status: 'ok', message: platform === 'win32' ? path : `mode ${octal(stats)}` };
}

/** What else of a home is for its owner alone; named only when it is not. */
export function checkPrivate(home: string, platform: string): Check[] {
  if (platform === 'win32') return [];
  const open = [homeFiles.database, homeFiles.results, homeFiles.socket].filter((name) => {
    const stats = look(join(home, name));
    return stats && (stats.mode & 0o077) !== 0;
  });
  return open.map((name) => ({
    name: 'Private',
    status: 'warn',
    message: `${name} could be read by other users if the home were open to them.`,
    meaning: 'Payloads and results may hold secrets.',
    advice: `chmod go= ${join(home, name)}`,
  }));
}

/** @param locks the text of /proc/locks; null where there is none */
export function checkLock(home: string, locks: string | null): Check {
  const name = 'Lock';
  const stats = look(join(home, homeFiles.lock));
  const file = readEngineFile(home);
  if (!stats) return { name, status: 'ok', message: 'free' };
  const holder = locks === null ? null : holderOf(locks, stats);
  if (holder !== null) {
    const known = file?.pid === holder;
    return {
      name,
      status: known ? 'ok' : 'warn',
      message: `held by process ${holder}${known ? ', the engine' : file === null ? ', which has not said yet where it listens' : `, but engine.json names ${file.pid}`}`,
      ...(known ? {} : { advice: `If it stays so, look what process ${holder} is (ps -p ${holder}); only one engine can run in a home.` }),
    };
  }
  if (locks === null && file && isAlive(file.pid))
    return { name, status: 'ok', message: `held by process ${file.pid}, as engine.json says` };
  return { name, status: 'ok', message: 'free' };
}

export function readLocks(): string | null {
  try {
    return readFileSync('/proc/locks', 'utf8');
  } catch {
    return null;
  }
}

/** A line reads `1: POSIX  ADVISORY  WRITE 4711 08:01:393217 0 EOF`; a lock that is only waited for has `->`. */
function holderOf(locks: string, stats: Stats): number | null {
  for (const line of locks.split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1] === '->' || fields[3] !== 'WRITE') continue;
    const [, , , , pid, place = ''] = fields;
    if (place.split(':')[2] === String(stats.ino) && Number(pid) > 0) return Number(pid);
  }
  return null;
}

const gigabyte = 1024 ** 3;

export function checkDisk(home: string): Check[] {
  const name = 'Disk';
  try {
    const { bavail, bsize } = statfsSync(home);
    const free = bavail * bsize;
    const message = `${formatBytes(free)} free`;
    if (free < gigabyte / 10)
      return [{ name, status: 'fail', message, advice: 'On a full disk the engine accepts nothing more. Free some space.' }];
    if (free < gigabyte) return [{ name, status: 'warn', message, advice: 'Free some space before the engine has to refuse jobs.' }];
    return [{ name, status: 'ok', message }];
  } catch {
    return [];
  }
}

/** Checkpoints are frequent: a log of changes that has grown past this is held up by a reader. */
const largeWal = 256 * 1024 ** 2;

export function checkDatabase(home: string): Check {
  const name = 'Database';
  const path = join(home, homeFiles.database);
  const stats = look(path);
  if (!stats) return { name, status: 'ok', message: 'none yet' };
  const wal = look(`${path}-wal`)?.size ?? 0;
  const message = `${formatBytes(stats.size)}, and ${formatBytes(wal)} of changes not yet folded in`;
  if (wal > largeWal) {
    return {
      name,
      status: 'warn',
      message,
      advice: 'Another program may hold it open (a backup tool, sqlite3): close that, or restart the engine.',
    };
  }
  return { name, status: 'ok', message };
}

function look(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function octal(stats: Stats): string {
  return `0${(stats.mode & 0o777).toString(8)}`;
}
