/** Tells whether out/ was built from the sources as they are now, in milliseconds and without reading them. */

import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'contract',
  'engine',
  'workers',
  'cli',
  'electron',
  'renderer',
  'lab',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

/**
 * A digest of every source's path, size and time. More than "newer than out/": it sees a file that was deleted, or put back with an old time.
 * @param {string} root
 */
export function sourceStamp(root) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const add = (path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    if (!stat) return;
    if (stat.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    else hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
  };
  for (const source of sources) add(source);
  return hash.digest('hex');
}

/** @param {string} root */
export function isBuilt(root) {
  try {
    return readFileSync(stampFile(root), 'utf8') === sourceStamp(root);
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {string} stamp taken before the build began, so that a change during it leads to another
 */
export function writeStamp(root, stamp) {
  mkdirSync(join(root, 'out'), { recursive: true });
  writeFileSync(stampFile(root), stamp);
}

/** @param {string} root */
function stampFile(root) {
  return join(root, 'out', '.built-from');
}
