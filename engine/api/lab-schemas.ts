/** What the lab answers with. */

import { z } from 'zod';
import { laneNames, modes } from '../../contract/job.ts';
import type { Workload } from '../../contract/lab.ts';
import {
  answerKinds,
  jobEnds,
  type LabModeResult,
  type LabPreset,
  type LabRun,
  type LabRunSummary,
  labModeStates,
  labRunStates,
} from '../../contract/lab-run.ts';
import type { TaskDeclares } from '../../contract/task.ts';
import { count, jsonObject, ms, named, time } from './schema-parts.ts';

// Described in the request's schema, with its defaults; here only what a reader needs of it.
const workload = named(
  'LabWorkload',
  z.object({
    seed: z.int(),
    work: z.union([
      z.object({ kind: z.literal('task'), task: z.string(), payload: jsonObject }),
      z.object({ kind: z.literal('model'), service: z.looseObject({ kind: z.string() }), lane: z.enum(laneNames) }),
    ]),
    arrivalsPerSecond: z.number(),
    arrivals: z.looseObject({ kind: z.string() }),
    durationMs: z.number().exactOptional(),
    requests: z.int().exactOptional(),
    failureRate: z.number(),
    payloadBytes: count,
    mode: z.enum(modes),
  }) as unknown as z.ZodType<Workload>,
);

const declares = z.object({
  idempotent: z.boolean().exactOptional(),
  interactive: z.boolean().exactOptional(),
  needsResult: z.boolean().exactOptional(),
  retryable: z.boolean().exactOptional(),
  consistency: z.enum(['strong', 'eventual']).exactOptional(),
}) satisfies z.ZodType<TaskDeclares>;

export const labPreset = named(
  'LabPreset',
  z.object({
    name: z.string(),
    title: z.string(),
    why: z.string(),
    recommended: z.enum(['sync', 'async', 'hybrid']),
    waitMs: ms,
    declares,
    workload,
  }) satisfies z.ZodType<LabPreset>,
);

const summaryShape = {
  id: z.string(),
  name: z.string(),
  state: z.enum(labRunStates),
  reason: z.string().nullable(),
  preset: z.string().nullable(),
  workload,
  modes: z.array(z.enum(modes)),
  waitMs: ms,
  declares,
  concurrency: z.int().nullable(),
  current: z.enum(modes).nullable(),
  createdAt: time,
  finishedAt: time.nullable(),
};

export const labRunSummary = named('LabRunSummary', z.object(summaryShape) satisfies z.ZodType<LabRunSummary>);

const latency = named(
  'LatencySummary',
  z.object({ count, meanMs: z.number(), p50Ms: z.number(), p95Ms: z.number(), p99Ms: z.number(), maxMs: z.number() }),
);
const bars = z.array(z.object({ fromMs: z.number(), toMs: z.number(), count }));

const result = named(
  'LabModeResult',
  z.object({
    mode: z.enum(modes),
    state: z.enum(labModeStates),
    startedAt: time.nullable(),
    elapsedMs: z.number(),
    planned: count,
    sent: count,
    answers: z.record(z.enum(answerKinds), count),
    ends: z.record(z.enum(jobEnds), count),
    unfinished: count,
    retried: count,
    attempts: count,
    felt: latency.nullable(),
    feltByAnswer: z.partialRecord(z.enum(answerKinds), latency),
    completion: latency.nullable(),
    wait: latency.nullable(),
    service: latency.nullable(),
    feltBars: bars,
    completionBars: bars,
    completedPerSecond: z.number(),
    lateP99Ms: ms,
    places: z.int().nullable(),
    utilisation: z.number().nullable(),
    peakMemoryBytes: z.number().nullable(),
    peakThreads: z.number().nullable(),
    samples: z.array(
      z.object({
        ...{ atMs: z.number(), memoryBytes: z.number().nullable() },
        ...{ threads: count, running: count, waiting: count, sent: count, ended: count },
      }),
    ),
    prediction: z
      .object({
        method: z.string(),
        why: z.string(),
        service: z.enum(['measured', 'given']),
        stable: z.boolean(),
        places: count,
        refusedShare: z.number(),
        numbers: z.array(
          z.object({
            name: z.enum(['utilisation', 'waitP50Ms', 'waitP95Ms', 'waitP99Ms', 'latencyP95Ms']),
            predicted: z.number(),
            measured: z.number(),
            difference: z.number(),
            error: z.number().nullable(),
          }),
        ),
      })
      .nullable(),
  }) satisfies z.ZodType<LabModeResult>,
);

export const labRun = named('LabRun', z.object({ ...summaryShape, results: z.array(result) }) satisfies z.ZodType<LabRun>);
