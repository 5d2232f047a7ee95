/** One action on many jobs: which of them it can be done to, doing it, and what came of it. */

import type { JobState } from '../../../contract/states.ts';
import { isFinal } from '../../../contract/states.ts';
import { client } from '../../data/client.ts';

export type BulkAction = 'retry' | 'run-now' | 'cancel' | 'delete';

type Described = {
  verb: string;
  done: string;
  applies: (state: JobState) => boolean;
  run: (id: string, signal: AbortSignal) => Promise<unknown>;
};

export const bulkActions: Readonly<Record<BulkAction, Described>> = {
  retry: {
    verb: 'Retry',
    done: 'will run again',
    applies: (state) => isFinal(state) || state === 'retryable',
    run: (id, signal) => client.call('retryJob', { params: { id }, signal }),
  },
  'run-now': {
    verb: 'Run now',
    done: 'due now',
    applies: (state) => state === 'scheduled' || state === 'retryable',
    run: (id, signal) => client.call('runJobNow', { params: { id }, signal }),
  },
  cancel: {
    verb: 'Cancel',
    done: 'cancelled',
    applies: (state) => !isFinal(state),
    run: (id, signal) => client.call('cancelJob', { params: { id }, signal }),
  },
  delete: {
    verb: 'Delete',
    done: 'deleted',
    applies: (state) => state !== 'executing',
    run: (id, signal) => client.call('deleteJob', { params: { id }, signal }),
  },
};

export type BulkResult = {
  done: string[];
  /** What was refused, by the reason that was given; the most frequent first. */
  refused: { reason: string; ids: string[] }[];
};

const atOnce = 6;

/** Jobs that have gone on meanwhile are refused by the engine one by one; the others are done all the same. */
export async function runBulk(
  action: BulkAction,
  ids: readonly string[],
  onProgress: (finished: number) => void,
  signal: AbortSignal,
): Promise<BulkResult> {
  const done: string[] = [];
  const refused = new Map<string, string[]>();
  const waiting = [...ids];
  const work = async () => {
    for (let id = waiting.shift(); id !== undefined && !signal.aborted; id = waiting.shift()) {
      try {
        await bulkActions[action].run(id, signal);
        done.push(id);
      } catch (thrown) {
        const reason = reasonOf(thrown, id);
        refused.set(reason, [...(refused.get(reason) ?? []), id]);
      }
      onProgress(ids.length - waiting.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, ids.length) }, work));
  const byCount = [...refused].map(([reason, refusedIds]) => ({ reason, ids: refusedIds })).sort((a, b) => b.ids.length - a.ids.length);
  return { done, refused: byCount };
}

/** Without the job's own id, so that the same refusal of many jobs is one line. */
function reasonOf(thrown: unknown, id: string): string {
  const text = thrown instanceof TypeError ? 'The engine did not answer' : thrown instanceof Error ? thrown.message : String(thrown);
  return text.replaceAll(id, '…');
}
