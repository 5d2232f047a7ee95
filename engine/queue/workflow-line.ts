/** What the end of one job means for those that wait for it, in the transaction in which it ends; and what becomes of the workflow. */

import type { JobError } from '../../contract/job.ts';
import { isFinal } from '../../contract/states.ts';
import { type JobRow, timeOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { WorkflowPlace } from '../store/workflow-jobs.ts';
import { type WorkflowRow, workflowSummaryOf } from '../store/workflows.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventStream } from './event-stream.ts';
import type { Waiters } from './waiters.ts';
import { stateOfWorkflow } from './workflow-state.ts';

export type WorkflowLineParts = {
  store: Store;
  dispatch: Dispatch;
  events: EventStream;
  /** By the workflow's number. */
  waiters: Waiters<WorkflowRow>;
  now: () => number;
};

/** Places that are read at once. */
const pagePlaces = 500;

export class WorkflowLine {
  readonly #parts: WorkflowLineParts;
  /** Inserted in the transaction that is open. */
  readonly #created = new Set<string>();
  /** To be told after the commit. */
  #after: (() => void)[] = [];
  #open = false;

  constructor(parts: WorkflowLineParts) {
    this.#parts = parts;
  }

  /** The line is open: what is unblocked is told to it. */
  open(): void {
    this.#open = true;
  }

  /** Inside a transaction: a workflow was inserted. */
  created(id: string): void {
    this.#created.add(id);
  }

  /** Inside a transaction: all that waits is cancelled. @returns the numbers of those that run */
  cancelWaiting(workflow: WorkflowRow): number[] {
    const { store, now } = this.#parts;
    const running: number[] = [];
    for (const { seq } of this.places(workflow.number)) {
      const row = store.jobs.readJob(seq);
      if (!row || isFinal(row.state)) continue;
      if (row.state === 'executing') running.push(seq);
      else this.#tellEnd(store.jobs.cancelWaiting(row, now()));
    }
    return running;
  }

  *places(workflow: number): Generator<WorkflowPlace> {
    const { workflowJobs } = this.#parts.store;
    let last = -1;
    for (;;) {
      const page = workflowJobs.placesAfter(workflow, last, pagePlaces);
      yield* page;
      if (page.length < pagePlaces) return;
      last = page.at(-1)?.position ?? last;
    }
  }

  /** Inside each turn's transaction, once before its claims and once after them: they may end jobs too. */
  settle(): void {
    const { store } = this.#parts;
    const { moved } = store.workflowChanges;
    do {
      // What is added meanwhile comes by too.
      for (const seq of moved) {
        moved.delete(seq);
        const row = store.jobs.readJob(seq);
        const place = row && store.workflowJobs.placeOf(seq);
        if (!row || !place) continue;
        if (isFinal(row.state)) this.#ended(row, place);
        else this.#renewed(row, place);
      }
      // In one that is to end, what comes back to wait (its thread or its engine went down) has no further attempt.
      for (const id of store.workflowChanges.waitingSince()) {
        const workflow = store.workflows.findWorkflow(id);
        if (workflow?.cancelling === 1 && workflow.state === 'running') this.cancelWaiting(workflow);
      }
    } while (moved.size > 0);
  }

  /** Inside the transaction, at its end. @returns what is to be told after the commit */
  flush(): (() => void) | null {
    const { store, now } = this.#parts;
    for (const [id, changes] of store.workflowChanges.counts) {
      const row = store.workflows.countJobs(id, changes);
      if (!row || row.deleting === 1) continue;
      const state = stateOfWorkflow(row, row.cancelling === 1);
      const created = this.#created.has(id);
      if (state === row.state && !created) continue;
      const finishedAt = state === 'running' ? null : now();
      // A job of one that was cancelled was told to run again.
      if (state === 'running' && row.state !== 'running') store.workflows.setCancelling(row.number, false);
      store.workflows.setState(row.number, state, finishedAt);
      this.#after.push(() => this.#tellState({ ...row, state, finished_at: finishedAt }, created));
    }
    store.workflowChanges.forget();
    this.#created.clear();
    const after = this.#after;
    this.#after = [];
    if (after.length === 0) return null;
    return () => {
      for (const tell of after) tell();
    };
  }

  undone(): void {
    this.#parts.store.workflowChanges.forget();
    this.#created.clear();
    this.#after = [];
  }

  /** After the commit that deleted it. */
  tellDeleted(row: WorkflowRow): void {
    const { events, waiters, now } = this.#parts;
    events.emitLazily(() => ({ type: 'workflow.deleted', at: timeOf(now()), workflow: workflowSummaryOf(row) }));
    waiters.wake(row.number, null);
  }

  #ended(row: JobRow, { workflow, position, name }: WorkflowPlace): void {
    const { store } = this.#parts;
    for (const { child, on_failure, met, seq } of store.workflowJobs.edgesFrom(workflow, position)) {
      if (met === 1) continue;
      if (row.state === 'completed' || on_failure === 'continue') {
        if (store.workflowJobs.meetEdge(workflow, position, child) === 0) this.#release(seq);
      } else if (on_failure === 'cancel') this.#cancelChild(seq, name, row);
    }
  }

  /** It is to end anew: those that have not begun wait for it again. What it waits for itself may have failed, and does so again. */
  #renewed({ state }: JobRow, { workflow, position }: WorkflowPlace): void {
    const { store } = this.#parts;
    if (state === 'blocked') this.parentsEnded(workflow, position);
    for (const { child, met, seq } of store.workflowJobs.edgesFrom(workflow, position)) {
      if (met === 1 && store.jobs.readJob(seq)?.state === 'blocked') store.workflowJobs.unmeetEdge(workflow, position, child);
    }
  }

  /** Inside a transaction: a job is blocked anew, and those that it waits for may have ended before. */
  parentsEnded(workflow: number, position: number): void {
    const { store } = this.#parts;
    for (const seq of store.workflowJobs.unmetParents(workflow, position)) {
      const parent = store.jobs.readJob(seq);
      if (parent && isFinal(parent.state)) store.workflowChanges.moved.add(seq);
    }
  }

  #release(seq: number): void {
    const { store, dispatch, events, now } = this.#parts;
    const row = store.jobs.readJob(seq);
    if (row?.state !== 'blocked') return;
    const at = now();
    const free = store.jobs.unblockJob(row, row.run_at > at ? 'scheduled' : 'available', Math.max(row.run_at, at));
    // Before the line is opened it is found there by the line itself.
    if (free.state === 'available' && this.#open) dispatch.becameReady(free);
    this.#after.push(() => {
      if (free.state === 'scheduled') dispatch.becameScheduled(free);
      events.job(free.state === 'available' ? 'job.available' : 'job.changed', free, at);
    });
  }

  #cancelChild(seq: number, parent: string, { state }: JobRow): void {
    const { store, now } = this.#parts;
    const row = store.jobs.readJob(seq);
    if (row?.state !== 'blocked') return;
    const error: JobError = { name: 'ParentFailed', message: `Cancelled because "${parent}", which it depends on, is ${state}.` };
    this.#tellEnd(store.jobs.cancelWaiting({ ...row, error: JSON.stringify(error) }, now()));
  }

  #tellEnd(row: JobRow): void {
    this.#parts.dispatch.leftLine(row);
    this.#after.push(() => this.#parts.dispatch.announceEnd(row));
  }

  #tellState(row: WorkflowRow, created: boolean): void {
    const { events, waiters, now } = this.#parts;
    const type = created ? 'workflow.created' : 'workflow.changed';
    events.emitLazily(() => ({ type, at: timeOf(now()), workflow: workflowSummaryOf(row) }));
    if (row.state !== 'running') waiters.wake(row.number, row);
  }
}
