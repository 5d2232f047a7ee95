import { z } from 'zod';

/** Every schema with a name, under which others refer to it. */
export const components = z.registry<{ id: string }>();

export function named<Schema extends z.ZodType>(id: string, schema: Schema): Schema {
  components.add(schema, { id });
  return schema;
}
