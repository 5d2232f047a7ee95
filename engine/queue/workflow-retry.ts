/**
 * Runs parts of a workflow anew. A job that is dead or cancelled is renewed. One that has completed has finished, and finishes once: in its
 * place comes a new job with a new id, and the one before stays as a job of its own.
 */

import { invalid, Problem } from '../../contract/errors.ts';
import { nonceLimit } from '../store/job-id.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { WorkflowPlace } from '../store/workflow-jobs.ts';
import type { WorkflowRow } from '../store/workflows.ts';
import type { Control } from './control.ts';
import type { EventStream } from './event-stream.ts';
import type { Submit } from './submit.ts';
import type { WorkflowLine } from './workflow-line.ts';
import { wrongState } from './workflows.ts';

export type WorkflowRetryParts = {
  store: Store;
  control: Control;
  submit: Submit;
  events: EventStream;
  line: WorkflowLine;
  now: () => number;
  random: () => number;
};

type Member = { place: WorkflowPlace; row: JobRow };

/** What is to be told after the commit. */
type Retried = { renewed: JobRow[]; made: JobRow[]; replaced: JobRow[] };

/** @param from a job's name: that one and everything after it; undefined: everything dead or cancelled. @throws Problem */
export async function retryWorkflow(parts: WorkflowRetryParts, find: () => WorkflowRow, from: string | undefined): Promise<void> {
  const { store, control, submit, events, now } = parts;
  await store.commit.write(
    'may',
    () => retry(parts, find(), from),
    ({ renewed, made, replaced }) => {
      for (const row of renewed) control.announceAvailable(row);
      for (const row of made) submit.announcePlaced(row);
      for (const row of replaced) events.job('job.changed', row, now());
    },
  );
}

function retry(parts: WorkflowRetryParts, workflow: WorkflowRow, from: string | undefined): Retried {
  const { store, now } = parts;
  const members = readMembers(parts, workflow);
  const chosen = from === undefined ? failedOf(members) : membersFrom(parts, workflow, members, from);
  refuse(parts, workflow, members, chosen, from);
  // From here on it is written.
  const { workflowJobs, workflows } = store;
  const at = now();
  workflows.setCancelling(workflow.number, false);
  for (const position of chosen.keys()) {
    for (const { child } of workflowJobs.edgesFrom(workflow.number, position))
      if (chosen.has(child)) workflowJobs.unmeetEdge(workflow.number, position, child);
  }
  const retried: Retried = { renewed: [], made: [], replaced: [] };
  for (const [position, { place, row }] of chosen) {
    if (row.state === 'completed') runAgain(parts, place, row, at, retried);
    else if (row.state !== 'blocked') retried.renewed.push(parts.control.inLine(store.jobs.renewJob(row, at)));
    // Those outside that failed fail it again.
    parts.line.parentsEnded(workflow.number, position);
  }
  return retried;
}

function readMembers({ store, line }: WorkflowRetryParts, workflow: WorkflowRow): Map<number, Member> {
  const members = new Map<number, Member>();
  for (const place of line.places(workflow.number)) {
    const row = store.jobs.readJob(place.seq);
    if (row) members.set(place.position, { place, row });
  }
  return members;
}

function failedOf(members: ReadonlyMap<number, Member>): Map<number, Member> {
  return new Map([...members].filter(([, { row }]) => row.state === 'dead' || row.state === 'cancelled'));
}

/** A job and all that come after it, in the order in which they were given. */
function membersFrom(
  { store }: WorkflowRetryParts,
  workflow: WorkflowRow,
  members: ReadonlyMap<number, Member>,
  from: string,
): Map<number, Member> {
  const first = [...members.values()].find(({ place }) => place.name === from);
  if (!first) throw invalid('/from', `there is no job named "${from}" in this workflow`);
  const reached = new Set([first.place.position]);
  for (const position of reached) for (const { child } of store.workflowJobs.edgesFrom(workflow.number, position)) reached.add(child);
  return new Map([...members].filter(([position]) => reached.has(position)));
}

/** Before the first write. */
function refuse(
  { store, control, now }: WorkflowRetryParts,
  workflow: WorkflowRow,
  members: ReadonlyMap<number, Member>,
  chosen: ReadonlyMap<number, Member>,
  from: string | undefined,
): void {
  if (chosen.size === 0) throw wrongState(workflow, 'retry', 'none of its jobs is dead or cancelled');
  for (const { place, row } of chosen.values()) {
    const { name } = place;
    if (!['completed', 'dead', 'cancelled', 'blocked'].includes(row.state))
      throw refusal(workflow, row, `"${name}" is ${row.state}; cancel it, or wait for its end`);
    // A key that the time holds for it past its end is not the new job's.
    const taken = row.unique_key !== null && row.state === 'completed' ? store.jobs.uniqueHolder(row.task, row.unique_key, now()) : null;
    const holder = taken ?? control.keyHolder(row);
    if (holder) throw refusal(workflow, row, `the unique key of "${name}" is taken by job ${jobIdOf(holder)}`);
    const hindrance = row.state === 'completed' ? null : control.renewalHindrance(row);
    if (hindrance) throw refusal(workflow, row, `of "${name}" ${hindrance}`);
    if (name !== from) continue;
    for (const seq of store.workflowJobs.unmetParents(workflow.number, place.position)) {
      const parent = [...members.values()].find((member) => member.row.seq === seq);
      if (parent)
        throw refusal(workflow, row, `"${name}" waits for "${parent.place.name}", which is ${parent.row.state}; retry from there`);
    }
  }
}

function refusal(workflow: WorkflowRow, row: JobRow, why: string): Problem {
  return new Problem('wrong-state', `Workflow ${workflow.id} can't be told to retry: ${why}.`, { jobId: jobIdOf(row) });
}

function runAgain(parts: WorkflowRetryParts, place: WorkflowPlace, row: JobRow, at: number, { made, replaced }: Retried): void {
  const { store, submit, random } = parts;
  const copy = submit.placeRow({
    ...row,
    nonce: Math.floor(random() * nonceLimit),
    created_at: at,
    state: store.workflowJobs.isWaiting(row.seq) ? 'blocked' : 'available',
    attempt: 0,
    max_attempts: row.budget,
    crashes: 0,
    run_at: at,
    started_at: null,
    finished_at: null,
    progress: null,
    error: null,
    result: null,
    result_bytes: null,
    compensation: null,
    compensated_by: null,
    first_started_at: null,
    deadline_at: row.deadline_ms === null ? null : at + row.deadline_ms,
  });
  store.workflowJobs.replaceJob(place, copy.seq);
  if (row.workflow_id !== null) store.workflowChanges.add(row.workflow_id, 'completed', -1);
  made.push(copy);
  replaced.push({ ...row, workflow_id: null });
}
