/** What answers about examples look like. */

import { z } from 'zod';
import { type Example, exampleStates, type LoadedExample } from '../../contract/example.ts';
import { jsonObject, ms, named } from './schema-parts.ts';

const example = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string(),
  preset: z.string().nullable(),
  mode: z.enum(['sync', 'async', 'hybrid']),
  waitMs: ms,
  payload: jsonObject,
  state: z.enum(exampleStates),
  path: z.string(),
}) satisfies z.ZodType<Example>;

export const exampleListSchema = named('ExampleList', z.object({ examples: z.array(named('Example', example)), next: z.null() }));

export const loadedExampleSchema = named(
  'LoadedExample',
  example.extend({ keptAs: z.string().nullable() }) satisfies z.ZodType<LoadedExample>,
);
