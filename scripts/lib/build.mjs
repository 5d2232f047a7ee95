/** Builds every process into out/, quietly when all is well. */

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isBuilt, sourceStamp, writeStamp } from './build-stamp.mjs';

/** The types behind `import { defineTask } from 'switchyard'`: they need nothing but themselves. */
const taskTypes = [
  'contract/task.ts',
  ...['--ignoreConfig', '--declaration', '--emitDeclarationOnly', '--allowImportingTsExtensions', '--outDir', 'out/types'],
  ...['--module', 'nodenext', '--target', 'es2024', '--types', ''],
];

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @throws Error with all that the build said when it fails
 */
export async function build(root, say) {
  const started = Date.now();
  say('Building …');
  const stamp = sourceStamp(root);
  rmSync(join(root, 'out'), { recursive: true, force: true });
  const { code, output } = await run(root, [join(root, 'node_modules/electron-vite/bin/electron-vite.js'), 'build', '--logLevel', 'warn']);
  if (code !== 0) throw new Error(`${output.trim()}\nThe build failed.`);
  if (output.trim() !== '') say(output.trim());
  const types = await run(root, [join(root, 'node_modules/typescript/bin/tsc'), ...taskTypes]);
  if (types.code !== 0) throw new Error(`${types.output.trim()}\nThe types for authors of tasks could not be built.`);
  writeStamp(root, stamp);
  say(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 */
export async function buildIfNeeded(root, say) {
  if (!isBuilt(root)) await build(root, say);
}

/**
 * @param {string} root
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, output: string }>}
 */
function run(root, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}
