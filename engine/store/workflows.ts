import type { Database } from 'better-sqlite3';
import { type JobState, jobStates } from '../../contract/states.ts';
import { type FailurePolicy, type WorkflowState, type WorkflowSummary, workflowStates } from '../../contract/workflow.ts';
import { timeOf } from './job-row.ts';
import type { StateChanges } from './workflow-changes.ts';

/** A row of `workflows`: times in milliseconds since 1970, and how many of its jobs are in each state. */
export type WorkflowRow = Record<JobState, number> & {
  number: number;
  id: string;
  name: string | null;
  on_failure: FailurePolicy;
  state: WorkflowState;
  on_complete: string | null;
  created_at: number;
  finished_at: number | null;
  cancelling: 0 | 1;
  deleting: 0 | 1;
};

export type NewWorkflow = Pick<WorkflowRow, 'id' | 'name' | 'on_failure' | 'on_complete' | 'created_at'>;

export function workflowSummaryOf(row: WorkflowRow): WorkflowSummary {
  const { id, name, state } = row;
  const counts = Object.fromEntries(jobStates.map((jobState) => [jobState, row[jobState]])) as WorkflowSummary['counts'];
  return { id, name, state, counts, createdAt: timeOf(row.created_at), finishedAt: timeOf(row.finished_at) };
}

export function prepareWorkflows(db: Database) {
  const insert = db.prepare<[NewWorkflow]>(
    `INSERT INTO workflows (id, name, on_failure, state, on_complete, created_at)
     VALUES (@id, @name, @on_failure, 'running', @on_complete, @created_at)`,
  );
  const find = db.prepare<[string], WorkflowRow>('SELECT * FROM workflows WHERE id = ? AND deleting = 0');
  // The state stands in the SQL itself, so that each list walks down one index.
  const newest = db.prepare<[number, number], WorkflowRow>(
    'SELECT * FROM workflows WHERE deleting = 0 AND number < ? ORDER BY number DESC LIMIT ?',
  );
  const newestOf = Object.fromEntries(
    workflowStates.map((state) => [
      state,
      db.prepare<[number, number], WorkflowRow>(
        `SELECT * FROM workflows WHERE deleting = 0 AND state = '${state}' AND number < ? ORDER BY number DESC LIMIT ?`,
      ),
    ]),
  );
  const count = db.prepare<(number | string)[], WorkflowRow>(
    `UPDATE workflows SET ${jobStates.map((state) => `${state} = ${state} + ?`).join(', ')} WHERE id = ? RETURNING *`,
  );
  const setState = db.prepare('UPDATE workflows SET state = ?, finished_at = ? WHERE number = ?');
  const setCancelling = db.prepare('UPDATE workflows SET cancelling = ? WHERE number = ?');
  const cancelling = db
    .prepare<[], string>("SELECT id FROM workflows WHERE cancelling = 1 AND state = 'running' AND deleting = 0 ORDER BY number")
    .pluck();
  const setDeleting = db.prepare('UPDATE workflows SET deleting = 1 WHERE number = ?');
  const deleting = db.prepare<[], WorkflowRow>('SELECT * FROM workflows WHERE deleting = 1 ORDER BY number LIMIT 1');
  const ended = db.prepare<[string, number], WorkflowRow>(
    'SELECT * FROM workflows WHERE state = ? AND finished_at < ? AND deleting = 0 ORDER BY finished_at LIMIT 1',
  );
  const remove = db.prepare('DELETE FROM workflows WHERE number = ?');

  return {
    /** @returns its number */
    insertWorkflow: (row: NewWorkflow) => Number(insert.run(row).lastInsertRowid),
    findWorkflow: (id: string) => find.get(id) ?? null,
    /** Newest first. @param states empty: of any */
    workflowsBefore(number: number, states: readonly WorkflowState[], limit: number): WorkflowRow[] {
      if (states.length === 0) return newest.all(number, limit);
      const found = [...new Set(states)].flatMap((state) => newestOf[state]?.all(number, limit) ?? []);
      return found.sort((a, b) => b.number - a.number).slice(0, limit);
    },
    /** @returns it with its new counts; null when it is not there any more */
    countJobs: (id: string, changes: StateChanges): WorkflowRow | null =>
      count.get(...jobStates.map((state) => changes[state] ?? 0), id) ?? null,
    setState: (number: number, state: WorkflowState, finishedAt: number | null) => setState.run(state, finishedAt, number),
    setCancelling: (number: number, on: boolean) => setCancelling.run(on ? 1 : 0, number),
    cancellingWorkflows: () => cancelling.all(),
    /** From now on nobody finds it. */
    beginDeletion: (number: number) => setDeleting.run(number),
    /** One whose deletion was begun. */
    nextDeleting: () => deleting.get() ?? null,
    /** One that has been in this final state since before `cutoff`. */
    nextEndedBefore: (state: WorkflowState, cutoff: number) => ended.get(state, cutoff) ?? null,
    deleteWorkflow: (number: number) => remove.run(number),
  };
}
