/** What the planner is asked, and what follows from it by arithmetic alone. */

import type { ArrivalPattern, ServiceTime } from '../contract/lab.ts';
import { defaultRetry, type RetryPolicy, retryDelayMs } from '../contract/retry.ts';
import { arrivalScv } from './arrivals.ts';
import { deadShare, meanAttempts } from './attempts.ts';
import type { PriorityShare } from './priority-shares.ts';
import { distributionOf } from './service-time.ts';

export type PlanQuestion = {
  /** Jobs a second; 0 asks only when the backlog is gone. */
  arrivalsPerSecond: number;
  /** Poisson by default. */
  arrivals?: ArrivalPattern;
  /** How long one attempt takes. */
  service: ServiceTime;
  /** Chance that an attempt fails, 0…1; 0 by default. */
  failureRate?: number;
  /** The engine's default policy by default; for `sync` no other attempt. */
  retry?: RetryPolicy;
  /** Jobs that may run at once: threads of the cpu lane, places of the io lane. */
  workers: number;
  limits?: { concurrency?: number | null; rateLimit?: { max: number; perMs: number } | null; maxBacklog?: number | null };
  priorities?: readonly PriorityShare[];
  /** Jobs that wait already; 0 by default. */
  backlog?: number;
  /** `async` by default. `sync` is refused rather than queued when no place is free. */
  mode?: 'sync' | 'async';
  /** The p95 wait that is wished for, or for sync the share of calls that may be refused. Answered with the fewest workers that reach it. */
  target?: { waitP95Ms?: number; refusedShare?: number };
  /**
   * How long a place stays taken after its task has ended, until the next job has started there: the way back, the commit, the
   * way there. `defaultOverheadMs` by default; `overheadOf` finds it from a run.
   */
  overheadMs?: number;
  /** A run of this length that begins idle, rather than the steady state. */
  durationMs?: number;
  seed?: number;
};

/** About a commit and two messages on a machine that has nothing else to do; a machine under load takes ten times as long. */
export const defaultOverheadMs = 2;

export type Load = Required<Omit<PlanQuestion, 'limits' | 'target' | 'durationMs' | 'workers'>> & {
  durationMs: number | null;
  rateLimit: { max: number; perMs: number } | null;
  maxBacklog: number | null;
  /** The smaller of the workers and the queue's concurrency. */
  places: number;
  workers: number;
  /** Attempts of a job on the average. */
  attempts: number;
  deadShare: number;
  /** First attempts and retries together. */
  attemptsPerSecond: number;
  meanServiceMs: number;
  /** Service and overhead: how long an attempt keeps its place. */
  meanHeldMs: number;
  /** Of how long a place is kept. */
  heldScv: number;
  arrivalScv: number;
  /** Places that the load fills on the average. */
  erlangs: number;
  /** Attempts a second that places and rate limit let through. */
  capacityPerSecond: number;
};

const once: RetryPolicy = { ...defaultRetry, maxAttempts: 1 };

/** @throws RangeError for numbers that no load can have */
export function loadOf(question: PlanQuestion): Load {
  const { arrivalsPerSecond, service, workers, limits = {}, mode = 'async', durationMs = null } = question;
  const {
    arrivals = { kind: 'poisson' },
    failureRate = 0,
    backlog = 0,
    priorities = [],
    overheadMs = defaultOverheadMs,
    seed = 1,
  } = question;
  const retry = question.retry ?? (mode === 'sync' ? once : defaultRetry);
  const { rateLimit = null, maxBacklog = null, concurrency = null } = limits;
  const places = Math.min(workers, mode === 'sync' ? workers : (concurrency ?? workers));
  check(arrivalsPerSecond >= 0 && Number.isFinite(arrivalsPerSecond), 'arrivalsPerSecond must be 0 or more');
  check(Number.isInteger(places) && places >= 1, 'workers and concurrency must be whole numbers from 1');
  check(failureRate >= 0 && failureRate <= 1, 'failureRate must be from 0 to 1');
  check(Number.isInteger(backlog) && backlog >= 0, 'backlog must be a whole number from 0');
  check(durationMs === null || durationMs > 0, 'durationMs must be more than 0');
  const { meanMs, scv } = distributionOf(service);
  const attempts = meanAttempts(failureRate, retry.maxAttempts);
  const attemptsPerSecond = arrivalsPerSecond * attempts;
  const meanHeldMs = meanMs + overheadMs;
  check(meanHeldMs > 0, 'service time and overhead must not both be 0');
  return {
    ...{ arrivalsPerSecond, arrivals, service, failureRate, retry, backlog, priorities, mode, overheadMs, seed, durationMs },
    ...{ rateLimit, maxBacklog, places, workers, attempts, attemptsPerSecond, meanServiceMs: meanMs, meanHeldMs },
    deadShare: deadShare(failureRate, retry.maxAttempts),
    heldScv: scv * (meanMs / meanHeldMs) ** 2,
    arrivalScv: arrivalScv(arrivals, Math.max(arrivalsPerSecond, Number.MIN_VALUE)),
    erlangs: (attemptsPerSecond * meanHeldMs) / 1000,
    capacityPerSecond: Math.min(
      (places * 1000) / meanHeldMs,
      rateLimit ? (rateLimit.max * 1000) / rateLimit.perMs : Number.POSITIVE_INFINITY,
    ),
  };
}

export function withPlaces(load: Load, places: number): Load {
  const ofRate = load.rateLimit ? (load.rateLimit.max * 1000) / load.rateLimit.perMs : Number.POSITIVE_INFINITY;
  return { ...load, places, workers: places, capacityPerSecond: Math.min((places * 1000) / load.meanHeldMs, ofRate) };
}

/** More comes than can be done, and nothing is refused: the line grows for ever. */
export function isUnstable(load: Load): boolean {
  return load.mode === 'async' && load.maxBacklog === null && load.attemptsPerSecond >= load.capacityPerSecond;
}

/** By how many jobs a second the line grows; below 0 it shrinks. Each job takes `attempts` of the capacity. */
export function growthPerSecond(load: Load): number {
  return load.arrivalsPerSecond - load.capacityPerSecond / load.attempts;
}

/** How long retries go on until fewer than one job in a hundred still waits for one, in milliseconds. */
export function retrySpanMs({ retry, failureRate }: Load): number {
  let spanMs = 0;
  let left = failureRate;
  for (let failures = 1; failures < retry.maxAttempts && left > 0.01; failures++) {
    spanMs += retryDelayMs(retry, failures, 0.5);
    left *= failureRate;
  }
  return Math.min(spanMs, retry.retryForMs ?? Number.POSITIVE_INFINITY);
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new RangeError(message);
}
