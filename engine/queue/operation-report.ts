/** How an operation on many jobs stands, and what it does next. Pure. */

import type { PayloadPatch } from '../../contract/operations.ts';
import type { Operation } from '../../contract/resources.ts';
import type { JobState } from '../../contract/states.ts';
import { type OperationRow, partMembers } from '../store/operations.ts';

/** How it is to be done, as it was asked for. */
export type OperationTerms = {
  /** States that the filter named: a job that is in another one by now is left alone. */
  states?: JobState[];
  patch?: PayloadPatch;
  canary?: number;
  ratePerSecond?: number;
};

/** Reasons that are told apart; what a patch says of a payload could be different for each. */
const reasonsKept = 20;
const otherReasons = 'other reasons';
/** With a rate, each step takes what this much time allows, in milliseconds: fine enough to be even, coarse enough to be cheap. */
const rateStepMs = 100;

export type NextStep =
  /** So many of the next members; as canaries, whose end is awaited. */
  | { kind: 'take'; limit: number; asCanaries: boolean }
  /** Nothing more before those that are awaited have ended. */
  | { kind: 'await' }
  | { kind: 'finish' };

export function nextStep(row: Pick<OperationRow, 'matched' | 'position' | 'canaries'>, terms: OperationTerms, awaited: number): NextStep {
  const { canary = 0, ratePerSecond } = terms;
  const left = row.matched - row.position;
  const most = Math.min(
    left,
    partMembers,
    ratePerSecond === undefined ? partMembers : Math.max(1, Math.floor((ratePerSecond * rateStepMs) / 1000)),
  );
  const canariesLeft = canary - row.canaries;
  if (canariesLeft > 0 && left > 0) return { kind: 'take', limit: Math.min(most, canariesLeft), asCanaries: true };
  if (canary > 0 && awaited > 0) return { kind: 'await' };
  if (left > 0) return { kind: 'take', limit: most, asCanaries: false };
  return awaited > 0 ? { kind: 'await' } : { kind: 'finish' };
}

/**
 * How long after a step that did `done` jobs the next may begin, in milliseconds. As many whole steps as fit into the rate make a
 * second, so that no second holds more than the rate allows; the remainder is given away.
 */
export function pauseMs(done: number, { ratePerSecond }: OperationTerms): number {
  if (ratePerSecond === undefined || done === 0) return 0;
  const steps = Math.floor(ratePerSecond / done);
  return Math.ceil(steps >= 1 ? 1000 / steps : (done * 1000) / ratePerSecond);
}

export type FailureCounts = Record<string, number>;

/** Changes `failures`. */
export function countFailure(failures: FailureCounts, reason: string): void {
  const kept = reason in failures || Object.keys(failures).length < reasonsKept - 1 ? reason : otherReasons;
  failures[kept] = (failures[kept] ?? 0) + 1;
}

/** `3 jobs were left as they are: not there any more (2), completed (1).`; null when none was. */
export function summaryOf(failed: number, failures: FailureCounts): string | null {
  if (failed === 0) return null;
  const reasons = listed(failures).map(({ reason, count }) => `${reason} (${count})`);
  return `${failed === 1 ? '1 job was left as it is' : `${failed} jobs were left as they are`}: ${reasons.join(', ')}.`;
}

export function operationOf(row: OperationRow, awaited: number): Operation {
  const { id, action, state, matched, done, failed } = row;
  const failures = JSON.parse(row.failures) as FailureCounts;
  const reason = row.reason ?? (state === 'running' ? waitingFor(row, awaited) : null);
  return {
    ...{ id, action, state, matched, done, failed },
    ...(reason === null ? {} : { reason }),
    ...(failed === 0 ? {} : { failures: listed(failures) }),
  };
}

function waitingFor({ action }: OperationRow, awaited: number): string | null {
  if (awaited === 0) return null;
  const jobs = awaited === 1 ? '1 job' : `${awaited} jobs`;
  return action === 'redrive' ? `Waits for the end of ${jobs} that went ahead as canaries.` : `Waits for the end of ${jobs} that ran.`;
}

function listed(failures: FailureCounts): { reason: string; count: number }[] {
  return Object.entries(failures)
    .map(([reason, count]) => ({ reason, count }))
    .sort((a, b) => b.count - a.count);
}
