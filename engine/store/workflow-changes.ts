/**
 * What a transaction has done to the jobs of workflows, noted as they move: counts to be written, and jobs whose end or
 * new life others wait for. Dealt with at the transaction's end (queue/workflow-line.ts); an undone one forgets it.
 */

import { isFinal, isWaiting, type JobState } from '../../contract/states.ts';
import type { CounterChanges } from './counters.ts';
import type { JobRow } from './job-row.ts';

export type StateChanges = Partial<Record<JobState, number>>;

export class WorkflowChanges {
  /** By workflow id. */
  readonly counts = new Map<string, StateChanges>();
  /** Numbers of jobs that entered a final state or left one. */
  readonly moved = new Set<number>();

  add(workflowId: string, state: JobState, by: number): void {
    const changes = this.counts.get(workflowId) ?? {};
    this.counts.set(workflowId, changes);
    changes[state] = (changes[state] ?? 0) + by;
  }

  /** Workflows in which a job began to wait. */
  waitingSince(): string[] {
    const began = (changes: StateChanges) => Object.entries(changes).some(([state, by]) => by > 0 && isWaiting(state as JobState));
    return [...this.counts].flatMap(([id, changes]) => (began(changes) ? id : []));
  }

  forget(): void {
    this.counts.clear();
    this.moved.clear();
  }
}

/** The counters that every job changes, and those of its workflow where it belongs to one. */
export function countersWith(counters: CounterChanges, workflows: WorkflowChanges): CounterChanges {
  return {
    add(row: Pick<JobRow, 'seq' | 'workflow_id' | 'queue' | 'task' | 'mode'>, state: JobState, by: number): void {
      counters.add(row, state, by);
      if (row.workflow_id === null) return;
      workflows.add(row.workflow_id, state, by);
      if (isFinal(state)) workflows.moved.add(row.seq);
    },
  };
}
