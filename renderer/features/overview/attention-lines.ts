/** What needs someone, in order of how much it holds up, each with what to do about it. Dead jobs stand apart, below it. Pure. */

import type { Circuit } from '../../../contract/circuit.ts';
import { operationActions } from '../../../contract/operations.ts';
import type { Health, Operation } from '../../../contract/resources.ts';
import type { WorkflowSummary } from '../../../contract/workflow.ts';
import { formatClock, formatCount } from '../../ui/format.ts';

export type AttentionFacts = {
  health: Health;
  /** Also those that are being tried. */
  openCircuits: readonly Circuit[];
  failedWorkflows: readonly WorkflowSummary[];
  /** There are more failed workflows than these. */
  isMore: boolean;
  operations: readonly Operation[];
};

export type AttentionLine = {
  key: string;
  title: string;
  text: string;
  /** Where something can be done about it. */
  to: { path: string; label: string };
  /** An operation that has ended is only worth a look: it can be put away. */
  operationId: string | null;
};

const operationsShown = 3;
/** Due jobs past this are not counted by the engine. */
const countedMost = 1_000;

export function attentionLines(facts: AttentionFacts, dismissed: readonly string[]): AttentionLine[] {
  const lines: AttentionLine[] = [];
  const { health, openCircuits, failedWorkflows, isMore, operations } = facts;
  if (health.status === 'degraded') {
    lines.push({
      key: 'health',
      title: 'Nothing new is accepted',
      text: health.detail ?? 'The engine says no more than that it is degraded.',
      to: { path: '/settings', label: 'What takes the room' },
      operationId: null,
    });
  }
  if (openCircuits.length > 0) lines.push(circuitLine(openCircuits));
  const [failed] = failedWorkflows;
  if (failed) {
    const count = `${formatCount(failedWorkflows.length)}${isMore ? '+' : ''}`;
    const single = failedWorkflows.length === 1;
    lines.push({
      key: 'workflows',
      title: single ? `The workflow ${failed.name ?? failed.id.slice(-12)} failed` : `${count} workflows failed`,
      text: single
        ? 'A job of it is dead or blocked, and nothing in it can go on.'
        : 'Nothing in them can go on until what is dead runs again.',
      to: single
        ? { path: `/workflows/${failed.id}`, label: 'See where it stands' }
        : { path: '/workflows?state=failed', label: 'See which' },
      operationId: null,
    });
  }
  const over = operations.filter(
    ({ id, state, reason }) => !dismissed.includes(id) && (state === 'failed' || (state === 'stopped' && reason !== undefined)),
  );
  for (const operation of over.slice(0, operationsShown)) lines.push(operationLine(operation));
  return lines;
}

function circuitLine(circuits: readonly Circuit[]): AttentionLine {
  const waiting = circuits.reduce((sum, each) => sum + each.waiting, 0);
  const some = circuits.some((each) => each.waiting >= countedMost) ? '+' : '';
  const waits = waiting === 0 ? 'No job waits' : `${formatCount(waiting)}${some} ${waiting === 1 ? 'job waits' : 'jobs wait'}`;
  const next = circuits.flatMap(({ probeAt }) => probeAt ?? []).sort()[0];
  const [first] = circuits;
  return {
    key: 'circuits',
    title: circuits.length === 1 && first ? `${first.name} does not answer` : `${formatCount(circuits.length)} services do not answer`,
    text: `${waits} for ${circuits.length === 1 ? 'it' : 'them'}, using no attempt.${next === undefined ? '' : ` Tried next at ${formatClock(next)}.`}`,
    to: { path: '/circuits', label: 'See and reset' },
    operationId: null,
  };
}

function operationLine({ id, action, state, matched, done, reason }: Operation): AttentionLine {
  const dead = action === 'redrive' || action === 'discard';
  const name = operationActions.find((known) => known === action)?.replace('-', ' ') ?? action;
  return {
    key: id,
    title: `${name.charAt(0).toUpperCase()}${name.slice(1)} of ${formatCount(matched)} ${matched === 1 ? 'job' : 'jobs'} ${state === 'failed' ? 'failed' : 'stopped'}`,
    text: `${formatCount(done)} done${reason === undefined ? '' : `: ${reason}`}`,
    to: dead ? { path: '/dead-letters?view=causes', label: 'Dead letters' } : { path: '/jobs', label: 'Jobs' },
    operationId: id,
  };
}
