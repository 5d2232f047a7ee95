/** CPU profiles of the three hottest rows, and of each a page of text: which functions the time itself went to. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startBuiltEngine } from '../engine/built-engine.ts';
import { spawnContender } from '../peers/spawn-contender.ts';
import { submitAsFastAsItGoes } from '../rows/submissions.ts';
import { callSync } from '../rows/sync-calls.ts';
import { type CpuProfile, selfTimesOf } from './self-times.ts';

const shownFunctions = 25;
/** Until then an engine starts and its code is compiled. */
const skipMs = 3_000;

const profiled: { name: string; title: string; run(nodeOptions: string[], quick: boolean): Promise<unknown> }[] = [
  {
    name: 'process',
    title: 'in process, an empty task, 1,024 in flight',
    run: (nodeOptions) =>
      spawnContender({ contender: 'switchyard', settings: {}, work: 'process', seconds: 5, warmUpSeconds: 1 }, nodeOptions),
  },
  {
    name: 'submissions',
    title: 'POST /v1/jobs, 32 connections',
    run: (nodeOptions, quick) => withEngine(nodeOptions, (engine) => submitAsFastAsItGoes(engine, quick)),
  },
  {
    name: 'sync',
    title: 'sync calls, closed loop, 32 connections',
    run: (nodeOptions, quick) => withEngine(nodeOptions, (engine) => callSync(engine, null, quick)),
  },
];

/** @param folder gets `NAME.txt`, and the profiles themselves for a browser's developer tools */
export async function keepProfiles(folder: string, quick: boolean, log: (line: string) => void): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name, title, run } of profiled) {
    const written = mkdtempSync(join(folder, 'run-'));
    try {
      await run(['--cpu-prof', `--cpu-prof-dir=${written}`], quick);
      const threads = readdirSync(written).map((file) => ({ file, profile: readProfile(join(written, file)) }));
      // The engine's own thread, then what it hands work to, the busiest first.
      const shown = threads.map(({ file, profile }) => ({ file, ...selfTimesOf(profile, skipMs) })).sort((a, b) => b.busyMs - a.busyMs);
      const text = shown
        .slice(0, 2)
        .map(({ busyMs, totalMs, functions }) =>
          [
            `Of ${Math.round(totalMs)} ms this thread was busy for ${Math.round(busyMs)}.`,
            ...functions.slice(0, shownFunctions).map(({ ms, what }) => `${((ms / busyMs) * 100).toFixed(1).padStart(5)} %  ${what}`),
          ].join('\n'),
        );
      writeFileSync(
        join(folder, `${name}.txt`),
        `${title}: self time of the two busiest threads, in parts of their busy time\n\n${text.join('\n\n')}\n`,
      );
      for (const [index, { file }] of shown.entries()) renameSync(join(written, file), join(folder, `${name}-${index}.cpuprofile`));
      log(join(folder, `${name}.txt`));
    } finally {
      rmSync(written, { recursive: true, force: true });
    }
  }
}

function readProfile(file: string): CpuProfile {
  return JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
}

/** Stops it in peace: a profile is written at the end. */
async function withEngine(nodeOptions: string[], measure: (engine: Awaited<ReturnType<typeof startBuiltEngine>>) => Promise<unknown>) {
  await using engine = await startBuiltEngine(undefined, nodeOptions);
  await measure(engine);
  await engine.stop();
}
