/** What is run for a promise that was not kept, and how all who watch hear of it. */

import type { JobError } from '../../contract/job.ts';
import { defaults } from '../../contract/limits.ts';
import { defaultRetry, type RetryPolicy } from '../../contract/retry.ts';
import { isFinal } from '../../contract/states.ts';
import type { CompensatedJob } from '../../contract/task.ts';
import type { PlanCompensation } from '../store/compensations.ts';
import { nonceLimit } from '../store/job-id.ts';
import { givenBack, type JobRow, jobIdOf, type Undo } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { type Catalog, type CatalogEntry, defaultsOf, laneOf } from './catalog.ts';
import type { EventStream } from './event-stream.ts';
import type { Measurements } from './measure.ts';
import { circuitOf } from './service-calls.ts';

export type PlannerParts = {
  catalog: Catalog;
  /** The next number in the order of submission. */
  nextSeq: () => number;
  /** Inside the transaction: a job was put in line. */
  becameReady: (row: JobRow) => void;
  random: () => number;
};

/** For store/compensations.ts: called inside the transaction that ends a job dead or cancelled. */
export function compensationPlanner({ catalog, nextSeq, becameReady, random }: PlannerParts): PlanCompensation {
  return (failed, at) => {
    const undo = failed.on_failure === null ? null : (JSON.parse(failed.on_failure) as Undo);
    if (undo === null) return null;
    const entry = catalog.known('task' in undo ? undo.task : failed.task);
    const row = compensationOf(failed, undo, entry, { at, seq: nextSeq, nonce: Math.floor(random() * nonceLimit) });
    if (row) becameReady(row);
    return row;
  };
}

/**
 * The job that makes up for `failed`, or null when there is nothing to run. Pure.
 * @param entry its task as it is now. Of one that is not known (an engine that starts, a file that is gone) the word of the submission
 * counts, with the limits of the job itself: a rollback that may be needed is run rather than lost
 */
export function compensationOf(
  failed: JobRow,
  undo: Undo,
  entry: CatalogEntry | undefined,
  { at, seq, nonce }: { at: number; seq: () => number; nonce: number },
): JobRow | null {
  const known = entry && entry.error === null ? entry : null;
  const isRollback = !('task' in undo);
  if (isRollback && !(known ? known.description.hasRollback : undo.rollback)) return null;
  const { timeoutMs, retry } = known ? defaultsOf(known) : unknownLimits(failed, isRollback);
  const compensates: CompensatedJob = {
    jobId: jobIdOf(failed),
    optimistic: givenBack(failed.optimistic),
    error: failed.error === null ? null : (JSON.parse(failed.error) as JobError),
  };
  const ownLane = failed.lane === 'interactive' ? 'cpu' : failed.lane;
  return {
    seq: seq(),
    nonce,
    created_at: at,
    state: 'available',
    task: isRollback ? failed.task : undo.task,
    queue: failed.queue,
    mode: 'async',
    lane: known ? laneOf(known) : ownLane,
    priority: failed.priority,
    attempt: 0,
    max_attempts: retry.maxAttempts,
    budget: retry.maxAttempts,
    crashes: 0,
    run_at: at,
    started_at: null,
    finished_at: null,
    timeout_ms: timeoutMs,
    unique_key: null,
    workflow_id: null,
    tags: failed.tags,
    retry: JSON.stringify(retry),
    progress: null,
    decision: null,
    error: null,
    payload: isRollback ? failed.payload : JSON.stringify(undo.payload),
    first_payload: null,
    optimistic: null,
    result: null,
    first_started_at: null,
    deadline_ms: null,
    deadline_at: null,
    // What must not run beside the work must not run beside its rollback.
    concurrency_key: isRollback ? failed.concurrency_key : null,
    unique_scope: null,
    circuit: isRollback ? failed.circuit : circuitOf(known?.description.circuit ?? null, undo.payload),
    schedule_slot: null,
    fingerprint: null,
    result_bytes: null,
    purpose: isRollback ? 'rollback' : 'run',
    on_failure: null,
    compensates: JSON.stringify(compensates),
    compensation: null,
    compensated_by: null,
    notify: null,
  };
}

/** Not the attempts: a job that its caller allowed one of is still rolled back with patience. */
function unknownLimits(failed: JobRow, isRollback: boolean): { timeoutMs: number; retry: RetryPolicy } {
  if (!isRollback) return { timeoutMs: defaults.timeoutMs, retry: defaultRetry };
  const retry = JSON.parse(failed.retry) as RetryPolicy;
  return { timeoutMs: failed.timeout_ms, retry: { ...retry, maxAttempts: Math.max(retry.maxAttempts, defaultRetry.maxAttempts) } };
}

/** Why a job that has ended may not run again now: it and what makes up for it would work against each other. null: it may. */
export function renewalHindrance(row: JobRow, findJob: (id: string) => JobRow | null): string | null {
  if (row.compensation === 'pending') return 'what makes up for it has not ended';
  const failed = row.compensates === null ? null : findJob(compensatedIdOf(row.compensates));
  return failed && failed.state !== 'dead' && failed.state !== 'cancelled' ? 'the job that it makes up for was run again since' : null;
}

function compensatedIdOf(compensates: string): string {
  return (JSON.parse(compensates) as CompensatedJob).jobId;
}

export type CompensationParts = { store: Store; events: EventStream; measurements: Measurements; now: () => number };

/** Tells of what the store did about promises. Always after its commit. */
export class Compensations {
  readonly #parts: CompensationParts;

  constructor(parts: CompensationParts) {
    this.#parts = parts;
  }

  /** A job has become final. */
  announceEnd(row: JobRow): void {
    this.#announceMade(row);
    this.#announceFate(row);
  }

  announceDeleted(row: JobRow): void {
    if (isFinal(row.state)) return;
    this.#announceMade(row);
    this.#announceFate(row);
  }

  #announceMade(row: JobRow): void {
    const { store, events, measurements } = this.#parts;
    // Only now: a job whose compensation is under way is not run again, so it does not end a second time meanwhile.
    const made = row.compensation === 'pending' && row.compensated_by !== null ? store.jobs.findJob(row.compensated_by) : null;
    if (made) {
      measurements.submitted(1);
      events.job('job.created', made, made.created_at);
    }
  }

  /** A job that had ended is to run again. */
  announceRenewed(row: JobRow): void {
    const failed = this.#compensated(row);
    if (failed) this.#parts.events.job('job.changed', failed, this.#parts.now());
  }

  #announceFate(row: JobRow): void {
    const failed = this.#compensated(row);
    if (!failed) return;
    const type = failed.compensation === 'compensated' ? 'job.compensated' : 'job.compensation-failed';
    this.#parts.events.job(type, failed, this.#parts.now());
  }

  #compensated(row: JobRow): JobRow | null {
    if (row.compensates === null) return null;
    const failed = this.#parts.store.jobs.findJob(compensatedIdOf(row.compensates));
    return failed?.compensated_by === jobIdOf(row) ? failed : null;
  }
}
