/** From a submission to the job that will be inserted, and how long its caller waits for it. Pure: the circumstances are given. */

import { invalid, Problem } from '../../contract/errors.ts';
import type { Decision, LaneName, Mode } from '../../contract/job.ts';
import type { TaskStats } from '../../contract/resources.ts';
import { mergeRetry, type RetryPolicy } from '../../contract/retry.ts';
import type { Submission } from '../../contract/submission.ts';
import type { JobRow } from '../store/job-row.ts';
import { notifyText } from '../store/notify-text.ts';
import type { SubmitOptions } from './backend.ts';
import { type CatalogEntry, defaultsOf, laneOf } from './catalog.ts';
import { type DecisionFacts, decide, seconds } from './decide.ts';
import type { SyncHindrance } from './dispatch.ts';
import type { Pace } from './pace.ts';
import { type Promised, undoOf } from './promise.ts';

/** Some of it takes work to find out, so each is read only where a mode needs it. */
export type PlanFacts = {
  readonly now: number;
  readonly nonce: number;
  readonly queue: string;
  readonly queueState: 'open' | 'limited' | 'paused';
  readonly stats: TaskStats;
  /** How fast its task is known to be; null: too few runs were measured. */
  readonly pace: Pace | null;
  /** How long it would stand in line, in milliseconds, where it does not start at once; null: nobody knows. */
  readonly lineMs: () => number | null;
  /** A place is free on the task's own lane and nothing is ahead. */
  readonly startsAtOnce: boolean;
  /** Why it cannot start on the interactive lane now; null: it can. */
  readonly syncHindrance: SyncHindrance | null;
  readonly circuit: string | null;
  /** Its service is left alone for now; null: it is not. */
  readonly serviceDown: DecisionFacts['serviceDown'];
  /** Of a hybrid job. */
  readonly promised: Promised | null;
  /** When that will likely be over, in milliseconds. */
  hindranceEndsInMs(hindrance: SyncHindrance): number;
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
  const { budget, text: retry } = retryFor(entry, submission, mode);
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
    timeout_ms: submission.timeoutMs ?? defaultsOf(entry).timeoutMs,
    unique_key: submission.unique?.key ?? null,
    workflow_id: null,
    tags: submission.tags.length === 0 ? '[]' : JSON.stringify(submission.tags),
    retry,
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

/** Of a job that starts as it is accepted. Its row is changed, not copied: that takes as long as to plan it. */
export function startAtOnce(row: JobRow, at: number): void {
  row.state = 'executing';
  row.attempt = 1;
  row.started_at = at;
  row.first_started_at = at;
}

type Retry = { budget: number /** A RetryPolicy as JSON. */; text: string };

/** Without a policy of their own all jobs of a task have the same, whose text takes longer to make than the rest of a plan. */
const declaredRetries = new WeakMap<CatalogEntry, { once: Retry; declared: Retry }>();

function retryFor(entry: CatalogEntry, { retry: given }: Submission, mode: Mode): Retry {
  if (given) return retryOf(mergeRetry(defaultsOf(entry).retry, given));
  let known = declaredRetries.get(entry);
  if (!known) {
    const { retry } = defaultsOf(entry);
    known = { once: retryOf({ ...retry, maxAttempts: 1 }), declared: retryOf(retry) };
    declaredRetries.set(entry, known);
  }
  // Whoever waits for a failure wants to know of it, not to wait for the next attempt.
  return mode === 'sync' ? known.once : known.declared;
}

function retryOf(policy: RetryPolicy): Retry {
  return { budget: policy.maxAttempts, text: JSON.stringify(policy) };
}

/** Why a hybrid job was answered without a promise. */
function unpromised(facts: PlanFacts): Decision | null {
  const { promised } = facts;
  if (!promised || promised.reason === null) return null;
  const { p95Ms, samples } = facts.stats;
  return { mode: 'hybrid', reason: promised.reason, p95Ms, samples, waitMs: null };
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

function refuseSync(submission: Submission, runAt: number, mayStand: boolean, facts: PlanFacts): void {
  if (runAt > facts.now)
    throw invalid(submission.delayMs > 0 ? '/delayMs' : '/runAt', 'a sync job runs now: leave it out, or submit it async');
  // A job that stands needs no place: whether there is one is asked again once it is looked for.
  if (mayStand) return;
  const { syncHindrance } = facts;
  if (syncHindrance) throw syncRefusal(syncHindrance, submission.task, facts.hindranceEndsInMs(syncHindrance));
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
function laneFor(entry: CatalogEntry, mode: Mode, decision: Decision | null, facts: PlanFacts): LaneName {
  const interactive = mode === 'sync' || (decision?.mode === 'sync' && !facts.startsAtOnce);
  return interactive ? 'interactive' : laneOf(entry);
}
