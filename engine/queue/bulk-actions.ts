/** What an operation on many does to one job: the same as a person would to that job alone, and why not where it can't. */

import type { FieldError } from '../../contract/errors.ts';
import type { JsonObject } from '../../contract/json.ts';
import type { OperationAction } from '../../contract/operations.ts';
import { isFinal, isWaiting, type JobState } from '../../contract/states.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { Catalog } from './catalog.ts';
import type { Control } from './control.ts';
import type { Dispatch } from './dispatch.ts';
import type { OperationTerms } from './operation-report.ts';
import type { PayloadCheck } from './payload-check.ts';
import { patchPayload } from './payload-patch.ts';
import { circuitAfter } from './service-calls.ts';

export type BulkPart =
  | { kind: 'done'; row: JobRow }
  /** It runs: it is to be told to end, and its end awaited. */
  | { kind: 'runs'; row: JobRow }
  | { kind: 'refused'; reason: string };

export type BulkActionParts = { store: Store; catalog: Catalog; control: Control; dispatch: Dispatch; now: () => number };

const stateReasons: Record<JobState, string> = {
  blocked: 'blocked',
  scheduled: 'scheduled',
  available: 'waiting in line',
  executing: 'running',
  retryable: 'waiting to be tried again',
  completed: 'completed',
  dead: 'dead',
  cancelled: 'cancelled',
};

export class BulkActions {
  readonly #parts: BulkActionParts;

  constructor(parts: BulkActionParts) {
    this.#parts = parts;
  }

  /** Before the transaction, which cannot wait for a task's file to be read: what checks the patched payloads. */
  async payloadChecks(tasks: ReadonlySet<string>): Promise<Map<string, PayloadCheck>> {
    const { catalog } = this.#parts;
    const checks = new Map<string, PayloadCheck>();
    for (const task of tasks) {
      const entry = catalog.current(task) ?? (await catalog.load(task));
      // Of a task that is not there or does not load the claim checks the payload, once it does.
      if (entry) checks.set(task, entry.check);
    }
    return checks;
  }

  /** Inside the transaction. @param row null: the job is not there */
  apply(action: OperationAction, row: JobRow | null, terms: OperationTerms, checks: ReadonlyMap<string, PayloadCheck>): BulkPart {
    if (!row) return refused('not there any more');
    if (terms.states && !terms.states.includes(row.state)) return refused(stateReasons[row.state]);
    switch (action) {
      case 'redrive':
        return row.state === 'dead' ? this.#redrive(row, terms, checks.get(row.task)) : refused(stateReasons[row.state]);
      case 'retry':
        if (row.state === 'retryable') return this.#dueNow(row);
        return row.state === 'dead' || row.state === 'cancelled' ? this.#renew(row, row.payload) : refused(stateReasons[row.state]);
      case 'run-now':
        return row.state === 'scheduled' || row.state === 'retryable' ? this.#dueNow(row) : refused(stateReasons[row.state]);
      case 'cancel':
        if (row.state === 'executing') return { kind: 'runs', row };
        return isWaiting(row.state)
          ? { kind: 'done', row: this.#parts.store.jobs.cancelWaiting(row, this.#parts.now()) }
          : refused(stateReasons[row.state]);
      case 'discard':
        return row.state === 'dead' ? this.#delete(row) : refused(stateReasons[row.state]);
      case 'delete':
        return row.state === 'executing' ? refused('running; cancel first') : this.#delete(row);
    }
  }

  /** After the commit. */
  announce(action: OperationAction, row: JobRow): void {
    const { control, dispatch } = this.#parts;
    if (action === 'discard' || action === 'delete') control.announceDeleted(row);
    else if (isFinal(row.state)) dispatch.announceEnd(row);
    else control.announceAvailable(row);
  }

  #redrive(row: JobRow, { patch }: OperationTerms, check: PayloadCheck | undefined): BulkPart {
    if (!patch) return this.#renew(row, row.payload);
    const patched = patchPayload(JSON.parse(row.payload) as JsonObject, patch);
    if ('refused' in patched) return refused(patched.refused);
    const misfits = check?.(patched.payload) ?? [];
    return misfits.length > 0 ? refused(misfitReason(misfits)) : this.#renew(row, JSON.stringify(patched.payload));
  }

  #renew(row: JobRow, payload: string): BulkPart {
    const { control, store, catalog, now } = this.#parts;
    if (control.keyHolder(row)) return refused('another job holds the unique key');
    const hindrance = control.renewalHindrance(row);
    if (hindrance) return refused(hindrance);
    const circuit = circuitAfter(row, payload, catalog.known(row.task));
    return { kind: 'done', row: control.inLine(store.jobs.renewJob({ ...row, circuit }, now(), payload)) };
  }

  #dueNow(row: JobRow): BulkPart {
    const { control, store, now } = this.#parts;
    return { kind: 'done', row: control.inLine(store.jobs.makeDueNow(row, now())) };
  }

  #delete(row: JobRow): BulkPart {
    if (row.workflow_id !== null) return refused('deleted only with its workflow');
    const { store, now } = this.#parts;
    return { kind: 'done', row: store.jobs.deleteJob(row, now()) };
  }
}

function refused(reason: string): BulkPart {
  return { kind: 'refused', reason };
}

function misfitReason(misfits: FieldError[]): string {
  return `the patched payload does not fit the task: ${misfits
    .slice(0, 3)
    .map(({ path, message }) => `${path} ${message}`)
    .join('; ')}`;
}
