/** Values against the route table's schemas; what is wrong is said in plain words, each field by its own name. */

import type { z } from 'zod';
import type { FieldError } from '../../contract/errors.ts';
import { invalidFields } from '../../contract/errors.ts';
import { readPlainBatch, readPlainSubmission } from '../../contract/plain-submission.ts';
import { batchSchema, submissionSchema } from '../../contract/submission.ts';
import { bodyWords, queryWords } from './issue-words.ts';
import { pointerTo } from './json-pointer.ts';
import { overlongLists } from './list-bounds.ts';

/** Where the value came from: fields are named by JSON Pointers, query parameters by their own names. */
export type Place = 'body' | 'query';

const words: Record<Place, z.core.ParseContext<z.core.$ZodIssue>> = { body: { error: bodyWords }, query: { error: queryWords } };

/** What reads the usual values of a schema as the schema does, and leaves the others to it by null. */
const plainReaders = new Map<z.ZodType, (value: unknown) => unknown>([
  [submissionSchema, readPlainSubmission],
  [batchSchema, readPlainBatch],
]);

/** @throws Problem invalid-request with every wrong field. */
export function validate<Schema extends z.ZodType>(schema: Schema, value: unknown, place: Place): z.output<Schema> {
  const plain = plainReaders.get(schema)?.(value) ?? null;
  // The reader's output is the schema's; a map of them cannot say so.
  if (plain !== null) return plain as z.output<Schema>;
  const overlong = overlongLists(schema, value);
  if (overlong.length > 0) throw invalidFields(overlong);
  const outcome = schema.safeParse(value, words[place]);
  if (outcome.success) return outcome.data;
  throw invalidFields(fieldErrors(outcome.error.issues, place));
}

function fieldErrors(issues: z.core.$ZodIssue[], place: Place): FieldError[] {
  const errors = new Map<string, FieldError>();
  for (const issue of issues) {
    const path = pathOf(issue.path, place);
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : [];
    for (const key of unknown) {
      const field = place === 'body' ? pointerTo(path, key) : key;
      if (!errors.has(field)) errors.set(field, { path: field, message: place === 'body' ? 'unknown field' : 'unknown query parameter' });
    }
    // The first fault of a field says the most: later ones follow from it.
    if (unknown.length === 0 && !errors.has(path)) errors.set(path, { path, message: issue.message });
    if (errors.size >= 20) break;
  }
  return [...errors.values()];
}

function pathOf(steps: readonly PropertyKey[], place: Place): string {
  if (place === 'query') return String(steps[0] ?? '');
  return steps.reduce<string>(pointerTo, '');
}
