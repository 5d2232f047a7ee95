/**
 * Zod looks at every item of a list before it counts them and keeps an issue for each: eight million wrong items in a
 * 16 MiB body would take gigabytes. So lists are counted first, wherever a schema has them.
 */

import { z } from 'zod';
import type { FieldError } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import { pointerTo } from './json-pointer.ts';

/** Every list in `value` that is longer than the schema allows. */
export function overlongLists(schema: z.ZodType, value: unknown): FieldError[] {
  const bounds = boundsOf(schema);
  if (bounds === null || fits(bounds, value)) return none;
  const errors: FieldError[] = [];
  collect(bounds, value, '', errors);
  return errors;
}

const none: FieldError[] = [];

type Bounds = { maximum: number; item: Bounds | null } | { fields: [name: string, bounds: Bounds][] };

const knownBounds = new WeakMap<z.core.$ZodType, Bounds | null>();

function boundsOf(schema: z.core.$ZodType): Bounds | null {
  const known = knownBounds.get(schema);
  if (known !== undefined) return known;
  const bounds = findBounds(schema);
  knownBounds.set(schema, bounds);
  return bounds;
}

function findBounds(schema: z.core.$ZodType): Bounds | null {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return boundsOf(schema.def.innerType);
  // A value that stands for a list of one is read as such before it is checked.
  if (schema instanceof z.ZodPipe) return boundsOf(schema.def.out);
  if (schema instanceof z.ZodArray) return { maximum: maximumOf(schema), item: boundsOf(schema.def.element) };
  if (!(schema instanceof z.ZodObject)) return null;
  const fields: [string, Bounds][] = [];
  for (const [name, field] of Object.entries(schema.def.shape as Record<string, z.core.$ZodType>)) {
    const bounds = boundsOf(field);
    if (bounds) fields.push([name, bounds]);
  }
  return fields.length === 0 ? null : { fields };
}

/** A list without a bound of its own is held to that of a batch. */
function maximumOf(schema: z.ZodArray): number {
  for (const check of schema.def.checks ?? []) {
    const { def } = check._zod;
    if (def.check === 'max_length') return (def as z.core.$ZodCheckMaxLengthDef).maximum;
  }
  return limits.batchJobs;
}

/** Every request comes by here, so it makes no paths. */
function fits(bounds: Bounds, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if ('fields' in bounds) {
    for (const [name, inner] of bounds.fields) if (!fits(inner, (value as Record<string, unknown>)[name])) return false;
    return true;
  }
  if (!Array.isArray(value)) return true;
  if (value.length > bounds.maximum) return false;
  if (bounds.item) for (const item of value) if (!fits(bounds.item, item)) return false;
  return true;
}

function collect(bounds: Bounds, value: unknown, path: string, errors: FieldError[]): void {
  if (typeof value !== 'object' || value === null) return;
  if ('fields' in bounds) {
    for (const [name, inner] of bounds.fields) {
      const member = (value as Record<string, unknown>)[name];
      if (member !== undefined) collect(inner, member, pointerTo(path, name), errors);
    }
  } else if (Array.isArray(value)) {
    if (value.length > bounds.maximum) errors.push({ path, message: `must hold at most ${bounds.maximum} items, not ${value.length}` });
    else if (bounds.item) for (const [index, item] of value.entries()) collect(bounds.item, item, pointerTo(path, index), errors);
  }
}
