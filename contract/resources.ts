/** What the other resources look like, and what may be asked of them. */

import { z } from 'zod';
import type { Advice, RunTimeBar, TaskUsage } from './advice.ts';
import type { CircuitDeclaration } from './circuit.ts';
import type { LaneName } from './job.ts';
import type { JsonObject } from './json.ts';
import type { RetryPolicy } from './retry.ts';
import type { JobState } from './states.ts';
import type { TaskDeclares } from './task.ts';

export type StateCounts = Record<JobState, number>;

export type RateLimit = { max: number; perMs: number };

export type Queue = {
  name: string;
  paused: boolean;
  /** Jobs of this queue that may run at once; null = as many as the lanes take. */
  concurrency: number | null;
  /** At most `max` starts in any `perMs` milliseconds, wherever they begin. */
  rateLimit: RateLimit | null;
  /** Submissions that would let more jobs wait are refused; null = none are. */
  maxBacklog: number | null;
  counts: StateCounts;
  /** How long the next job in line has waited since it was due; null when none waits. */
  oldestAvailableMs: number | null;
};

const queueFields = {
  paused: z.boolean().optional(),
  concurrency: z.int().min(1).max(100_000).nullable().optional(),
  rateLimit: z
    .strictObject({ max: z.int().min(1).max(1_000_000), perMs: z.int().min(1).max(86_400_000) })
    .nullable()
    .optional(),
  maxBacklog: z.int().min(1).max(1_000_000_000).nullable().optional(),
};
export const queueMakeSchema = z.strictObject(queueFields);
export const queuePatchSchema = z
  .strictObject(queueFields)
  .refine((patch) => Object.keys(patch).length > 0, 'must change something: paused, concurrency, rateLimit or maxBacklog');
export type QueuePatch = z.output<typeof queuePatchSchema>;

export type TaskStats = {
  /** Runs that were measured; old ones weigh less and less. */
  samples: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  /** Share of attempts that failed, 0…1; null without samples. */
  failureRate: number | null;
};

export type Task = {
  name: string;
  title: string;
  description: string;
  /** `built-in`, or the file of a user's own task. */
  source: string;
  lane: 'io' | 'cpu';
  /** JSON Schema 2020-12. */
  input: JsonObject;
  result: JsonObject;
  defaults: { timeoutMs: number; retry: RetryPolicy };
  declares: TaskDeclares;
  /** Of its jobs so many may run at once; null = as many as the lanes take. */
  concurrency: number | null;
  /** As `concurrency`, for each `concurrencyKey`. */
  concurrencyPerKey: number;
  /** Which service it calls, and which errors are that service's fault; null: it names none. */
  circuit: CircuitDeclaration | null;
  /** It has a `predict`: a hybrid job is promised an answer without one from its caller. */
  predicts: boolean;
  /** It has a `rollback`. */
  rollsBack: boolean;
  /** Payloads worth trying, offered by the submit form. */
  examples: JsonObject[];
  stats: TaskStats;
  usage: TaskUsage;
  /** How long its runs took, the shortest first; empty where nothing was measured. */
  runTimes: RunTimeBar[];
  advice: Advice;
  /** Why the file does not load; jobs submitted for it wait. */
  error: string | null;
};

export type WorkerThread = {
  id: number;
  lane: LaneName;
  /** What runs on it now. */
  jobs: number;
  busy: boolean;
  /** Share of the last seconds in which the thread's event loop was busy, 0…1. */
  utilization: number;
  heapBytes: number;
  /** What its JavaScript holds outside of the heap: buffers. */
  externalBytes: number;
  /** It finishes what runs on it, takes nothing more and ends. */
  draining: boolean;
  startedAt: string;
};

/** A thread that was ended between jobs because of what it held. */
export type RecycledThread = {
  at: string;
  lane: LaneName;
  thread: number;
  reason: 'memory';
  heapBytes: number;
  externalBytes: number;
};

export type Lane = {
  name: LaneName;
  threads: WorkerThread[];
  minThreads: number;
  maxThreads: number;
  jobs: number;
  /** Jobs that it can run at once. */
  places: number;
  /** A thread that holds more than this (heap and buffers) is replaced by a fresh one, once what runs on it has ended. */
  memoryLimitBytes: number;
  /** Threads that were, since the engine started. */
  recycled: number;
  lastRecycled: RecycledThread | null;
};

export type Workers = { lanes: Lane[] };

export type Stats = {
  at: string;
  /** Exact. */
  counts: StateCounts;
  queues: Record<string, StateCounts>;
  tasks: Record<string, StateCounts>;
};

/** One step of a series; every number covers [at, at + stepMs). */
export type SeriesPoint = {
  at: string;
  submitted: number;
  completed: number;
  /** Attempts that failed. */
  failed: number;
  dead: number;
  waitP50Ms: number | null;
  waitP95Ms: number | null;
  waitP99Ms: number | null;
  runP50Ms: number | null;
  runP95Ms: number | null;
  runP99Ms: number | null;
};

export type Series = { from: string; to: string; stepMs: number; points: SeriesPoint[] };

export type Health = { status: 'ok' | 'degraded'; detail: string | null };

export type Info = {
  name: 'switchyard';
  version: string;
  apiVersion: 1;
  home: string;
  pid: number;
  node: string;
  sqlite: string;
  startedAt: string;
  durability: 'full';
  limits: Record<string, number>;
};

export const operationStates = ['running', 'completed', 'stopped', 'failed'] as const;
export type OperationState = (typeof operationStates)[number];

export type Operation = {
  id: string;
  action: string;
  state: OperationState;
  /** Jobs that were chosen when it was asked for. */
  matched: number;
  done: number;
  /** Jobs that were left as they are; `failures` says why. */
  failed: number;
  /** While it runs: what it waits for. At its end: why it stopped, or what failed. */
  reason?: string;
  /** The most frequent first; at most 20, the rest as one. */
  failures?: { reason: string; count: number }[];
};
