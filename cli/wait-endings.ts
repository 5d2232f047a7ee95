/** How a wait ends when the jobs don't. */

import { formatDuration } from './durations.ts';
import { exitCodes } from './exit-codes.ts';
import { CommandFailure } from './failures.ts';
import { count } from './text.ts';

/** `false`: no wait; null: until the end; else at most so many milliseconds. */
export type WaitAsked = false | null | number;

export function tooLate(ids: readonly string[], timeoutMs: number): CommandFailure {
  return new CommandFailure(
    exitCodes.timedOut,
    'wait-timed-out',
    {
      what: `After ${formatDuration(timeoutMs)} ${ids.length === 1 ? `job ${ids[0]} has` : `${count(ids.length, 'job')} have`} not ended.`,
      meaning: 'Waiting has ended, the work goes on.',
      todo:
        ids.length === 1
          ? `switchyard wait ${ids[0]} waits on; switchyard cancel ${ids[0]} ends it.`
          : 'switchyard ls --state executing,available,retryable shows them.',
    },
    ids.length === 1 ? { jobId: ids[0] } : { jobIds: ids },
  );
}

export function interruptedWait(unfinished: number, ids: readonly string[]): CommandFailure {
  const [id] = ids;
  const one = unfinished === 1 && id !== undefined;
  return new CommandFailure(exitCodes.interrupted, 'interrupted', {
    what: one ? `Interrupted. Job ${id} goes on.` : `Interrupted. ${count(unfinished, 'job')} that had not ended go on.`,
    todo: one ? `switchyard wait ${id} waits again; switchyard cancel ${id} ends it.` : 'switchyard ls shows them.',
  });
}
