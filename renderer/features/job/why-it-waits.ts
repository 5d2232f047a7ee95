/** Why a job that is due does not run: the first of its limits that is reached, as far as the engine tells. Pure. */

import type { Job } from '../../../contract/job.ts';
import type { Queue, StateCounts, Task } from '../../../contract/resources.ts';

export type WaitReason = {
  text: string;
  /** Where something can be done about it. */
  to: { path: string; label: string } | null;
};

type Waiting = Pick<Job, 'queue' | 'task' | 'concurrencyKey'>;

/** @param counts of the task's jobs; undefined while nothing is known of something */
export function whyItWaits(job: Waiting, queue: Queue | undefined, task: Task | undefined, counts: StateCounts | undefined): WaitReason {
  const queues = { path: '/queues', label: 'Queues' };
  if (queue?.paused) return { text: `Queue ${job.queue} is paused: it starts nothing until it is resumed.`, to: queues };
  if (task?.error) return { text: `The file of ${job.task} does not load; the job waits until it is mended.`, to: null };
  const running = queue?.counts.executing ?? 0;
  if (queue && queue.concurrency !== null && running >= queue.concurrency)
    return { text: `Queue ${job.queue} runs ${queue.concurrency} at once, and ${atOnce(running)}.`, to: queues };
  if (task && task.concurrency !== null && counts && counts.executing >= task.concurrency)
    return { text: `Of ${job.task} ${task.concurrency} may run at once, and ${atOnce(counts.executing)}.`, to: null };
  if (job.concurrencyKey !== null && counts && counts.executing > 0)
    return { text: `It waits for its turn: of jobs with its key ${task?.concurrencyPerKey ?? 1} may run at a time.`, to: null };
  if (queue?.rateLimit) return { text: `Waits in queue ${job.queue}, which is held to a rate, for its turn.`, to: queues };
  return { text: `Waits in queue ${job.queue} for a free place.`, to: null };
}

function atOnce(running: number): string {
  return running === 1 ? 'one runs' : `${running} run`;
}
