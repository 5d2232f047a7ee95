import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { homedir, tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { type EngineFile, homeFiles, homeFolder } from '../contract/home.ts';
import { StorageError } from './store/storage-error.ts';

/** The kernel takes 107 bytes for a socket's path on Linux, 103 on macOS; a margin for both. */
const socketPathLimit = 100;

/** Where the home is, or will be. */
export function findHome(): string {
  return resolve(homeFolder({ env: process.env, platform: process.platform, userFolder: homedir() }));
}

/** Makes the home if need be; only its owner may look inside. @throws StorageError */
export function openHome(): string {
  const home = findHome();
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    if (process.platform !== 'win32') chmodSync(home, 0o700);
  } catch (error) {
    throw new StorageError('io', `The home ${home} ${whyNoHome(error as NodeJS.ErrnoException)}. SWITCHYARD_HOME chooses another.`, error);
  }
  return home;
}

function whyNoHome({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'cannot be made: a file is in its place';
  return `cannot be opened (${message})`;
}

/** The token for TCP and named pipes, made at the first start. */
export function readToken(home: string): string {
  const file = join(home, homeFiles.token);
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  if (process.platform !== 'win32') chmodSync(file, 0o600);
  return readFileSync(file, 'utf8').trim();
}

/** Where the engine of this home listens. Whoever calls this holds the home's lock and has asked `isListening`: what lies there is stale and goes. */
export function socketOf(home: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\switchyard-${randomBytes(12).toString('hex')}`;
  const socket = socketPath(home);
  rmSync(socket, { force: true });
  return socket;
}

/**
 * Whether an engine of this home listens. One whose task has opened and closed the lock's file has lost the lock (store/open.ts) and runs
 * on all the same.
 */
export async function isListening(home: string): Promise<boolean> {
  if (process.platform === 'win32') return false;
  const asked = connect(socketPath(home));
  try {
    await once(asked, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    asked.destroy();
  }
}

function socketPath(home: string): string {
  const usual = join(home, homeFiles.socket);
  return Buffer.byteLength(usual) <= socketPathLimit ? usual : join(shortFolder(home), homeFiles.socket);
}

function shortFolder(home: string): string {
  const name = `switchyard-${userInfo().uid}-${createHash('sha256').update(home).digest('hex').slice(0, 12)}`;
  const folder = join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // Someone else's folder of that name fails here.
  chmodSync(folder, 0o700);
  return folder;
}

export function readEngineFile(home: string): EngineFile | null {
  try {
    return JSON.parse(readFileSync(join(home, homeFiles.engine), 'utf8')) as EngineFile;
  } catch {
    return null;
  }
}

/** Renamed into place, so that nobody reads half of it. */
export function writeEngineFile(home: string, engine: EngineFile): void {
  const file = join(home, homeFiles.engine);
  writeFileSync(`${file}.new`, `${JSON.stringify(engine)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeEngineFile(home: string): void {
  rmSync(join(home, homeFiles.engine), { force: true });
}
