/** Which Node runs the engine: the one that came with the package, else the user's own when it is new enough. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** What better-sqlite3's prebuilt binary needs (Node-API 10); an older Node crashes when it loads it. */
export const oldestNode = { major: 22, minor: 14 };

/** @param {string} version as in process.versions.node */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor);
}

/**
 * The Node that the platform's optional dependency brought, or null where there is none (macOS, other processors).
 * @param {{ platform: string, arch: string, from: string }} place `from` is a file whose packages are looked through
 * @returns {string | null}
 */
export function findBundledNode({ platform, arch, from }) {
  const name = `node-${platform === 'win32' ? 'win' : platform}-${arch}`;
  try {
    const folder = dirname(createRequire(from).resolve(`${name}/package.json`));
    const binary = join(folder, 'bin', platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

/**
 * @param {{ version: string, execPath: string, bundled: string | null }} found
 * @returns {{ kind: 'this' } | { kind: 'other', path: string } | { kind: 'none', message: string }}
 */
export function chooseNode({ version, execPath, bundled }) {
  if (isNewEnough(version)) return { kind: 'this' };
  if (bundled !== null && bundled !== execPath) return { kind: 'other', path: bundled };
  const wanted = `${oldestNode.major}.${oldestNode.minor}`;
  return {
    kind: 'none',
    message: `Switchyard needs Node ${wanted} or newer, and this is Node ${version}. For this platform none comes with the package: install Node 24 from https://nodejs.org and try again.`,
  };
}
