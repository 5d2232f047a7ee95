/**
 * The link between a job that failed and the job that makes up for it. Written in the transaction that ends the one or the
 * other, so that there is one compensating job for each failed promise, wherever the engine is killed.
 */

import type { Database } from 'better-sqlite3';
import type { CompensationState } from '../../contract/compensation.ts';
import { isFinal } from '../../contract/states.ts';
import type { CompensatedJob } from '../../contract/task.ts';
import { parseJobId } from './job-id.ts';
import { type JobRow, jobIdOf } from './job-row.ts';

/** Makes the row of the job that makes up for `failed`; null: there is nothing to run. Given by the queue, which knows the tasks. */
export type PlanCompensation = (failed: JobRow, at: number) => JobRow | null;

type InsertJob = (compensating: JobRow) => void;

export type CompensationStore = ReturnType<typeof prepareCompensations>;

export function prepareCompensations(db: Database) {
  const withdraw = db.prepare('UPDATE jobs SET compensation = ?, compensated_by = ? WHERE seq = ?');
  // Fenced by the id: a row number is used again when the last job is deleted.
  const advance = db.prepare('UPDATE jobs SET compensation = ? WHERE seq = ? AND compensated_by = ?');
  let plan: PlanCompensation = () => {
    throw new Error('a promise was withdrawn before anyone knew how');
  };

  function advanceFor(row: JobRow, state: CompensationState): void {
    const failed = compensatedKey(row);
    if (failed) advance.run(state, failed.seq, jobIdOf(row));
  }

  function takeBack(row: JobRow, at: number, insert: InsertJob): JobRow {
    if (row.on_failure === null || isWithdrawn(row)) return row;
    const compensating = plan(row, at);
    if (compensating) insert(compensating);
    const compensation = compensating ? 'pending' : 'none';
    const compensated_by = compensating && jobIdOf(compensating);
    withdraw.run(compensation, compensated_by, row.seq);
    return { ...row, compensation, compensated_by };
  }

  return {
    planWith(planner: PlanCompensation): void {
      plan = planner;
    },
    /** Once a job is final. @param insert puts the job that makes up for it in line @returns the job as it is then */
    ended(row: JobRow, at: number, insert: InsertJob): JobRow {
      if (row.compensates !== null) advanceFor(row, row.state === 'completed' ? 'compensated' : 'compensation-failed');
      return row.state === 'completed' ? row : takeBack(row, at, insert);
    },
    /** A job is to run again. */
    renewed(row: JobRow): void {
      if (row.compensates !== null) advanceFor(row, 'pending');
    },
    /** What is deleted before its end keeps its promise no more than what is cancelled. @returns the job as it was then */
    deleted(row: JobRow, at: number, insert: InsertJob): JobRow {
      if (isFinal(row.state)) return row;
      if (row.compensates !== null) advanceFor(row, 'compensation-failed');
      return takeBack(row, at, insert);
    },
  };
}

/** A promise is withdrawn once: what a redriven job does is promised to nobody. */
function isWithdrawn({ compensation }: JobRow): boolean {
  return compensation !== null && compensation !== 'none';
}

/** Of the job that this one makes up for; null when it makes up for none. */
function compensatedKey({ compensates }: JobRow) {
  return compensates === null ? null : parseJobId((JSON.parse(compensates) as CompensatedJob).jobId);
}
