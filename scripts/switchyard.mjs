#!/usr/bin/env node
/** The `switchyard` command: `serve` is the engine, everything else (its help too) the command line, both under a Node that is new enough. */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chooseNode, findBundledNode } from './lib/node-24.mjs';
import { endWithLauncher, relaunch } from './lib/relaunch.mjs';

const script = fileURLToPath(import.meta.url);
const [command, ...rest] = process.argv.slice(2);
// The engine knows no help; the command line has that of every command.
const isEngine = command === 'serve' && !rest.includes('--help') && !rest.includes('-h');

const node = chooseNode({
  version: process.versions.node,
  execPath: process.execPath,
  bundled: findBundledNode({ platform: process.platform, arch: process.arch, from: script }),
});

if (node.kind === 'none') fail(node.message);
else if (node.kind === 'other') relaunch(node.path, script, process.argv.slice(2));
else await run();

/** In this very process, so that whoever started it can end it by its id. */
async function run() {
  endWithLauncher();
  const entry = new URL(isEngine ? '../out/main/engine.js' : '../out/main/cli.js', import.meta.url);
  if (!existsSync(entry)) return fail('it is not built yet: run `npm run build` first.');
  const path = fileURLToPath(entry);
  process.argv = [process.execPath, path, ...(isEngine ? rest : process.argv.slice(2))];
  await import(entry.href);
}

/** @param {string} message */
function fail(message) {
  console.error(`switchyard: ${message}`);
  process.exitCode = 1;
}
