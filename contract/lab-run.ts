/** A run of the lab: one workload sent for real through several modes, one after the other, on an engine of its own. */

import { z } from 'zod';
import { type Mode, modes } from './job.ts';
import { type Workload, workloadSchema } from './lab.ts';
import { limits } from './limits.ts';
import type { TaskDeclares } from './task.ts';

/**
 * `answered`: with the result. `accepted`: with a promise or a job id, the work goes on. `refused`: busy or full. `failed`: the task
 * did. `timed-out`: no answer in time. `lost`: no answer at all.
 */
export const answerKinds = ['answered', 'accepted', 'refused', 'failed', 'timed-out', 'lost'] as const;
export type AnswerKind = (typeof answerKinds)[number];
export const jobEnds = ['completed', 'dead', 'cancelled', 'compensated', 'compensation-failed'] as const;
export type JobEnd = (typeof jobEnds)[number];

/** Milliseconds. */
export type LatencySummary = { count: number; meanMs: number; p50Ms: number; p95Ms: number; p99Ms: number; maxMs: number };

/** A well-known case, and what its task would declare. */
export type LabPreset = {
  name: string;
  title: string;
  /** Why this mode and no other: for whoever has to choose. */
  why: string;
  recommended: Exclude<Mode, 'auto'>;
  /** For `auto` and for a caller with a budget: answer within it or hand the job over. Null: no budget. */
  waitMs: number | null;
  declares: TaskDeclares;
  workload: Workload;
};

/** What a run may ask of the machine; a plan may ask for more (`workloadLimits`). */
export const labLimits = {
  /** Of one mode: arrivals, without what is then waited for. */
  durationMs: 600_000,
  requests: 100_000,
  arrivalsPerSecond: 5_000,
  runsKept: 50,
  /** Of one mode; past it every other one goes. */
  samples: 240,
} as const;

const declaresSchema = z.strictObject({
  idempotent: z.boolean().exactOptional(),
  interactive: z.boolean().exactOptional(),
  needsResult: z.boolean().exactOptional(),
  retryable: z.boolean().exactOptional(),
  consistency: z.enum(['strong', 'eventual']).exactOptional(),
});

const runNameSchema = z.string().trim().min(1).max(limits.nameLength);

export const labRunSchema = z
  .strictObject({
    /** What it is called; the preset's title, or the kind of work, without one. */
    name: runNameSchema.optional(),
    preset: z.string().min(1).max(limits.nameLength).optional(),
    workload: workloadSchema.optional(),
    /** In this order; all four by default. */
    modes: z
      .array(z.enum(modes))
      .min(1)
      .max(modes.length)
      .refine((given) => new Set(given).size === given.length, 'must not name a mode twice')
      .default(() => [...modes]),
    /** Of `async` and `auto`: how long the caller waits for the result before the job goes on without it; the preset's by default. */
    waitMs: z.int().min(0).max(limits.waitMs).nullable().optional(),
    /** Of a model: what its task declares, which `auto` goes by; the preset's by default. */
    declares: declaresSchema.optional(),
    /** Jobs that may run at once, other than sync ones; as many as the lanes take by default. */
    concurrency: z.int().min(1).max(100_000).nullable().default(null),
  })
  .refine(({ preset, workload }) => (preset === undefined) !== (workload === undefined), {
    path: ['workload'],
    error: 'give either a preset or a workload',
  });
export type LabRunInput = z.input<typeof labRunSchema>;
export type LabRunRequest = z.output<typeof labRunSchema>;

export const labRunPatchSchema = z.strictObject({ name: runNameSchema });
export type LabRunPatch = z.output<typeof labRunPatchSchema>;

export const labRunStates = ['running', 'completed', 'stopped', 'failed'] as const;
export type LabRunState = (typeof labRunStates)[number];

export type LabRunSummary = {
  id: string;
  name: string;
  state: LabRunState;
  /** Of a failed run: why. */
  reason: string | null;
  /** Null when the workload was given. */
  preset: string | null;
  workload: Workload;
  modes: Mode[];
  waitMs: number | null;
  declares: TaskDeclares;
  concurrency: number | null;
  /** The mode that goes on now. */
  current: Mode | null;
  createdAt: string;
  finishedAt: string | null;
};

/** What the lab's engine did in a moment. */
export type LabSample = {
  /** From the beginning of the mode, in milliseconds. */
  atMs: number;
  /** Resident memory of the lab's engine with all of its threads; null where the system does not tell. */
  memoryBytes: number | null;
  /** Threads of its lanes, jobs on them, and jobs in line. */
  threads: number;
  running: number;
  waiting: number;
  /** Requests sent and jobs ended since the mode began. */
  sent: number;
  ended: number;
};

/** Bars of a histogram, the shortest first, four a doubling; empty ones stand only between others. */
export type LatencyBar = { fromMs: number; toMs: number; count: number };

export type LabComparedNumber = {
  name: 'utilisation' | 'waitP50Ms' | 'waitP95Ms' | 'waitP99Ms' | 'latencyP95Ms';
  predicted: number;
  measured: number;
  /** Predicted less measured: in points of a share for the utilisation, in milliseconds else. */
  difference: number;
  /** Difference as a share of what was measured; null when that was 0. */
  error: number | null;
};

/** What the planner says of the same load, beside what was measured. */
export type LabPrediction = {
  method: string;
  why: string;
  /** The service times that it reckons with: as this run measured them, or, of a run too short for that, as the workload gives them. */
  service: 'measured' | 'given';
  stable: boolean;
  places: number;
  /** Share of the requests that are refused, 0…1; only of `sync`. */
  refusedShare: number;
  numbers: LabComparedNumber[];
};

export const labModeStates = ['waiting', 'running', 'completed', 'stopped', 'failed'] as const;
export type LabModeState = (typeof labModeStates)[number];

export type LabModeResult = {
  mode: Mode;
  state: LabModeState;
  startedAt: string | null;
  /** From the first request's time to now, or to the last end. */
  elapsedMs: number;
  /** Requests of the workload, and how many of them were sent. */
  planned: number;
  sent: number;
  /** How the caller was answered; together, the requests that have an answer. */
  answers: Record<AnswerKind, number>;
  /** What became of the jobs; refused requests have none. */
  ends: Record<JobEnd, number>;
  /** Jobs that had not ended when no longer waited for. */
  unfinished: number;
  /** Jobs that were tried more than once. */
  retried: number;
  attempts: number;
  /** From the intended time to the answer, refusals and lost ones left out. */
  felt: LatencySummary | null;
  feltByAnswer: Partial<Record<AnswerKind, LatencySummary>>;
  /** From the intended time to the job's completion. */
  completion: LatencySummary | null;
  /** Of each attempt: in line, from due to its start. */
  wait: LatencySummary | null;
  /** Of each attempt: from its start to its end. */
  service: LatencySummary | null;
  feltBars: LatencyBar[];
  completionBars: LatencyBar[];
  completedPerSecond: number;
  /** How late requests were sent. A sender that cannot keep up measures itself; null before the first. */
  lateP99Ms: number | null;
  /** Jobs that could run at once in the lane of this mode. Null where jobs run in several. */
  places: number | null;
  /** Share of the places' time in which tasks ran while requests came, 0…1. */
  utilisation: number | null;
  /** The most of each that a sample showed. */
  peakMemoryBytes: number | null;
  peakThreads: number | null;
  /** In the event `lab.progress`: those since the one before. */
  samples: LabSample[];
  /** Null for `auto`, for a task of yours, and as long as the mode has not ended. */
  prediction: LabPrediction | null;
};

/** One result a mode, in the order of `modes`. */
export type LabRun = LabRunSummary & { results: LabModeResult[] };
