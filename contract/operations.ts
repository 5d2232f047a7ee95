/** Things that are done to many jobs at once, and the dead letters they are mostly done to. */

import { z } from 'zod';
import { deadFilterSchema, fingerprintSchema, jobFilterSchema } from './filter.ts';
import type { Json } from './json.ts';
import { limits } from './limits.ts';

export const operationActions = ['redrive', 'discard', 'cancel', 'retry', 'delete', 'run-now'] as const;
export type OperationAction = (typeof operationActions)[number];

export type DeadGroup = {
  fingerprint: string;
  /** Name and message of one of its errors. */
  sample: string;
  task: string;
  /** Jobs that are dead for this reason now; exact. */
  count: number;
  /** When a job first and last died of it, those included that are dead no longer. */
  firstAt: string;
  lastAt: string;
};

const idsSchema = z.array(z.string().min(1).max(64)).min(1).max(10_000);

const pointerSchema = z
  .string()
  .max(1_000)
  .regex(/^(?:\/(?:[^~/]|~[01])*)*$/, 'must be a JSON Pointer (RFC 6901) into the payload, such as /url or /headers/accept');
const valueSchema = z.custom<Json>((value) => value !== undefined, 'is required: a JSON value');

/** JSON Patch, RFC 6902. */
export const payloadPatchSchema = z
  .array(
    z.discriminatedUnion('op', [
      z.strictObject({ op: z.literal('add'), path: pointerSchema, value: valueSchema }),
      z.strictObject({ op: z.literal('replace'), path: pointerSchema, value: valueSchema }),
      z.strictObject({ op: z.literal('test'), path: pointerSchema, value: valueSchema }),
      z.strictObject({ op: z.literal('remove'), path: pointerSchema }),
      z.strictObject({ op: z.literal('move'), from: pointerSchema, path: pointerSchema }),
      z.strictObject({ op: z.literal('copy'), from: pointerSchema, path: pointerSchema }),
    ]),
  )
  .min(1)
  .max(limits.patchOperations);
export type PayloadPatch = z.output<typeof payloadPatchSchema>;

const deadSelection = { ids: idsSchema.optional(), fingerprint: fingerprintSchema.optional(), filter: deadFilterSchema.optional() };

function given(fields: object): number {
  return Object.values(fields).filter((value) => value !== undefined).length;
}

type Selected = { ids?: unknown; fingerprint?: unknown; filter?: unknown };
const exactlyOne = ({ ids, fingerprint, filter }: Selected) => given({ ids, fingerprint, filter }) === 1;

export const discardSchema = z
  .strictObject(deadSelection)
  .refine(exactlyOne, 'must say which jobs by exactly one of: ids, fingerprint, filter');
export type DeadSelection = z.output<typeof discardSchema>;

export const redriveSchema = z
  .strictObject({
    ...deadSelection,
    /** Applied to each payload; the result must fit the task. */
    patch: payloadPatchSchema.optional(),
    /** So many go first; the rest waits for their end, and stays where it is when one dies of the same cause again. */
    canary: z.int().min(1).max(limits.canaries).optional(),
    ratePerSecond: z.number().min(0.01).max(10_000).optional(),
  })
  .refine(exactlyOne, 'must say which jobs by exactly one of: ids, fingerprint, filter');
export type RedriveRequest = z.output<typeof redriveSchema>;

export const jobActionSchema = z
  .strictObject({
    action: z.enum(['cancel', 'retry', 'delete', 'run-now']),
    ids: idsSchema.optional(),
    filter: jobFilterSchema.optional(),
  })
  .refine(exactlyOne, 'must say which jobs by exactly one of: ids, filter');
export type JobActionRequest = z.output<typeof jobActionSchema>;
