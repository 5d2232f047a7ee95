/** From a submission to the job that will be inserted, and how long its caller waits for it. Pure: the circumstances are given. */

import { invalid, Problem } from '../../contract/errors.ts';
import type { Decision, LaneName, Mode } from '../../contract/job.ts';
import type { TaskStats } from '../../contract/resources.ts';
import type { RetryPolicy } from '../../contract/retry.ts';
import type { Submission } from '../../contract/submission.ts';
import type { JobRow } from '../store/job-row.ts';
import type { SubmitOptions } from './backend.ts';
import { type CatalogEntry, defaultsOf, laneOf } from './catalog.ts';
import { decide } from './decide.ts';

export type PlanFacts = {
  now: number;
  nonce: number;
  queue: string;
  queueState: 'open' | 'limited' | 'paused';
  stats: TaskStats;
  /** A place is free on the task's own lane and nothing is ahead. */
  startsAtOnce: boolean;
  /** The interactive lane has a place. */
  interactiveFree: boolean;
};

/** @throws Problem invalid-request, lane-saturated */
export function planJob(submission: Submission, entry: CatalogEntry, options: SubmitOptions, facts: PlanFacts): JobRow {
  const { now, queue } = facts;
  const runAt = Math.max(submission.runAt === null ? now : Date.parse(submission.runAt), now) + submission.delayMs;
  const waitMs = submission.waitMs ?? options.waitMs;
  const respondAsync = options.respondAsync && waitMs === undefined;
  const mode: Mode = submission.mode !== 'auto' && respondAsync ? 'async' : submission.mode;
  if (mode === 'sync') refuseSync(submission, runAt, options.idempotency !== undefined || submission.unique != null, facts);
  const decision = mode === 'auto' ? decisionFor(runAt, waitMs, respondAsync, facts) : null;
  const declared = defaultsOf(entry);
  const retry: RetryPolicy = { ...declared.retry, ...given(submission.retry ?? {}) };
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
    optimistic: null,
    result: null,
    schedule_slot: null,
    fingerprint: null,
  };
}

/** How long the caller waits for a job that was planned now or before. @param asked milliseconds, if the caller gave them */
export function waitOf(row: JobRow, asked: number | undefined): 'end' | number {
  if (asked !== undefined) return asked;
  if (row.mode === 'sync') return 'end';
  return row.decision === null ? 0 : ((JSON.parse(row.decision) as Decision).waitMs ?? 0);
}

/** The interactive lane took all it takes: an honest time to come back, in milliseconds. */
export function laneSaturated({ p50Ms }: TaskStats): Problem {
  return new Problem(
    'lane-saturated',
    'Every place of the interactive lane is taken. Nothing was accepted. Try again in a moment, or submit it async.',
    {
      retryAfterMs: Math.min(60_000, Math.max(1_000, p50Ms ?? 1_000)),
    },
  );
}

function refuseSync(submission: Submission, runAt: number, mayStand: boolean, { now, stats, interactiveFree }: PlanFacts): void {
  if (runAt > now) throw invalid(submission.delayMs > 0 ? '/delayMs' : '/runAt', 'a sync job runs now: leave it out, or submit it async');
  // A job that stands needs no place: whether there is one is asked again once it is looked for.
  if (!interactiveFree && !mayStand) throw laneSaturated(stats);
}

function decisionFor(runAt: number, callerWaitMs: number | undefined, respondAsync: boolean, facts: PlanFacts): Decision {
  if (respondAsync)
    return { mode: 'async', reason: 'The caller asked for it.', p95Ms: facts.stats.p95Ms, samples: facts.stats.samples, waitMs: null };
  const { stats, queueState, now } = facts;
  return decide({ stats, callerWaitMs, delayed: runAt > now, startsAtOnce: facts.startsAtOnce || facts.interactiveFree, queueState });
}

/** What `auto` found to be fast takes the interactive lane only when its own is busy: should it turn out slow, it holds up nobody who waits. */
function laneFor(entry: CatalogEntry, mode: Mode, decision: Decision | null, { startsAtOnce }: PlanFacts): LaneName {
  const interactive = mode === 'sync' || (decision?.mode === 'sync' && !startsAtOnce);
  return interactive ? 'interactive' : laneOf(entry);
}

function given<Value extends object>(value: Value): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };
}
