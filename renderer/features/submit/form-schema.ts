/**
 * A task's input schema (JSON Schema 2020-12) as the fields of a form. What has no plain form of its own
 * (oneOf, tuples, several types …) becomes a JSON field, so that every schema can be filled in.
 */

import type { Json, JsonObject } from '../../../contract/json.ts';

type FieldBase = {
  /** The property's name; empty for the items of a list. */
  name: string;
  label: string;
  help: string;
  required: boolean;
  /** What the task takes when the field is left out. */
  default: Json | undefined;
};

export type TextField = FieldBase & { kind: 'text'; format: string | null; multiline: boolean; hint: string; example: string | null };
export type NumberField = FieldBase & { kind: 'number'; integer: boolean; step: number | null; hint: string };
export type SwitchField = FieldBase & { kind: 'switch' };
export type ChoiceField = FieldBase & { kind: 'choice'; options: Json[] };
export type ListField = FieldBase & { kind: 'list'; item: Field; hint: string };
export type GroupField = FieldBase & { kind: 'group'; fields: Field[] };
export type MapField = FieldBase & { kind: 'map'; value: Field };
export type JsonField = FieldBase & { kind: 'json'; hint: string };

export type Field = TextField | NumberField | SwitchField | ChoiceField | ListField | GroupField | MapField | JsonField;

/** Deeper than this a schema may well refer to itself; the rest is typed as JSON. */
const deepest = 6;
/** From here on a limit is far away, and a text may well have several lines. */
const longText = 1000;

/** The fields of a task's payload; null when its schema names no properties, so that only JSON will do. */
export function formOf(schema: Json): GroupField | null {
  const field = fieldOf('', schema, true, schema, 0);
  return field.kind === 'group' ? field : null;
}

function fieldOf(name: string, written: Json, required: boolean, root: Json, depth: number): Field {
  const schema = resolve(written, root);
  const base: FieldBase = {
    name,
    label: textOf(schema?.title) || name,
    help: textOf(schema?.description),
    required,
    default: schema?.default,
  };
  if (!schema || depth > deepest || isComposed(schema)) return jsonField(base, schema);
  if ('const' in schema) return { ...base, kind: 'choice', options: [schema.const ?? null] };
  if (Array.isArray(schema.enum)) return { ...base, kind: 'choice', options: schema.enum };

  switch (typeOf(schema)) {
    case 'string':
      return textField(base, schema);
    case 'integer':
    case 'number':
      return {
        ...base,
        kind: 'number',
        integer: typeOf(schema) === 'integer',
        step: numberOf(schema.multipleOf),
        hint: numberHint(schema),
      };
    case 'boolean':
      return { ...base, kind: 'switch' };
    case 'array':
      if ('prefixItems' in schema || objectOf(schema.items) === null) return jsonField(base, schema);
      return {
        ...base,
        kind: 'list',
        item: fieldOf('', schema.items ?? true, true, root, depth + 1),
        hint: countHint(schema.minItems, schema.maxItems, 'item'),
      };
    case 'object':
      return objectField(base, schema, root, depth);
    default:
      return jsonField(base, schema);
  }
}

/** Keywords whose meaning no single control can show. (`not` only forbids, and the engine says so.) */
const composed = ['oneOf', 'anyOf', 'allOf', 'if', 'then', 'else', 'dependentSchemas', 'patternProperties', '$dynamicRef'];

/** An object whose own properties are all of its fields is a group all the same: what is composed only says which go together. */
function isComposed(schema: JsonObject): boolean {
  const used = composed.filter((keyword) => keyword in schema);
  if (used.length === 0) return false;
  return !('properties' in schema) || used.some((keyword) => keyword === 'patternProperties' || namesFields(schema[keyword]));
}

function namesFields(schema: Json | undefined): boolean {
  if (Array.isArray(schema)) return schema.some(namesFields);
  const object = objectOf(schema);
  return object !== null && ('properties' in object || '$ref' in object || Object.values(object).some(namesFields));
}

function objectField(base: FieldBase, schema: JsonObject, root: Json, depth: number): Field {
  const properties = objectOf(schema.properties);
  const rest = objectOf(schema.additionalProperties);
  if (properties && Object.keys(properties).length > 0 && !rest) {
    const names = Array.isArray(schema.required) ? schema.required : [];
    const fields = Object.entries(properties).map(([name, property]) => fieldOf(name, property, names.includes(name), root, depth + 1));
    // What must be given stands first; within each half the author's order holds.
    return { ...base, kind: 'group', fields: [...fields.filter((field) => field.required), ...fields.filter((field) => !field.required)] };
  }
  if (rest && !properties) return { ...base, kind: 'map', value: fieldOf('', rest, true, root, depth + 1) };
  return jsonField(base, schema);
}

function textField(base: FieldBase, schema: JsonObject): TextField {
  const format = textOf(schema.format) || null;
  const maxLength = numberOf(schema.maxLength);
  const hints = [countHint(schema.minLength, schema.maxLength, 'character'), formatHint(format)];
  // An author who describes the field says it better than a regular expression does.
  if (typeof schema.pattern === 'string' && base.help === '') hints.push(`must match ${schema.pattern}`);
  return {
    ...base,
    kind: 'text',
    format,
    // Nothing says that a text has one line unless something does; an item of a list has, so that Enter makes the next.
    multiline:
      'contentMediaType' in schema ||
      (base.name !== '' && format === null && !('pattern' in schema) && (maxLength ?? longText) >= longText),
    hint: joinHints(hints),
    example: Array.isArray(schema.examples) && typeof schema.examples[0] === 'string' ? schema.examples[0] : null,
  };
}

function jsonField(base: FieldBase, schema: JsonObject | null): JsonField {
  const type = schema?.type;
  const hint = Array.isArray(type) ? type.join(' or ') : textOf(type);
  return { ...base, kind: 'json', hint: hint === '' ? 'JSON' : `JSON: ${hint}` };
}

/** Follows references within the same document; null where there is no schema object to show (true, false, a foreign reference). */
function resolve(schema: Json, root: Json): JsonObject | null {
  let current = objectOf(schema);
  for (let hops = 0; current && typeof current.$ref === 'string'; hops++) {
    if (hops > deepest || !current.$ref.startsWith('#')) return null;
    const { $ref, ...beside } = current;
    let target: Json | undefined = root;
    for (const part of String($ref).slice(1).split('/').slice(1)) {
      target = objectOf(target)?.[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
    }
    const found = objectOf(target);
    current = found && { ...found, ...beside };
  }
  return current;
}

function typeOf(schema: JsonObject): string | null {
  if (typeof schema.type === 'string') return schema.type;
  if (schema.type !== undefined) return null;
  if ('properties' in schema) return 'object';
  if ('items' in schema) return 'array';
  return null;
}

function numberHint(schema: JsonObject): string {
  const least = numberOf(schema.minimum);
  const most = numberOf(schema.maximum);
  const above = numberOf(schema.exclusiveMinimum);
  const below = numberOf(schema.exclusiveMaximum);
  const step = numberOf(schema.multipleOf);
  const range =
    least !== null && most !== null
      ? [`${least} to ${most}`]
      : [least === null ? '' : `at least ${least}`, most === null ? '' : `at most ${most}`];
  return joinHints([
    ...range,
    above === null ? '' : `more than ${above}`,
    below === null ? '' : `less than ${below}`,
    step === null ? '' : `a multiple of ${step}`,
  ]);
}

function countHint(min: Json | undefined, max: Json | undefined, unit: string): string {
  const least = numberOf(min) ?? 0;
  const most = numberOf(max);
  const plural = (count: number) => `${count.toLocaleString('en')} ${unit}${count === 1 ? '' : 's'}`;
  if (least > 1) return most === null ? `at least ${plural(least)}` : `${least} to ${plural(most)}`;
  // "At least 1" of a required field says nothing new, and a limit far away helps nobody.
  return most === null || most > longText ? '' : `at most ${plural(most)}`;
}

const formats: Record<string, string> = {
  'date-time': 'a time such as 2026-01-31T09:30:00Z',
  date: 'a date such as 2026-01-31',
  time: 'a time of day such as 09:30:00Z',
  duration: 'a duration such as PT5M',
  email: 'an e-mail address',
  uri: 'an absolute address such as https://example.org/',
  uuid: 'a UUID',
  ipv4: 'an IPv4 address',
  ipv6: 'an IPv6 address',
  hostname: 'a host name',
  regex: 'a regular expression',
};

function formatHint(format: string | null): string {
  return format === null ? '' : (formats[format] ?? format);
}

function joinHints(hints: string[]): string {
  return hints.filter((hint) => hint !== '').join(', ');
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}

function objectOf(value: Json | undefined): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
}
