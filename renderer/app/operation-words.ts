/** What an operation on many jobs is called, and what is told at its end. Pure. */

import type { OperationAction } from '../../contract/operations.ts';
import { operationActions } from '../../contract/operations.ts';
import type { Operation } from '../../contract/resources.ts';
import { formatCount } from '../ui/format.ts';
import type { Toast } from '../ui/toast.tsx';

const verbs: Readonly<Record<OperationAction, { doing: string; done: string }>> = {
  redrive: { doing: 'Redriving', done: 'Redriven' },
  discard: { doing: 'Discarding', done: 'Discarded' },
  cancel: { doing: 'Cancelling', done: 'Cancelled' },
  retry: { doing: 'Retrying', done: 'Retried' },
  delete: { doing: 'Deleting', done: 'Deleted' },
  'run-now': { doing: 'Making due', done: 'Made due' },
};

function verbsOf(action: string): { doing: string; done: string } {
  const known = operationActions.find((each) => each === action);
  // A newer engine may know more.
  return known ? verbs[known] : { doing: action, done: action };
}

export function jobsText(count: number): string {
  return count === 1 ? '1 job' : `${formatCount(count)} jobs`;
}

export function doingText({ action, matched }: Operation): string {
  return `${verbsOf(action).doing} ${jobsText(matched)}`;
}

/** 0…100: jobs that were dealt with, one way or the other. */
export function percentOf({ matched, done, failed }: Operation): number {
  return matched === 0 ? 100 : Math.floor(((done + failed) / matched) * 100);
}

/** What is told at the end, with why some jobs were left as they were. */
export function endToast(operation: Operation): Toast {
  const { action, state, matched, done, failed, reason } = operation;
  const title = `${verbsOf(action).done}: ${done === matched ? jobsText(done) : `${formatCount(done)} of ${jobsText(matched)}`}`;
  const tone = failed > 0 || state !== 'completed' ? 'error' : 'done';
  return reason === undefined ? { tone, title } : { tone, title, text: reason };
}
