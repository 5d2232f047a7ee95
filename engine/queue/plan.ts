/** From a submission to the job that will be inserted, and how long its caller waits for it. Pure: the circumstances are given. */

import { invalid, Problem } from '../../contract/errors.ts';
import type { Decision, LaneName, Mode } from '../../contract/job.ts';
import type { TaskStats } from '../../contract/resources.ts';
import { mergeRetry } from '../../contract/retry.ts';
import type { Submission } from '../../contract/submission.ts';
import type { JobRow } from '../store/job-row.ts';
import { notifyText } from '../store/notify-text.ts';
import type { SubmitOptions } from './backend.ts';
import { type CatalogEntry, defaultsOf, laneOf } from './catalog.ts';
import { type DecisionFacts, decide, seconds } from './decide.ts';
import type { SyncHindrance } from './dispatch.ts';
import type { Pace } from './pace.ts';
import { type Promised, undoOf } from './promise.ts';

export type PlanFacts = {
  now: number;
  nonce: number;
  queue: string;
  queueState: 'open' | 'limited' | 'paused';
  stats: TaskStats;
  /** How fast its task is known to be; null: too few runs were measured. */
  pace: Pace | null;
  /** How long it would stand in line, in milliseconds, where it does not start at once; null: nobody knows. */
  lineMs: () => number | null;
  /** A place is free on the task's own lane and nothing is ahead. */
  startsAtOnce: boolean;
  /** Why it cannot start on the interactive lane now; null: it can. */
  syncHindrance: SyncHindrance | null;
  circuit: string | null;
  /** Its service is left alone for now; null: it is not. */
  serviceDown: DecisionFacts['serviceDown'];
  /** Of a hybrid job. */
  promised: Promised | null;
  /** When that will likely be over, in milliseconds. */
  hindranceEndsInMs: (hindrance: SyncHindrance) => number;
};

/** @throws Problem invalid-request, lane-saturated, rate-limited, circuit-open */
export function planJob(submission: Submission, entry: CatalogEntry, options: SubmitOptions, facts: PlanFacts): JobRow {
  const { now, queue } = facts;
  const runAt = Math.max(submission.runAt === null ? now : Date.parse(submission.runAt), now) + submission.delayMs;
  const waitMs = submission.waitMs ?? options.waitMs;
  const respondAsync = options.respondAsync && waitMs === undefined;
  const deadlineAt = submission.deadlineMs === undefined ? null : now + submission.deadlineMs;
  if (deadlineAt !== null && runAt >= deadlineAt)
    throw invalid('/deadlineMs', 'must be longer than it is until the job is due, or it would never run');
  const mode: Mode = submission.mode === 'sync' && respondAsync ? 'async' : submission.mode;
  if (mode === 'sync') refuseSync(submission, runAt, options.idempotency !== undefined || submission.unique != null, facts);
  const decision = mode === 'auto' ? decisionFor(entry, runAt, waitMs, respondAsync, facts) : unpromised(facts);
  const undo = undoOf(submission, entry);
  const declared = defaultsOf(entry);
  const retry = mergeRetry(declared.retry, submission.retry ?? {});
  // Whoever waits for a failure wants to know of it, not to wait for the next attempt.
  const budget = mode === 'sync' && !submission.retry ? 1 : retry.maxAttempts;
  return {
    seq: 0,
    nonce: facts.nonce,
    created_at: now,
    state: runAt > now ? 'scheduled' : 'available',
    task: entry.name,
    queue,
    mode,
    lane: laneFor(entry, mode, decision, facts),
    priority: submission.priority,
    attempt: 0,
    max_attempts: budget,
    budget,
    crashes: 0,
    run_at: runAt,
    started_at: null,
    finished_at: null,
    timeout_ms: submission.timeoutMs ?? declared.timeoutMs,
    unique_key: submission.unique?.key ?? null,
    workflow_id: null,
    tags: JSON.stringify(submission.tags),
    retry: JSON.stringify({ ...retry, maxAttempts: budget }),
    progress: null,
    decision: decision === null ? null : JSON.stringify(decision),
    error: null,
    payload: JSON.stringify(submission.payload),
    first_payload: null,
    optimistic: facts.promised?.optimistic ?? null,
    result: null,
    first_started_at: null,
    deadline_ms: submission.deadlineMs ?? null,
    deadline_at: deadlineAt,
    concurrency_key: submission.concurrencyKey ?? null,
    unique_scope: submission.unique?.scope ?? null,
    circuit: facts.circuit,
    schedule_slot: null,
    fingerprint: null,
    result_bytes: null,
    purpose: 'run',
    on_failure: undo === null ? null : JSON.stringify(undo),
    compensates: null,
    compensation: null,
    compensated_by: null,
    notify: notifyText(submission.notify),
  };
}

/** Why a hybrid job was answered without a promise. */
function unpromised({ promised, stats }: PlanFacts): Decision | null {
  if (!promised || promised.reason === null) return null;
  return { mode: 'hybrid', reason: promised.reason, p95Ms: stats.p95Ms, samples: stats.samples, waitMs: null };
}

/** How long the caller waits for a job that was planned now or before. @param asked milliseconds, if the caller gave them */
export function waitOf(row: JobRow, asked: number | undefined): 'end' | number {
  if (asked !== undefined) return asked;
  if (row.mode === 'sync') return 'end';
  return row.decision === null ? 0 : ((JSON.parse(row.decision) as Decision).waitMs ?? 0);
}

/** Sync work that cannot start now is refused rather than queued, with an honest time to come back. */
export function syncRefusal(hindrance: SyncHindrance, task: string, retryAfterMs: number): Problem {
  if (hindrance.kind === 'rate') {
    return new Problem(
      'rate-limited',
      "The queue's rate limit is used up for now. Nothing was accepted. Try again later, or submit it async.",
      { retryAfterMs },
    );
  }
  if (hindrance.kind === 'circuit') {
    const detail = `${hindrance.name} failed too often of late, so it is left alone for now (GET /v1/circuits). Nothing was accepted. Try again later, or submit it async.`;
    return new Problem('circuit-open', detail, { retryAfterMs: hindrance.waitMs });
  }
  const taken =
    hindrance.kind === 'lane'
      ? 'Every place of the interactive lane is taken.'
      : `As many jobs of the task "${task}", or of its key, run as may at once.`;
  return new Problem(
    'lane-saturated',
    `${taken} Nothing was accepted. One is likely free in ${seconds(retryAfterMs)}: try again then, or submit it async.`,
    { retryAfterMs },
  );
}

function refuseSync(submission: Submission, runAt: number, mayStand: boolean, { now, syncHindrance, hindranceEndsInMs }: PlanFacts): void {
  if (runAt > now) throw invalid(submission.delayMs > 0 ? '/delayMs' : '/runAt', 'a sync job runs now: leave it out, or submit it async');
  // A job that stands needs no place: whether there is one is asked again once it is looked for.
  if (syncHindrance && !mayStand) throw syncRefusal(syncHindrance, submission.task, hindranceEndsInMs(syncHindrance));
}

function decisionFor(
  entry: CatalogEntry,
  runAt: number,
  callerWaitMs: number | undefined,
  respondAsync: boolean,
  facts: PlanFacts,
): Decision {
  const { stats, pace, queueState, serviceDown, now } = facts;
  if (respondAsync) return { mode: 'async', reason: 'The caller asked for it.', p95Ms: stats.p95Ms, samples: stats.samples, waitMs: null };
  // Only what is fast may take the interactive lane.
  const startsAtOnce = facts.startsAtOnce || (pace === 'fast' && facts.syncHindrance === null);
  return decide({
    ...{ stats, pace, callerWaitMs, startsAtOnce, queueState, serviceDown },
    declares: entry.description.declares,
    delayed: runAt > now,
    lineMs: startsAtOnce && queueState === 'open' ? null : facts.lineMs(),
  });
}

/** What `auto` found to be fast takes the interactive lane only when its own is busy: should it turn out slow, it holds up nobody who waits. */
function laneFor(entry: CatalogEntry, mode: Mode, decision: Decision | null, { startsAtOnce }: PlanFacts): LaneName {
  const interactive = mode === 'sync' || (decision?.mode === 'sync' && !startsAtOnce);
  return interactive ? 'interactive' : laneOf(entry);
}
