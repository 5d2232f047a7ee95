/** What the descriptions of answers are made of. */

import { z } from 'zod';
import type { JobError } from '../../contract/job.ts';
import type { Json, JsonObject } from '../../contract/json.ts';

export const time = z.iso.datetime();
export const json: z.ZodType<Json> = z.custom<Json>();
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);
export const count = z.int().min(0);
export const ms = z.number().nullable();
export const cursor = z.string().nullable();

/** Every schema with a name, under which others refer to it. */
export const components = z.registry<{ id: string }>();

export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.add(schema, { id });
  return schema;
}

export const jobError = named(
  'JobError',
  z.object({
    name: z.string(),
    message: z.string(),
    code: z.string().exactOptional(),
    stack: z.string().exactOptional(),
    details: json.exactOptional(),
  }) satisfies z.ZodType<JobError>,
);
