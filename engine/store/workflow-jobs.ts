/** The places of a workflow's jobs and the edges between them. An edge that is not met keeps its child blocked; a place counts those. */

import type { Database } from 'better-sqlite3';
import type { FailurePolicy } from '../../contract/workflow.ts';
import type { JobRow } from './job-row.ts';

export type WorkflowPlace = { workflow: number; position: number; name: string; seq: number; pending: number };

/** From a parent, with the job at the place of its child. */
export type OutgoingEdge = { child: number; on_failure: FailurePolicy; met: 0 | 1; seq: number };

export type ParentRow = Pick<JobRow, 'seq' | 'created_at' | 'nonce' | 'state' | 'result' | 'result_bytes' | 'error'> & { name: string };

export type WorkflowJobStore = ReturnType<typeof prepareWorkflowJobs>;

export function prepareWorkflowJobs(db: Database) {
  const insertPlace = db.prepare('INSERT INTO workflow_jobs (workflow, position, name, seq, pending) VALUES (?, ?, ?, ?, ?)');
  const insertEdge = db.prepare('INSERT INTO workflow_edges (workflow, parent, child, on_failure, met) VALUES (?, ?, ?, ?, 0)');
  const placeOf = db.prepare<[number], WorkflowPlace>('SELECT * FROM workflow_jobs WHERE seq = ?');
  const pending = db.prepare<[number], number>('SELECT pending FROM workflow_jobs WHERE seq = ?').pluck();
  const places = db.prepare<[number, number, number], WorkflowPlace>(
    'SELECT * FROM workflow_jobs WHERE workflow = ? AND position > ? ORDER BY position LIMIT ?',
  );
  // CROSS JOIN keeps the order as it is written: without statistics the planner begins with all places of a workflow.
  const outgoing = db.prepare<[number, number], OutgoingEdge>(
    `SELECT child, on_failure, met, seq FROM workflow_edges
     CROSS JOIN workflow_jobs ON workflow_jobs.workflow = workflow_edges.workflow AND position = child
     WHERE workflow_edges.workflow = ? AND parent = ? ORDER BY child`,
  );
  const unmetParents = db
    .prepare<[number, number], number>(
      `SELECT seq FROM workflow_edges INDEXED BY workflow_edges_by_child CROSS JOIN workflow_jobs ON workflow_jobs.workflow = workflow_edges.workflow AND position = parent
       WHERE workflow_edges.workflow = ? AND child = ? AND met = 0 ORDER BY parent`,
    )
    .pluck();
  const setMet = db.prepare('UPDATE workflow_edges SET met = ? WHERE workflow = ? AND parent = ? AND child = ? AND met <> ?');
  const addPending = db
    .prepare<[number, number, number], number>(
      'UPDATE workflow_jobs SET pending = pending + ? WHERE workflow = ? AND position = ? RETURNING pending',
    )
    .pluck();
  const parents = db.prepare<[number], ParentRow>(
    `SELECT parent.name, jobs.seq, created_at, nonce, state, result, result_bytes, error FROM workflow_jobs AS own
     CROSS JOIN workflow_edges ON workflow_edges.workflow = own.workflow AND child = own.position
     CROSS JOIN workflow_jobs AS parent ON parent.workflow = own.workflow AND parent.position = workflow_edges.parent
     CROSS JOIN jobs ON jobs.seq = parent.seq
     WHERE own.seq = ? ORDER BY parent.position`,
  );
  const setJob = db.prepare('UPDATE workflow_jobs SET seq = ? WHERE workflow = ? AND position = ?');
  const detach = db.prepare('UPDATE jobs SET workflow_id = NULL WHERE seq = ?');
  const moveKeys = db.prepare('UPDATE idempotency_keys SET seq = ? WHERE seq = ?');
  const removeEdges = db.prepare('DELETE FROM workflow_edges WHERE workflow = ? AND parent = ?');
  const removePlace = db.prepare('DELETE FROM workflow_jobs WHERE workflow = ? AND position = ?');

  function changeEdge(workflow: number, parent: number, child: number, met: 0 | 1): number | null {
    if (setMet.run(met, workflow, parent, child, met).changes === 0) return null;
    return addPending.get(met === 1 ? -1 : 1, workflow, child) ?? null;
  }

  return {
    insertPlace: ({ workflow, position, name, seq, pending }: WorkflowPlace) => insertPlace.run(workflow, position, name, seq, pending),
    insertEdge: (workflow: number, parent: number, child: number, policy: FailurePolicy) => insertEdge.run(workflow, parent, child, policy),
    /** null: it is in no workflow, or another job has taken its place. */
    placeOf: (seq: number) => placeOf.get(seq) ?? null,
    /** Whether an edge that leads to it is not met. */
    isWaiting: (seq: number) => (pending.get(seq) ?? 0) > 0,
    placesAfter: (workflow: number, position: number, limit: number) => places.all(workflow, position, limit),
    edgesFrom: (workflow: number, parent: number) => outgoing.all(workflow, parent),
    unmetParents: (workflow: number, child: number) => unmetParents.all(workflow, child),
    /** @returns how many edges of the child are left unmet; null when this one was met before */
    meetEdge: (workflow: number, parent: number, child: number) => changeEdge(workflow, parent, child, 1),
    unmeetEdge: (workflow: number, parent: number, child: number) => changeEdge(workflow, parent, child, 0),
    /** One by one, as all of them may be too much to hold. */
    parentsOf: (seq: number): IterableIterator<ParentRow> => parents.iterate(seq),
    /** Another job takes a place; the one before is no job of the workflow any more. */
    replaceJob({ workflow, position, seq }: WorkflowPlace, by: number): void {
      setJob.run(by, workflow, position);
      detach.run(seq);
      moveKeys.run(by, seq);
    },
    deletePlace(workflow: number, position: number): void {
      removeEdges.run(workflow, position);
      removePlace.run(workflow, position);
    },
  };
}
