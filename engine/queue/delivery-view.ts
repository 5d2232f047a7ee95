/** Deliveries as callers see them: put together from the delivery and the jobs that sent it. */

import type { JobError } from '../../contract/job.ts';
import type { Delivery, DeliveryAttempt } from '../../contract/notify.ts';
import { isFinal } from '../../contract/states.ts';
import type { DeliveryRow } from '../store/deliveries.ts';
import { type JobRow, jobIdOf, timeOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';

const shownAttempts = 50;
/** Of one that was sent again and again by hand the last runs are shown. */
const shownRuns = 5;

export function deliveryOf(row: DeliveryRow, store: Store): Delivery {
  const runs = store.deliveries.runsOf(row.number, shownRuns).flatMap((seq) => store.jobs.readJob(seq) ?? []);
  const [last] = runs;
  const waits = row.state === 'pending' && last && !isFinal(last.state) && last.state !== 'executing';
  return {
    id: row.id,
    jobId: row.job_id,
    event: row.event,
    type: row.type,
    target: row.type === 'email' ? (JSON.parse(row.target) as string[]).join(', ') : row.target,
    endpointId: row.endpoint_id,
    state: row.state,
    createdAt: timeOf(row.created_at),
    endedAt: timeOf(row.ended_at),
    nextAttemptAt: waits ? timeOf(last.run_at) : null,
    runId: last ? jobIdOf(last) : null,
    error: row.error === null ? null : (JSON.parse(row.error) as JobError),
    attempts: runs
      .toReversed()
      .flatMap((run) => attemptsOf(run, store))
      .slice(-shownAttempts),
  };
}

function attemptsOf(run: JobRow, store: Store): DeliveryAttempt[] {
  const before = Math.max(0, run.attempt - shownAttempts);
  return store.attempts.attemptsAfter(run.seq, before, shownAttempts).flatMap(({ attempt, startedAt, finishedAt, outcome, error }) =>
    outcome === null || finishedAt === null
      ? []
      : [
          {
            runId: jobIdOf(run),
            attempt,
            startedAt,
            finishedAt,
            outcome,
            error,
            status: outcome === 'succeeded' ? statusIn(run.result) : statusOf(error),
          },
        ],
  );
}

function statusOf(error: JobError | null): number | null {
  const details = error?.details;
  return typeof details === 'object' && details !== null && !Array.isArray(details) && typeof details.status === 'number'
    ? details.status
    : null;
}

function statusIn(result: string | null): number | null {
  const value = result === null ? null : (JSON.parse(result) as { status?: unknown } | null);
  return typeof value?.status === 'number' ? value.status : null;
}
