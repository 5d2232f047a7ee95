/** A workflow as it is shown, for a read-only connection off the main thread: it may have 10,000 jobs. */

import type { Database } from 'better-sqlite3';
import type { JobState } from '../../contract/states.ts';
import type { FailurePolicy, Workflow, WorkflowJob } from '../../contract/workflow.ts';
import { jobIdOf, timeOf } from './job-row.ts';
import { type WorkflowRow, workflowSummaryOf } from './workflows.ts';

/** Characters of an error's message. */
const messageLimit = 300;

type Row = {
  position: number;
  name: string;
  pending: number;
  seq: number;
  created_at: number;
  nonce: number;
  state: JobState;
  task: string;
  attempt: number;
  max_attempts: number;
  started_at: number | null;
  finished_at: number | null;
  error_name: string | null;
  error_message: string | null;
};

/** null: there is none. */
export function readWorkflow(db: Database, id: string): Workflow | null {
  const workflow = db.prepare<[string], WorkflowRow>('SELECT * FROM workflows WHERE id = ? AND deleting = 0').get(id);
  if (!workflow) return null;
  const rows = db
    .prepare<[number, number], Row>(
      `SELECT position, name, pending, jobs.seq, created_at, nonce, state, task, attempt, max_attempts, started_at, finished_at,
         json_extract(error, '$.name') AS error_name, substr(json_extract(error, '$.message'), 1, ?) AS error_message
       FROM workflow_jobs JOIN jobs USING (seq) WHERE workflow = ? ORDER BY position`,
    )
    .all(messageLimit, workflow.number);
  const edges = db.prepare<[number], { parent: number; child: number; on_failure: FailurePolicy }>(
    'SELECT parent, child, on_failure FROM workflow_edges WHERE workflow = ? ORDER BY parent, child',
  );
  const jobs = new Map(rows.map((row) => [row.position, jobOf(row)]));
  for (const { parent, child, on_failure } of edges.iterate(workflow.number)) {
    const name = jobs.get(parent)?.name;
    const job = jobs.get(child);
    if (name === undefined || !job) throw new Error(`workflow ${id} has an edge ${parent} → ${child} to no job`);
    job.dependsOn.push(name);
    job.onFailure[name] = on_failure;
  }
  return {
    ...workflowSummaryOf(workflow),
    onFailure: workflow.on_failure,
    onComplete: workflow.on_complete,
    jobs: [...jobs.values()],
  };
}

function jobOf(row: Row): WorkflowJob {
  const { name, state, task, attempt } = row;
  return {
    ...{ name, id: jobIdOf(row), state, dependsOn: [], onFailure: {}, waitsFor: row.pending },
    ...{ task, attempt, maxAttempts: row.max_attempts },
    startedAt: timeOf(row.started_at),
    finishedAt: timeOf(row.finished_at),
    error: row.error_name === null ? null : { name: row.error_name, message: row.error_message ?? '' },
  };
}
