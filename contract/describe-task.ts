/** What a module says of itself, checked: a wrong field is named rather than ignored. */

import { z } from 'zod';
import { isNestedDeeper, type JsonObject } from './json.ts';
import { limits } from './limits.ts';
import type { RetryRule } from './retry.ts';
import { nameSchema, retrySchema } from './submission.ts';
import type { TaskDeclaration } from './task.ts';
import type { TaskDescription } from './thread.ts';

const jsonObject = z.custom<JsonObject>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be an object',
);
const taskFunction = z.custom<(...parameters: never[]) => unknown>((value) => typeof value === 'function', 'must be a function');
const text = z.string('must be a string');
const flag = z.boolean('must be true or false').optional();

const runsAtOnce = z.int('must be a whole number').min(1).max(100_000);

const faults = z
  .array(text.min(1).max(200), 'must be a list of names and codes of errors')
  .min(1, 'must name at least one error')
  .max(limits.retryRules);
const circuitSchema = z.union(
  [
    z.strictObject({ name: nameSchema, faults }),
    z.strictObject({ originOf: text.max(200).regex(/^(?:\/[^/]*)+$/, 'must be a JSON Pointer into the payload, e.g. "/url"'), faults }),
  ],
  'must be { name, faults } or { originOf, faults }: a name or a JSON Pointer to an address in the payload, and names and codes of errors',
);

const definitionSchema = z.object({
  title: text.max(200).optional(),
  description: text.max(10_000).optional(),
  lane: z.enum(['io', 'cpu'], 'must be "io" or "cpu"').default('cpu'),
  input: jsonObject
    .refine((schema) => schema.type === undefined || schema.type === 'object', 'must have "type": "object", as a payload is an object')
    .default(() => ({ type: 'object' })),
  result: jsonObject.default(() => ({})),
  timeoutMs: z.int('must be a whole number of milliseconds').min(1).max(limits.timeoutMs).optional(),
  retry: retrySchema.default(() => ({})),
  nonRetryable: z
    .array(text.min(1).max(200), 'must be a list of names and codes of errors')
    .max(limits.retryRules)
    .default(() => []),
  declares: z
    .strictObject({
      idempotent: flag,
      interactive: flag,
      needsResult: flag,
      retryable: flag,
      consistency: z.enum(['strong', 'eventual'], 'must be "strong" or "eventual"').optional(),
    })
    .default(() => ({})),
  concurrency: runsAtOnce.optional(),
  concurrencyPerKey: runsAtOnce.default(1),
  circuit: circuitSchema.nullable().default(null),
  examples: z
    .array(jsonObject, 'must be a list of payloads')
    .max(20)
    .default(() => []),
  predict: taskFunction.optional(),
  rollback: taskFunction.optional(),
});

/** @throws TypeError that names each wrong field */
export function describeTask(name: string, task: TaskDeclaration): TaskDescription {
  const parsed = definitionSchema.safeParse(task, { jitless: true });
  if (!parsed.success) {
    throw new TypeError(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'default export'}: ${message}`).join('; '));
  }
  const { title, description, predict, rollback, timeoutMs, input, result, examples, nonRetryable, concurrency, ...rest } = parsed.data;
  return {
    ...rest,
    title: title ?? name,
    description: description ?? '',
    input: asJson('input', input),
    result: asJson('result', result),
    examples: asJson('examples', examples),
    timeoutMs: timeoutMs ?? null,
    concurrency: concurrency ?? null,
    retry: withoutUndefined({ ...rest.retry, rules: rulesOf(rest.retry.rules, nonRetryable) }),
    declares: withoutUndefined(rest.declares),
    hasPredict: predict !== undefined,
    hasRollback: rollback !== undefined,
  };
}

/** An error that is declared non-retryable, by its name or its code, is one that a rule lets fail. The task's own rules come first. */
function rulesOf(rules: RetryRule[] | undefined, nonRetryable: string[]): RetryRule[] | undefined {
  const declared = nonRetryable.flatMap((word): RetryRule[] => [
    { name: word, action: 'fail' },
    { code: word, action: 'fail' },
  ]);
  return rules === undefined && declared.length === 0 ? undefined : [...(rules ?? []), ...declared];
}

/** A copy that travels: functions, which JSON knows nothing of, would not leave the thread. */
function asJson<Value>(field: string, value: Value): Value {
  let json: string;
  try {
    json = JSON.stringify(value);
  } catch (cause) {
    throw new TypeError(`${field}: is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
  if (isNestedDeeper(json, limits.resultDepth)) throw new TypeError(`${field}: is nested deeper than ${limits.resultDepth} levels`);
  return JSON.parse(json) as Value;
}

function withoutUndefined<Fields extends object>(fields: Fields): { [Key in keyof Fields]: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]: Exclude<Fields[Key], undefined>;
  };
}
