/** Redriving and discarding many dead jobs: starts the operation, follows it to its end and says what came of it. */

import type { Operation } from '../../../contract/resources.ts';
import { client } from '../../data/client.ts';
import type { Toast } from '../../ui/toast.tsx';

export type BulkAction = 'redrive' | 'discard';

/** As many ids as one call takes. */
export const mostAtOnce = 10_000;

const firstPauseMs = 100;
const longestPauseMs = 2_000;

/** @throws Problem, and whatever the transport throws when no engine answers */
export async function runBulk(action: BulkAction, ids: string[], onProgress: (operation: Operation) => void): Promise<Operation> {
  const body = { ids };
  let operation = await (action === 'redrive' ? client.call('redriveDeadLetters', { body }) : client.call('discardDeadLetters', { body }));
  for (let pauseMs = firstPauseMs; operation.state === 'running'; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    onProgress(operation);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    operation = await client.call('getOperation', { params: { id: operation.id } });
  }
  return operation;
}

const doneWords: Record<BulkAction, string> = { redrive: 'Redriven', discard: 'Discarded' };

export function jobsText(count: number): string {
  return count === 1 ? '1 job' : `${count.toLocaleString('en')} jobs`;
}

/** What is told at the end. The engine counts as failed what it left alone: someone else was faster, or a unique key is taken. */
export function resultOf(action: BulkAction, { state, matched, done, failed, reason }: Operation): Toast {
  const left =
    failed === 0
      ? ''
      : `${jobsText(failed)} ${failed === 1 ? 'was' : 'were'} left alone: no longer dead, or another job holds the unique key.`;
  const text = [left, reason ?? ''].filter((part) => part !== '').join(' ');
  const title = `${doneWords[action]}: ${done === matched ? jobsText(done) : `${done.toLocaleString('en')} of ${jobsText(matched)}`}`;
  const toast: Toast = { tone: failed > 0 || state !== 'completed' ? 'error' : 'done', title };
  return text === '' ? toast : { ...toast, text };
}
