/** How a service stands, in words. Pure. */

import type { Circuit, CircuitState } from '../../../contract/circuit.ts';
import type { JobState } from '../../../contract/states.ts';
import { formatCount } from '../../ui/format.ts';

/** Each has the shape of the jobs' state that it is most like, and a word of its own. */
export const circuitMarks: Readonly<Record<CircuitState, { state: JobState; word: string }>> = {
  open: { state: 'dead', word: 'Open' },
  'half-open': { state: 'retryable', word: 'Trying' },
  closed: { state: 'completed', word: 'Closed' },
};

const urgency: readonly CircuitState[] = ['open', 'half-open', 'closed'];
/** Due jobs past this are not counted. */
const countedMost = 1_000;

/** What is not called first, what most jobs wait for before the rest. */
export function inOrder(circuits: readonly Circuit[]): Circuit[] {
  return circuits.toSorted(
    (one, other) =>
      urgency.indexOf(one.state) - urgency.indexOf(other.state) || other.waiting - one.waiting || one.name.localeCompare(other.name),
  );
}

export function waitingWords(waiting: number): string {
  return waiting >= countedMost ? `${formatCount(countedMost)}+` : formatCount(waiting);
}
