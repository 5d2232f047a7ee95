/** `npm test`: sets up what is missing, runs every check and every test, and ends with one line of counts. */

import { randomUUID } from 'node:crypto';
import { root, runUnderNode24 } from './lib/go-on.mjs';
import { endProcesses, leftoverProcesses } from './lib/leftover-processes.mjs';
import { readPlan } from './lib/test-plan.mjs';
import { summarise, tally } from './lib/test-report.mjs';

const say = (/** @type {string} */ line) => console.log(line);
const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

await runUnderNode24(import.meta.url, async () => {
  // Only under the newer Node, and once the packages are here.
  const { runStep } = await import('./lib/test-steps.mjs');
  const plan = readPlan(process.argv.slice(2));
  if ('problem' in plan) throw new Error(plan.problem);
  const interrupt = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.once(signal, () => interrupt.abort());
  // Whatever a step starts inherits this, and is known by it when it outlives the step.
  const mark = { name: 'SWITCHYARD_TEST_RUN', value: randomUUID() };
  const run = { root, env: { ...process.env, [mark.name]: mark.value }, folders: plan.folders, say, signal: interrupt.signal };

  const started = Date.now();
  const tallies = [];
  for (const name of plan.steps) {
    if (interrupt.signal.aborted) break;
    const begun = Date.now();
    say(`\n── ${name}`);
    const counts = await runStep(name, run);
    const left = await leftoverProcesses(`${mark.name}=${mark.value}`);
    if (left.length > 0) counts.failed += 1;
    for (const { pid, command } of left) counts.notes.push(`left behind: process ${pid} (${command})`);
    endProcesses(left);
    for (const note of counts.notes) say(`   ${note}`);
    say(`── ${name}: ${summarise([counts]).line} (${seconds(begun)})`);
    tallies.push(counts);
  }
  if (interrupt.signal.aborted) tallies.push(tally({ failed: 1 }));
  const { line, exitCode } = summarise(tallies);
  say(`\n${interrupt.signal.aborted ? 'Interrupted. ' : ''}All of it took ${seconds(started)}.\n${line}`);
  process.exitCode = exitCode;
});
