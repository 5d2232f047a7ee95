/** What a person and a program do with workflows as a whole. What their jobs do to each other: workflow-line.ts. */

import { invalidFields, Problem } from '../../contract/errors.ts';
import type { WorkflowListQuery } from '../../contract/filter.ts';
import { finalStates, jobStates } from '../../contract/states.ts';
import type { Workflow, WorkflowInput, WorkflowSummary } from '../../contract/workflow.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Reader } from '../store/reader.ts';
import type { Store } from '../store/store.ts';
import { type WorkflowRow, workflowSummaryOf } from '../store/workflows.ts';
import type { SubmitOptions } from './backend.ts';
import { cursorNumber } from './cursor.ts';
import type { Dispatch } from './dispatch.ts';
import type { Submit } from './submit.ts';
import { timeOrderedId } from './time-ordered-id.ts';
import type { Waiters } from './waiters.ts';
import { type Graph, readGraph } from './workflow-graph.ts';
import type { WorkflowLine } from './workflow-line.ts';

export type WorkflowParts = {
  store: Store;
  reader: Reader;
  submit: Submit;
  dispatch: Dispatch;
  line: WorkflowLine;
  jobWaiters: Waiters;
  workflowWaiters: Waiters<WorkflowRow>;
  now: () => number;
  announceDeleted: (row: JobRow) => void;
};

/** Jobs deleted in one transaction. */
const deletePage = 250;

export class Workflows {
  readonly #parts: WorkflowParts;

  constructor(parts: WorkflowParts) {
    this.#parts = parts;
  }

  /** @throws Problem not-found */
  find(id: string): WorkflowRow {
    const row = this.#parts.store.workflows.findWorkflow(id);
    if (!row) throw new Problem('not-found', `There is no workflow ${id}. It may have been deleted, or kept no longer.`);
    return row;
  }

  async get(id: string): Promise<Workflow> {
    const workflow = await this.#parts.reader.readWorkflow(id);
    return workflow ?? Promise.reject(new Problem('not-found', `There is no workflow ${id}. It may have been deleted, or kept no longer.`));
  }

  /** Answers when it has ended, is deleted (not-found), or `waitMs` have passed. */
  async wait(id: string, waitMs: number): Promise<Workflow> {
    const row = this.find(id);
    if (row.state === 'running' && waitMs > 0) await this.#parts.workflowWaiters.wait(row.number, waitMs);
    return this.get(id);
  }

  list({ state = [], limit, cursor }: WorkflowListQuery): { workflows: WorkflowSummary[]; next: string | null } {
    const rows = this.#parts.store.workflows.workflowsBefore(cursorNumber(cursor, Number.MAX_SAFE_INTEGER), state, limit + 1);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return { workflows: page.map(workflowSummaryOf), next: rows.length > limit && last ? String(last.number) : null };
  }

  /** All of its jobs or none. */
  async submit(input: WorkflowInput, idempotency: SubmitOptions['idempotency']): Promise<{ workflow: Workflow; replayed: boolean }> {
    const { submit, now } = this.#parts;
    const read = readGraph(input);
    if ('errors' in read) throw invalidFields(read.errors);
    const { graph } = read;
    const parents = parentsByChild(graph);
    const id = timeOrderedId(now());
    const jobs = input.jobs.map(({ name: _name, dependsOn: _dependsOn, ...submission }) => submission);
    const { name: _name, ...callback } = input.onComplete ?? { name: null };
    const first = await submit.submitTogether('task' in callback ? [...jobs, callback] : jobs, {
      idempotency,
      pathOf: (index) => (index < jobs.length ? `/jobs/${index}` : '/onComplete'),
      dress: (row, index) => ({ ...row, workflow_id: id, state: parents[index] === 0 ? row.state : 'blocked' }),
      placed: (rows) => this.#insert(id, input, graph, parents, rows),
    });
    // Of a replayed one the workflow that stands; its first job is there as long as it is.
    const workflow = await this.get(first.workflow_id ?? id);
    return { workflow, replayed: workflow.id !== id };
  }

  /** Tells everything that runs to end and waits for that; what waits is cancelled at once. */
  async cancel(id: string): Promise<Workflow> {
    const { store, line, dispatch, jobWaiters } = this.#parts;
    const running = await store.commit.write('may', () => {
      const row = this.find(id);
      if (!hasUnfinished(row)) throw wrongState(row, 'cancel', 'all of its jobs have ended');
      store.workflows.setCancelling(row.number, true);
      return line.cancelWaiting(row);
    });
    const ends = running.flatMap((seq) => (dispatch.abort(seq, 'cancelled') ? jobWaiters.wait(seq, Number.POSITIVE_INFINITY) : []));
    await Promise.all(ends);
    return this.get(id);
  }

  async delete(id: string): Promise<void> {
    const { store } = this.#parts;
    const row = await store.commit.write('may', () => {
      const found = this.find(id);
      if (hasUnfinished(found)) throw wrongState(found, 'delete', 'some of its jobs have not ended; cancel it first');
      store.workflows.beginDeletion(found.number);
      return found;
    });
    await this.#deleteJobs(row);
  }

  /** Those that have ended as `state` before `cutoff`, with all of their jobs; and what an engine before this one had begun to delete. */
  async deleteEnded(state: WorkflowRow['state'], cutoff: number, isClosed: () => boolean): Promise<void> {
    const { store } = this.#parts;
    while (!isClosed()) {
      const row = await store.commit.write('may', () => {
        const next = store.workflows.nextDeleting() ?? store.workflows.nextEndedBefore(state, cutoff);
        if (next) store.workflows.beginDeletion(next.number);
        return next;
      });
      if (!row) return;
      await this.#deleteJobs(row);
    }
  }

  #insert(id: string, input: WorkflowInput, { names, edges }: Graph, parents: readonly number[], rows: readonly JobRow[]): void {
    const { store, line, now } = this.#parts;
    const workflow = store.workflows.insertWorkflow({
      id,
      name: input.name ?? null,
      on_failure: input.onFailure,
      on_complete: input.onComplete?.name ?? null,
      created_at: now(),
    });
    for (const [position, { seq }] of rows.entries()) {
      const name = names[position];
      if (name === undefined) throw new Error(`workflow ${id} has no name for its job ${position}`);
      store.workflowJobs.insertPlace({ workflow, position, name, seq, pending: parents[position] ?? 0 });
    }
    for (const { parent, child, onFailure } of edges) store.workflowJobs.insertEdge(workflow, parent, child, onFailure);
    line.created(id);
  }

  /** In small transactions. Nobody finds it any more; an engine that goes down meanwhile leaves the rest to the next sweep. */
  async #deleteJobs(workflow: WorkflowRow): Promise<void> {
    const { store, line, announceDeleted, now } = this.#parts;
    const deleteSome = () => {
      const places = store.workflowJobs.placesAfter(workflow.number, -1, deletePage);
      const rows = places.flatMap(({ position, seq }) => {
        const row = store.jobs.readJob(seq);
        store.workflowJobs.deletePlace(workflow.number, position);
        if (row) store.jobs.deleteJob(row, now());
        return row ?? [];
      });
      if (places.length === 0) store.workflows.deleteWorkflow(workflow.number);
      return { rows, done: places.length === 0 };
    };
    for (;;) {
      const { rows, done } = await store.commit.write('may', deleteSome);
      for (const row of rows) announceDeleted(row);
      if (done) break;
    }
    line.tellDeleted(workflow);
  }
}

export function wrongState(row: WorkflowRow, verb: string, why: string): Problem {
  return new Problem('wrong-state', `Workflow ${row.id} is ${row.state}, so it can't be told to ${verb}: ${why}.`);
}

function hasUnfinished(row: WorkflowRow): boolean {
  return jobStates.some((state) => row[state] > 0 && !finalStates.some((final) => final === state));
}

/** How many parents each job has. */
function parentsByChild({ names, edges }: Graph): number[] {
  const counts = names.map(() => 0);
  for (const { child } of edges) counts[child] = (counts[child] ?? 0) + 1;
  return counts;
}
