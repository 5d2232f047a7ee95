/** The servers that peers need, each for one run of the bench: a temporary folder, a Unix socket in it, and no port. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

export type Server = {
  /** What its client is told: Redis' socket, or the folder of PostgreSQL's. */
  socket: string;
  [Symbol.asyncDispose](): Promise<void>;
};

const execute = promisify(execFile);
const isRoot = process.getuid?.() === 0;
const startMs = 20_000;
const stopMs = 5_000;

/** @returns the folder of PostgreSQL's programs, of the newest version there is; null: there is none */
export function findPostgres(): string | null {
  return globSync('/usr/lib/postgresql/*/bin').sort().at(-1) ?? null;
}

export function findRedis(): string | null {
  return ['/usr/bin/redis-server', '/usr/local/bin/redis-server'].find((file) => existsSync(file)) ?? null;
}

export async function startRedis(program: string, appendfsync: 'everysec' | 'always'): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-redis-'));
  const socket = join(folder, 'redis.sock');
  const options = {
    port: '0',
    unixsocket: socket,
    dir: folder,
    save: '',
    appendonly: 'yes',
    appendfsync,
    'maxmemory-policy': 'noeviction',
  };
  const child = spawn(
    program,
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  return serverOf(child, folder, socket, socket, 'SIGTERM');
}

/** As `initdb` sets it up: fsync and synchronous_commit on. PostgreSQL refuses to run as root; there the user `postgres` has it. */
export async function startPostgres(programs: string): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-bench-postgres-'));
  const as = (program: string, args: string[]): [string, string[]] =>
    // It becomes the program, so that a signal to it is one to the program.
    isRoot
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--init-groups', join(programs, program), ...args]]
      : [join(programs, program), args];
  if (isRoot) await execute('chown', ['postgres', folder]);
  else chmodSync(folder, 0o700);
  const data = join(folder, 'data');
  await execute(...as('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C']), { cwd: folder });
  const [command, args] = as('postgres', ['-D', data, '-k', folder, '-c', 'listen_addresses=', '-c', 'logging_collector=off']);
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
  // A fast stop: what is connected is cut off.
  return serverOf(child, folder, folder, join(folder, '.s.PGSQL.5432'), 'SIGINT');
}

async function serverOf(child: ChildProcess, folder: string, told: string, socket: string, ending: NodeJS.Signals): Promise<Server> {
  const exited = once(child, 'exit');
  const server: Server = {
    socket: told,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(ending);
        const late = setTimeout(() => child.kill('SIGKILL'), stopMs);
        await exited;
        clearTimeout(late);
      }
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  try {
    const until = performance.now() + startMs;
    while (!(await takes(socket))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`it ended with ${child.exitCode ?? child.signalCode}`);
      if (performance.now() > until) throw new Error(`it was not ready after ${startMs / 1_000} s`);
      await pause(50);
    }
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

function takes(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
