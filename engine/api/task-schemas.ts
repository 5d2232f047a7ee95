/** Answers about tasks. */

import { z } from 'zod';
import { type Advice, adviceCriteria, adviceModes, adviceWarningCodes, type TaskUsage } from '../../contract/advice.ts';
import type { Task } from '../../contract/resources.ts';
import { backoffs, type RetryPolicy, retryActions } from '../../contract/retry.ts';
import { count, jsonObject, ms, named, time } from './schema-parts.ts';

const retryPolicy = named(
  'RetryPolicy',
  z.object({
    maxAttempts: z.int(),
    backoff: z.enum(backoffs),
    baseMs: z.number(),
    maxMs: z.number(),
    jitter: z.number(),
    delaysMs: z.array(z.number()).exactOptional(),
    retryForMs: z.number().exactOptional(),
    rules: z
      .array(
        z.object({
          name: z.string().exactOptional(),
          code: z.string().exactOptional(),
          message: z.string().exactOptional(),
          action: z.enum(retryActions),
          afterMs: z.number().exactOptional(),
        }),
      )
      .exactOptional(),
  }) satisfies z.ZodType<RetryPolicy>,
);

const adviceCell = z.object({ rating: z.int().min(1).max(5), why: z.string() });

const advice = named(
  'Advice',
  z.object({
    mode: z.enum(adviceModes),
    reasons: z.array(z.string()),
    confidence: z.number().min(0).max(1),
    wouldChange: z.array(z.string()),
    matrix: z.array(z.object({ criterion: z.enum(adviceCriteria), sync: adviceCell, async: adviceCell, hybrid: adviceCell })),
    warnings: z.array(z.object({ code: z.enum(adviceWarningCodes), message: z.string(), count })),
  }) satisfies z.ZodType<Advice>,
);

const taskUsage = named(
  'TaskUsage',
  z.object({
    since: time.nullable(),
    ...{ sync: count, async: count, hybrid: count, auto: count },
    ...{ polls: count, wastedPolls: count, polledAtOnce: count, waits: count, longWaits: count },
  }) satisfies z.ZodType<TaskUsage>,
);

export const task = named(
  'Task',
  z.object({
    name: z.string(),
    title: z.string(),
    description: z.string(),
    source: z.string(),
    lane: z.enum(['io', 'cpu']),
    input: jsonObject,
    result: jsonObject,
    defaults: z.object({
      timeoutMs: z.number(),
      retry: retryPolicy,
    }),
    declares: z.object({
      idempotent: z.boolean().exactOptional(),
      interactive: z.boolean().exactOptional(),
      needsResult: z.boolean().exactOptional(),
      retryable: z.boolean().exactOptional(),
      consistency: z.enum(['strong', 'eventual']).exactOptional(),
    }),
    concurrency: z.int().nullable(),
    concurrencyPerKey: z.int(),
    circuit: z
      .union([z.object({ name: z.string(), faults: z.array(z.string()) }), z.object({ originOf: z.string(), faults: z.array(z.string()) })])
      .nullable(),
    predicts: z.boolean(),
    rollsBack: z.boolean(),
    examples: z.array(jsonObject),
    stats: z.object({ samples: z.number(), p50Ms: ms, p95Ms: ms, p99Ms: ms, failureRate: z.number().nullable() }),
    usage: taskUsage,
    runTimes: z.array(z.object({ fromMs: z.number(), toMs: z.number(), share: z.number() })),
    advice,
    error: z.string().nullable(),
  }) satisfies z.ZodType<Task>,
);
