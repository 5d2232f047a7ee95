/** Values of a generated form: what it starts with, whether a field can show one, and where an error belongs. */

import type { FieldError } from '../../../contract/errors.ts';
import type { Json, JsonObject } from '../../../contract/json.ts';
import type { Field, GroupField } from './form-schema.ts';

/**
 * What stands in an untouched form. Only what is required is filled in: a default that is not sent
 * stays the task's own to change.
 */
export function startValue(field: Field): Json | undefined {
  if (field.default !== undefined && field.required) return field.default;
  switch (field.kind) {
    case 'switch':
      return field.required ? false : undefined;
    case 'choice':
      return field.required && field.options.length === 1 ? field.options[0] : undefined;
    case 'list':
      return field.required ? [] : undefined;
    case 'map':
      return field.required ? {} : undefined;
    case 'group':
      return field.required ? startGroup(field) : undefined;
    default:
      return undefined;
  }
}

export function startGroup(group: GroupField): JsonObject {
  const value: JsonObject = {};
  for (const field of group.fields) {
    const start = startValue(field);
    if (start !== undefined) value[field.name] = start;
  }
  return value;
}

/** What a new item of a list or a new entry of a map starts with; unlike a property, an item cannot be absent. */
export function startItem(field: Field): Json {
  const start = startValue({ ...field, required: true });
  if (start !== undefined) return start;
  return field.kind === 'text' ? '' : field.kind === 'choice' ? (field.options[0] ?? null) : null;
}

/** Whether the field's own control can show the value; JSON typed by hand may hold anything. */
export function canShow(field: Field, value: Json | undefined): boolean {
  if (value === undefined) return true;
  switch (field.kind) {
    case 'text':
      return typeof value === 'string' && (field.multiline || !value.includes('\n'));
    case 'number':
      // A new item of a list of numbers is null until one is typed.
      return typeof value === 'number' || (value === null && field.name === '');
    case 'switch':
      return typeof value === 'boolean';
    case 'choice':
      return field.options.some((option) => JSON.stringify(option) === JSON.stringify(value));
    case 'list':
      return Array.isArray(value);
    case 'map':
    case 'group':
      return isObject(value);
    case 'json':
      return true;
  }
}

/** Names in the payload that the form has no field for: they are sent all the same, so the form says so. */
export function namesBeyond(form: GroupField, payload: JsonObject): string[] {
  return Object.keys(payload).filter((name) => !form.fields.some((field) => field.name === name));
}

/** Not what every object inherits: a field may be named `constructor`. */
export function memberOf(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

export function withMember(object: JsonObject, name: string, value: Json | undefined): JsonObject {
  const { [name]: _, ...others } = object;
  // Replaced in place, so that JSON written by hand keeps its order.
  if (value !== undefined && Object.hasOwn(object, name)) return { ...object, [name]: value };
  return value === undefined ? others : { ...others, [name]: value };
}

export function pointerTo(parent: string, name: string | number): string {
  return `${parent}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export type PlacedErrors = {
  /** By the pointer of the field that shows them. */
  at: ReadonlyMap<string, string>;
  /** Those that no field of the form shows. */
  elsewhere: FieldError[];
};

/**
 * Puts each error at the innermost field on its path. `prefix` is where the payload stands in the body ("/payload").
 * An error below a field that shows a whole value keeps the rest of its path in its message.
 */
export function placeErrors(errors: readonly FieldError[], form: GroupField | null, payload: JsonObject, prefix: string): PlacedErrors {
  const at = new Map<string, string>();
  const elsewhere: FieldError[] = [];
  for (const error of errors) {
    const inside = error.path.startsWith(`${prefix}/`);
    const place = inside && form ? innermost(form, payload, prefix, error.path.slice(prefix.length + 1).split('/')) : null;
    if (place === null || place === prefix) {
      elsewhere.push(error);
      continue;
    }
    const below = error.path.slice(place.length);
    const message = below === '' ? error.message : `${below.slice(1)}: ${error.message}`;
    const before = at.get(place);
    at.set(place, before === undefined ? message : `${before}; ${message}`);
  }
  return { at, elsewhere };
}

function innermost(field: Field, value: Json | undefined, pointer: string, path: string[]): string {
  const [part, ...rest] = path;
  if (part === undefined || !canShow(field, value)) return pointer;
  const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
  const child = childOf(field, value, name);
  return child ? innermost(child.field, child.value, `${pointer}/${part}`, rest) : pointer;
}

function childOf(field: Field, value: Json | undefined, name: string): { field: Field; value: Json | undefined } | null {
  if (field.kind === 'group') {
    const member = field.fields.find((candidate) => candidate.name === name);
    return member ? { field: member, value: isObject(value) ? memberOf(value, name) : undefined } : null;
  }
  if (field.kind === 'list' && Array.isArray(value) && Number(name) < value.length)
    return { field: field.item, value: value[Number(name)] };
  if (field.kind === 'map' && isObject(value) && Object.hasOwn(value, name)) return { field: field.value, value: value[name] };
  return null;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
