/** The steps of `npm test`. Each answers with its counts and shows its failures in full itself. */

import { existsSync, globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, buildIfNeeded } from './build.mjs';
import { findElectron } from './electron-binary.mjs';
import { startOwned } from './owned-process.mjs';
import { browserForTests } from './test-browser.mjs';
import { needsBuild } from './test-plan.mjs';
import { tally, tallyOfPlaywright, tallyOfVitest } from './test-report.mjs';
import { displayFor } from './virtual-display.mjs';

/** @typedef {import('./test-report.mjs').Tally} Tally */
/** @typedef {{ root: string, env: NodeJS.ProcessEnv, folders: string[], say: (line: string) => void, signal: AbortSignal }} Run */

/** The bounds of a checker and of a test runner: a step that hangs must not take the run with it. */
const checkMs = 3 * 60_000;
const runnerMs = 20 * 60_000;

/** @type {Record<import('./test-plan.mjs').StepName, (run: Run) => Promise<Tally>>} */
export const steps = {
  lint: (run) => check(run, ['node_modules/@biomejs/biome/bin/biome', 'ci', '--max-diagnostics=100', '.']),
  types: async (run) => {
    const projects = globSync('{tsconfig.json,*/tsconfig.json,test/**/tsconfig.json}', {
      cwd: run.root,
      exclude: (name) => name === 'node_modules',
    });
    const tallies = [];
    for (const project of projects.sort()) tallies.push(await check(run, ['node_modules/typescript/bin/tsc', '--pretty', '-p', project]));
    return {
      passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
      failed: tallies.reduce((sum, { failed }) => sum + failed, 0) + (projects.length === 0 ? 1 : 0),
      skipped: 0,
      notes: [],
    };
  },
  imports: (run) => check(run, ['scripts/check-imports.mjs']),
  code: (run) => vitest(run, ['--project', 'code', ...run.folders.map((folder) => `test/${folder}/`)]),
  build: async (run) => {
    await build(run.root, () => {});
    return tally({ passed: 1 });
  },
  package: (run) => vitest(run, ['--project', 'package']),
  browser: async (run) => {
    const browser = await browserForTests(run);
    if ('problem' in browser) return tally({ skipped: 1, notes: [`skipped: ${browser.problem}`] });
    return playwright(run, 'browser', { ...run.env, SWITCHYARD_CHROMIUM: browser.path });
  },
  electron: async (run) => {
    const machine = { env: run.env, platform: process.platform };
    if (!findElectron({ root: run.root, ...machine })) {
      return tally({
        skipped: 1,
        notes: ["skipped: Electron's binary is not here (set ELECTRON_OVERRIDE_DIST_PATH, or run npm start once)"],
      });
    }
    const display = await displayFor(machine);
    if ('problem' in display) return tally({ skipped: 1, notes: [`skipped: ${display.problem}`] });
    try {
      return await playwright(run, 'electron', display.env);
    } finally {
      await display.close();
    }
  },
};

/**
 * A step as the run sees it: whatever it throws is a failure, and what it tests is built.
 * @param {import('./test-plan.mjs').StepName} name
 * @param {Run} run
 * @returns {Promise<Tally>}
 */
export async function runStep(name, run) {
  try {
    if (needsBuild.has(name)) await buildIfNeeded(run.root, run.say);
    return await steps[name](run);
  } catch (error) {
    run.say(error instanceof Error ? error.message : String(error));
    return tally({ failed: 1 });
  }
}

/**
 * @param {Run} run
 * @param {string[]} args
 */
async function check(run, args) {
  const { code, output } = await execute(run, args, run.env, checkMs, true);
  if (code === 0) return tally({ passed: 1 });
  run.say(output.trim());
  return tally({ failed: 1 });
}

/**
 * @param {Run} run
 * @param {string[]} args
 */
async function vitest(run, args) {
  const file = join(run.root, 'test-results', 'vitest.json');
  rmSync(file, { force: true });
  const command = ['node_modules/vitest/vitest.mjs', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args];
  const { code } = await execute(run, command, run.env, runnerMs, false);
  return tallyOfVitest(readReport(file), code);
}

/**
 * @param {Run} run
 * @param {string} project
 * @param {NodeJS.ProcessEnv} env
 */
async function playwright(run, project, env) {
  const file = join(run.root, 'test-results', `${project}.json`);
  rmSync(file, { force: true });
  const command = ['node_modules/@playwright/test/cli.js', 'test', `--project=${project}`, '--reporter=list,json'];
  const { code } = await execute(run, command, { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: file }, runnerMs, false);
  return tallyOfPlaywright(readReport(file), code);
}

/** @param {string} file */
function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

/**
 * @param {Run} run
 * @param {string[]} args for Node
 * @param {NodeJS.ProcessEnv} env
 * @param {number} ms
 * @param {boolean} quiet keeps the output for the caller instead of showing it as it comes
 * @returns {Promise<{ code: number | null, output: string }>}
 */
async function execute(run, args, env, ms, quiet) {
  const program = startOwned(process.execPath, args, {
    cwd: run.root,
    env,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
  });
  let output = '';
  for (const stream of [program.child.stdout, program.child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
  const bound = AbortSignal.timeout(ms);
  const stop = () => program.stop(5_000);
  for (const signal of [bound, run.signal]) signal.addEventListener('abort', stop, { once: true });
  const { code } = await program.ended;
  run.signal.removeEventListener('abort', stop);
  bound.removeEventListener('abort', stop);
  if (bound.aborted) run.say(`It took more than ${ms / 60_000} minutes and was ended.`);
  return { code, output };
}
