/** How a workflow, its jobs and its edges stand, in words. Pure. */

import type { StateCounts } from '../../../contract/resources.ts';
import type { JobState } from '../../../contract/states.ts';
import { isFinal, jobStates, stateWords } from '../../../contract/states.ts';
import type { FailurePolicy, WorkflowJob, WorkflowState, WorkflowSummary } from '../../../contract/workflow.ts';
import { formatCount } from '../../ui/format.ts';

/** A workflow's state has the shape of the jobs' state that it is most like, and a word of its own. */
export const workflowMarks: Readonly<Record<WorkflowState, { state: JobState; word: string }>> = {
  running: { state: 'executing', word: 'Running' },
  completed: { state: 'completed', word: 'Completed' },
  failed: { state: 'dead', word: 'Failed' },
  cancelled: { state: 'cancelled', word: 'Cancelled' },
};

export const policyWords: Readonly<Record<FailurePolicy, { short: string; long: string }>> = {
  block: { short: 'blocks', long: 'If the first fails, the second waits for its repair' },
  cancel: { short: 'cancels', long: 'If the first fails, the second is cancelled' },
  continue: { short: 'goes on', long: 'If the first fails, the second runs all the same' },
};

/** In the order in which they stand for a group: what needs someone first, what is over last. */
const telling: readonly JobState[] = ['dead', 'executing', 'retryable', 'available', 'scheduled', 'cancelled', 'blocked', 'completed'];

export function tellingState(states: Iterable<JobState>): JobState {
  const present = new Set(states);
  return telling.find((state) => present.has(state)) ?? 'blocked';
}

export function titleOf({ id, name }: Pick<WorkflowSummary, 'id' | 'name'>): string {
  return name ?? `Workflow ${id.slice(-12)}`;
}

export function totalOf(counts: StateCounts): number {
  return jobStates.reduce((sum, state) => sum + counts[state], 0);
}

/** `312 of 500 done, 3 dead, 12 running`. */
export function countWords(counts: StateCounts): string {
  const words = [`${formatCount(counts.completed)} of ${formatCount(totalOf(counts))} done`];
  for (const state of ['dead', 'cancelled', 'executing', 'retryable'] as const) {
    if (counts[state] > 0) words.push(`${formatCount(counts[state])} ${stateWords[state].toLowerCase()}`);
  }
  return words.join(', ');
}

/** What a blocked job waits for: `fetch`, or `fetch and 3 others`; null when it waits for none. */
export function waitWords(job: Pick<WorkflowJob, 'dependsOn'>, stateOf: (name: string) => JobState | undefined): string | null {
  const waited = job.dependsOn.filter((name) => stateOf(name) !== 'completed');
  // What has failed holds it up longest.
  const [first] = waited.toSorted((one, other) => Number(isFailed(stateOf(other))) - Number(isFailed(stateOf(one))));
  if (first === undefined) return null;
  const others = waited.length - 1;
  const how = isFailed(stateOf(first)) ? ` (${stateWords[stateOf(first) ?? 'dead'].toLowerCase()})` : '';
  return `${first}${how}${others === 0 ? '' : ` and ${others === 1 ? '1 other' : `${formatCount(others)} others`}`}`;
}

function isFailed(state: JobState | undefined): boolean {
  return state === 'dead' || state === 'cancelled';
}

/** What may be done to it, each null or the reason why not now. */
export function workflowActions({
  state,
  counts,
}: Pick<WorkflowSummary, 'state' | 'counts'>): Record<'cancel' | 'retry' | 'delete', string | null> {
  const open = jobStates.some((each) => !isFinal(each) && counts[each] > 0);
  const failed = counts.dead + counts.cancelled > 0;
  return {
    cancel: open ? null : 'All of its jobs have ended',
    retry: failed ? null : state === 'completed' ? 'All of its jobs completed: retry from a step instead' : 'Nothing in it has failed',
    delete: open ? 'Some of its jobs have not ended: cancel it first' : null,
  };
}
