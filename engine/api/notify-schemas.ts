/** What answers about messages and their endpoints look like. The compiler holds each to the contract's type. */

import { z } from 'zod';
import type { JobNotification } from '../../contract/job.ts';
import { type Delivery, deliveryEvents, deliveryStates, deliveryTypes, type Endpoint } from '../../contract/notify.ts';
import { attemptOutcomes, finalStates } from '../../contract/states.ts';
import { count, jobError, named, time } from './schema-parts.ts';

const on = z.array(z.enum(finalStates));
export const notification = named(
  'Notification',
  z.discriminatedUnion('type', [
    z.object({ type: z.literal('webhook'), url: z.string(), on }),
    z.object({ type: z.literal('email'), to: z.array(z.string()), on }),
    z.object({ type: z.literal('desktop'), on }),
  ]) satisfies z.ZodType<JobNotification>,
);

export const delivery = named(
  'Delivery',
  z.object({
    id: z.string(),
    jobId: z.string(),
    event: z.enum(deliveryEvents),
    type: z.enum(deliveryTypes),
    target: z.string(),
    endpointId: z.string().nullable(),
    state: z.enum(deliveryStates),
    createdAt: time,
    endedAt: time.nullable(),
    nextAttemptAt: time.nullable(),
    runId: z.string().nullable(),
    error: jobError.nullable(),
    attempts: z.array(
      z.object({
        runId: z.string(),
        attempt: count,
        startedAt: time,
        finishedAt: time,
        outcome: z.enum(attemptOutcomes),
        status: z.int().nullable(),
        error: jobError.nullable(),
      }),
    ),
  }) satisfies z.ZodType<Delivery>,
);

export const endpoint = named(
  'Endpoint',
  z.object({
    id: z.string(),
    url: z.string(),
    description: z.string().nullable(),
    secret: z.string(),
    enabled: z.boolean(),
    offReason: z.string().nullable(),
    registered: z.boolean(),
    createdAt: time,
    updatedAt: time,
  }) satisfies z.ZodType<Endpoint>,
);
