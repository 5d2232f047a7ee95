/** What the scripts of the checkout share: packages installed, and a Node that is new enough. */

import { fileURLToPath } from 'node:url';
import { installIfNeeded } from './install.mjs';
import { chooseNode, findBundledNode } from './node-24.mjs';
import { endWithLauncher, relaunch } from './relaunch.mjs';

export const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Installs if needed and goes on under Node 24, the rest of the script as `main`. A failure is one line and exit code 1.
 * @param {string} address the script's import.meta.url
 * @param {() => Promise<void>} main
 */
export async function runUnderNode24(address, main) {
  const script = fileURLToPath(address);
  try {
    installIfNeeded(root, (line) => console.error(line));
    const bundled = findBundledNode({ platform: process.platform, arch: process.arch, from: script });
    const node = chooseNode({ version: process.versions.node, execPath: process.execPath, bundled });
    if (node.kind === 'none') throw new Error(node.message);
    if (node.kind === 'other') return relaunch(node.path, script, process.argv.slice(2));
    endWithLauncher();
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
