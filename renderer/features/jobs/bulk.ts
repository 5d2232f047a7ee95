/** One action on many jobs: which of them it can be done to, doing it, and what came of it. */

import type { Operation } from '../../../contract/resources.ts';
import type { JobState } from '../../../contract/states.ts';
import { isFinal, jobStates } from '../../../contract/states.ts';
import { client } from '../../data/client.ts';
import type { JobFilter } from './job-filter.ts';
import { queryOf } from './job-filter.ts';

export type BulkAction = 'retry' | 'run-now' | 'cancel' | 'delete';

type Described = {
  verb: string;
  done: string;
  /** Said before it is done to many. */
  consequence: string;
  applies: (state: JobState) => boolean;
  run: (id: string, signal: AbortSignal) => Promise<unknown>;
};

export const bulkActions: Readonly<Record<BulkAction, Described>> = {
  retry: {
    verb: 'Retry',
    done: 'will run again',
    consequence: 'They run again with fresh attempts.',
    applies: (state) => isFinal(state) || state === 'retryable',
    run: (id, signal) => client.call('retryJob', { params: { id }, signal }),
  },
  'run-now': {
    verb: 'Run now',
    done: 'due now',
    consequence: 'They do not wait for their time any longer; each starts as soon as there is a place for it.',
    applies: (state) => state === 'scheduled' || state === 'retryable',
    run: (id, signal) => client.call('runJobNow', { params: { id }, signal }),
  },
  cancel: {
    verb: 'Cancel',
    done: 'cancelled',
    consequence: 'Running tasks are told to stop, and ended after a few seconds if they do not. Cancelled jobs can be retried later.',
    applies: (state) => !isFinal(state),
    run: (id, signal) => client.call('cancelJob', { params: { id }, signal }),
  },
  delete: {
    verb: 'Delete',
    done: 'deleted',
    consequence: 'Their payloads, results, attempts and logs go with them. This cannot be undone.',
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

/** Up to here jobs are acted on one by one, so that each that is refused stays chosen with its reason; more are an operation of the engine. */
export const mostOneByOne = 200;
/** As many ids as one call takes. */
const idsAtOnce = 10_000;

/** The filter with only the states that the action can be done in; null when it leaves none. */
export function narrowedTo(action: BulkAction, filter: JobFilter): JobFilter | null {
  const states = (filter.state.length === 0 ? jobStates : filter.state).filter(bulkActions[action].applies);
  return states.length === 0 ? null : { ...filter, state: states };
}

/** @throws Problem, and whatever the transport throws when no engine answers */
export async function actOnMatching(action: BulkAction, filter: JobFilter): Promise<Operation[]> {
  const narrowed = narrowedTo(action, filter);
  return narrowed === null ? [] : [await client.call('actOnJobs', { body: { action, filter: queryOf(narrowed) } })];
}

/** @throws as `actOnMatching`; what was begun by then goes on */
export async function actOnIds(action: BulkAction, ids: readonly string[]): Promise<Operation[]> {
  const begun: Operation[] = [];
  for (let from = 0; from < ids.length; from += idsAtOnce)
    begun.push(await client.call('actOnJobs', { body: { action, ids: ids.slice(from, from + idsAtOnce) } }));
  return begun;
}

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
