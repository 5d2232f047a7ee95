/** What a load is: how work arrives, how long it takes and what becomes of it. The lab runs one, the planner reckons with one. */

import { z } from 'zod';
import { laneNames, modes } from './job.ts';
import { limits } from './limits.ts';
import { payloadSchema } from './submission.ts';

/** Longest service time that is reckoned with, in milliseconds: 30 days. */
const longestMs = 30 * 86_400_000;
const durationMs = z.number().min(0).max(longestMs);
const positiveMs = z.number().positive().max(longestMs);
/** Squared coefficient of variation: variance / mean². */
const scv = z.number().positive().max(100);
const share = z.number().min(0).max(1);

const percentile = z.strictObject({ quantile: z.number().gt(0).lt(1), ms: durationMs });

/** How long one attempt takes, in milliseconds. */
export const serviceTimeSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ms: durationMs }),
  z.strictObject({ kind: z.literal('uniform'), fromMs: durationMs, toMs: durationMs }).refine(({ fromMs, toMs }) => fromMs <= toMs, {
    path: ['toMs'],
    error: 'must not be less than fromMs',
  }),
  z.strictObject({ kind: z.literal('exponential'), meanMs: positiveMs }),
  z.strictObject({ kind: z.literal('lognormal'), meanMs: positiveMs, scv }),
  /** With `scv` 1/k the sum of k exponential phases (Erlang). */
  z.strictObject({ kind: z.literal('gamma'), meanMs: positiveMs, scv }),
  /** Most take `fastMs`, the share `slowShare` takes `slowMs`. */
  z.strictObject({ kind: z.literal('bimodal'), fastMs: durationMs, slowMs: durationMs, slowShare: share }),
  /** One exponential or another, by `share`; shares are weights and need not add up to 1. */
  z.strictObject({
    kind: z.literal('hyperexponential'),
    branches: z
      .array(z.strictObject({ share: z.number().positive(), meanMs: positiveMs }))
      .min(1)
      .max(16),
  }),
  /** What was measured: percentiles, the times growing with the quantiles. */
  z.strictObject({
    kind: z.literal('percentiles'),
    points: z
      .array(percentile)
      .min(1)
      .max(200)
      .refine((points) => points.every((point, at) => grows(points[at - 1], point)), 'must grow, in quantile and in time'),
  }),
]);
export type ServiceTime = z.infer<typeof serviceTimeSchema>;

function grows(before: { quantile: number; ms: number } | undefined, point: { quantile: number; ms: number }): boolean {
  return before === undefined || (before.quantile < point.quantile && before.ms <= point.ms);
}

/** How requests come, at a mean rate that is given beside it. */
export const arrivalPatternSchema = z.discriminatedUnion('kind', [
  /** Independent of one another, as from many callers. */
  z.strictObject({ kind: z.literal('poisson') }),
  /** Evenly, as from a timer. */
  z.strictObject({ kind: z.literal('constant') }),
  /** Poisson while a burst lasts, nothing between bursts; both lengths are exponential with these means. */
  z.strictObject({ kind: z.literal('bursts'), onMs: positiveMs, offMs: positiveMs }),
]);
export type ArrivalPattern = z.infer<typeof arrivalPatternSchema>;

export const workloadLimits = { requests: 1_000_000, durationMs: 3_600_000, arrivalsPerSecond: 100_000 } as const;

export const workloadSchema = z
  .strictObject({
    /** The same seed gives the same requests, times, payloads and failures. */
    seed: z.int().min(0).max(0xffff_ffff).default(1),
    work: z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('task'),
        task: z.string().min(1).max(limits.nameLength),
        payload: payloadSchema.default(() => ({})),
      }),
      /** A stand-in that takes as long as it is told. */
      z.strictObject({
        kind: z.literal('model'),
        service: serviceTimeSchema,
        lane: z.enum(laneNames).exclude(['interactive']).default('io'),
      }),
    ]),
    arrivalsPerSecond: z.number().positive().max(workloadLimits.arrivalsPerSecond),
    arrivals: arrivalPatternSchema.default({ kind: 'poisson' }),
    /** Ends with whichever of the two comes first. */
    durationMs: z.number().positive().max(workloadLimits.durationMs).optional(),
    requests: z.int().min(1).max(workloadLimits.requests).optional(),
    /** Chance that an attempt fails; each attempt anew. */
    failureRate: share.default(0),
    /** Size of the filler in each payload. */
    payloadBytes: z
      .int()
      .min(0)
      .max(limits.bodyBytes / 2)
      .default(0),
    mode: z.enum(modes).default('auto'),
  })
  .refine(({ durationMs, requests }) => durationMs !== undefined || requests !== undefined, {
    path: ['durationMs'],
    error: 'give durationMs, requests or both: a workload has an end',
  });
export type Workload = z.infer<typeof workloadSchema>;
/** As it is written down: what has a default may be left out. */
export type WorkloadInput = z.input<typeof workloadSchema>;
