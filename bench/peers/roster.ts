/** Which peers can be measured on this machine, and why the others can't. */

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findPostgres, findRedis, type Server, startPostgres, startRedis } from './servers.ts';
import type { ContenderName } from './spawn-contender.ts';

export type Peer = {
  /** As the table names it: the queue, and the settings on which its figures depend. */
  name: string;
  contender: ContenderName;
  settings: Record<string, string>;
  /** null: it is here. */
  absent: string | null;
};

export type Roster = { peers: Peer[]; [Symbol.asyncDispose](): Promise<void> };

const folder = import.meta.dirname;
const execute = promisify(execFile);
const installMs = 180_000;

/** @param mayInstall packages from npm into this folder, and servers with apt where that is possible @param wanted of the peers' names */
export async function openRoster(mayInstall: boolean, log: (line: string) => void, wanted?: ContenderName): Promise<Roster> {
  const packages = await findPackages(mayInstall, log);
  const isWanted = (name: ContenderName) => packages === null && (wanted === undefined || wanted === name);
  const redis = async (appendfsync: 'everysec' | 'always') =>
    startRedis((await programOf(findRedis, 'redis-server', mayInstall, log)) ?? missing('redis-server', mayInstall), appendfsync);
  const postgres = async () =>
    startPostgres((await programOf(findPostgres, 'postgresql', mayInstall, log)) ?? missing('postgresql', mayInstall));
  const usesRedis = isWanted('bullmq');
  const usesPostgres = isWanted('pg-boss') || isWanted('graphile-worker');
  // One after the other: apt takes one at a time.
  const everysec = usesRedis ? await tried(redis('everysec')) : packages;
  const always = usesRedis ? await tried(redis('always')) : packages;
  const database = usesPostgres ? await tried(postgres()) : packages;
  const behind = (name: string, contender: ContenderName, server: Server | string | null): Peer => ({
    ...{ name, contender },
    ...(server !== null && typeof server === 'object'
      ? { settings: { socket: server.socket }, absent: null }
      : { settings: {}, absent: server }),
  });
  const peers: Peer[] = [
    { name: 'plainjob, NORMAL (its own)', contender: 'plainjob', settings: {}, absent: packages },
    { name: 'plainjob, FULL', contender: 'plainjob', settings: { synchronous: 'FULL' }, absent: packages },
    behind('BullMQ, everysec', 'bullmq', everysec),
    behind('BullMQ, fsync always', 'bullmq', always),
    behind('pg-boss, commits synced', 'pg-boss', database),
    behind('graphile-worker, commits synced', 'graphile-worker', database),
  ];
  return {
    peers: peers.filter(({ contender }) => wanted === undefined || wanted === contender),
    async [Symbol.asyncDispose]() {
      for (const server of [everysec, always, database])
        if (server !== null && typeof server === 'object') await server[Symbol.asyncDispose]();
    },
  };
}

/** @returns why they are not there */
async function findPackages(mayInstall: boolean, log: (line: string) => void): Promise<string | null> {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (existsSync(installed) && isAsLocked(installed)) return null;
  if (!mayInstall) return 'not installed in --quick';
  log('installing the peers into bench/peers …');
  try {
    // Not `ci`: it refuses a lock without the optional packages of other platforms, which not every registry has.
    await execute('npm', ['install', '--no-save', '--no-audit', '--no-fund'], { cwd: folder, timeout: installMs });
    return null;
  } catch (error) {
    return `npm install failed: ${lastLine(error)}`;
  }
}

/** npm notes what it installed in a lock file of its own: the same versions as ours. */
function isAsLocked(installed: string): boolean {
  type Lock = { packages: Record<string, { version?: string }> };
  const read = (file: string) => (JSON.parse(readFileSync(file, 'utf8')) as Lock).packages;
  const there = read(installed);
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
  return Object.entries(dependencies).every(([name, version]) => there[`node_modules/${name}`]?.version === version);
}

async function programOf(
  find: () => string | null,
  name: string,
  mayInstall: boolean,
  log: (line: string) => void,
): Promise<string | null> {
  const found = find();
  if (found !== null || !mayInstall || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return found;
  log(`installing ${name} with apt …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = () => execute('apt-get', ['install', '-y', '--no-install-recommends', name], { env, timeout: installMs });
  await install().catch(async () => {
    await execute('apt-get', ['update'], { env, timeout: installMs });
    await install();
  });
  return find();
}

function missing(name: string, mayInstall: boolean): never {
  throw new Error(mayInstall ? `${name} is not there, and only root can install it` : 'not installed in --quick');
}

async function tried(starting: Promise<Server>): Promise<Server | string> {
  return starting.catch((error: unknown) => lastLine(error));
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr?.trim() || message || String(error)).split('\n').at(-1)?.slice(0, 200) ?? '';
}
