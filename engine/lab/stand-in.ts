/** The tasks of a run's engine: the stand-in that takes as long as it is told, and one by which the lanes are tried. */

import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LaneName } from '../../contract/job.ts';
import type { TaskDeclares } from '../../contract/task.ts';
import type { LabRequest } from './messages.ts';

export const standInTask = 'lab.work';
export const warmUpTask = 'lab.warm-up';
/** Longer than any workload of the lab takes. */
const timeoutMs = 3_600_000;

/**
 * Puts the tasks of a run into its home: the stand-in of a model, or the user's own. Those are linked rather than copied, so that
 * what they import is found.
 */
export function writeTasks(home: string, { workload: { work }, declares }: LabRequest, tasksFolder: string): void {
  const folder = join(home, 'tasks');
  if (work.kind === 'task') {
    symlinkSync(tasksFolder, folder, 'junction');
    return;
  }
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(join(folder, `${standInTask}.mjs`), standIn(work.lane, declares));
  // The same work under another name, so that what the lanes are tried with teaches `auto` nothing.
  writeFileSync(join(folder, `${warmUpTask}.mjs`), standIn(work.lane, {}));
}

/**
 * Work for the io lane waits; work for the cpu lane computes until its thread has had that much of a core: by the wall clock ten
 * threads on two cores would seem to get ten cores' work done.
 */
function standIn(lane: LaneName, declares: TaskDeclares): string {
  const work = lane === 'cpu' ? compute : wait;
  return `${work}
export default {
  title: 'Stand-in of the lab',
  lane: '${lane}',
  declares: ${JSON.stringify(declares)},
  timeoutMs: ${timeoutMs},
  async run({ serviceMs, failingAttempts }, task) {
    await work(serviceMs, task.signal);
    if (task.attempt <= failingAttempts) throw new Error('Attempt ' + task.attempt + ' was to fail.');
    return { attempt: task.attempt };
  },
  predict: () => ({ attempt: 1 }),
  rollback: () => null,
};
`;
}

const wait = `const work = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), reject(new Error('aborted'))), { once: true });
  });
`;

const compute = `const spentMs = () => {
  if (!process.threadCpuUsage) return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const work = (ms) => {
  const end = spentMs() + ms;
  let x = 0;
  while (spentMs() < end) for (let i = 0; i < 20_000; i++) x += Math.sqrt(i);
  return x;
};
`;
