import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../contract/json.ts';
import type { Field } from '../../../renderer/features/submit/form-schema.ts';
import { formOf } from '../../../renderer/features/submit/form-schema.ts';

function only(property: JsonObject, required: string[] = []): Field {
  const field = formOf({ type: 'object', properties: { it: property }, required })?.fields[0];
  if (!field) throw new Error('the form has no field');
  return field;
}

describe('a form from a JSON Schema', () => {
  it.each([
    [{ type: 'string' }, 'text'],
    [{ type: 'integer' }, 'number'],
    [{ type: 'number' }, 'number'],
    [{ type: 'boolean' }, 'switch'],
    [{ enum: ['a', 1, null] }, 'choice'],
    [{ const: 'a' }, 'choice'],
    [{ type: 'array', items: { type: 'string' } }, 'list'],
    [{ type: 'object', properties: { a: { type: 'string' } } }, 'group'],
    [{ type: 'object', additionalProperties: { type: 'string' } }, 'map'],
    [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, 'json'],
    [{ anyOf: [{ type: 'string' }] }, 'json'],
    [{ type: ['string', 'null'] }, 'json'],
    [{ type: 'array', prefixItems: [{ type: 'string' }] }, 'json'],
    [{ type: 'array' }, 'json'],
    [{ type: 'object' }, 'json'],
    [{}, 'json'],
    [{ $ref: 'https://elsewhere.example/schema' }, 'json'],
  ] satisfies [JsonObject, Field['kind']][])('makes of %j a field of kind %s', (schema, kind) => {
    expect(only(schema).kind).toBe(kind);
  });

  it('puts what is required first and keeps the order of the author otherwise', () => {
    const form = formOf({ properties: { a: {}, b: {}, c: {}, d: {} }, required: ['d', 'b'] });
    expect(form?.fields.map(({ name, required }) => [name, required])).toEqual([
      ['b', true],
      ['d', true],
      ['a', false],
      ['c', false],
    ]);
  });

  it('takes labels, help, defaults and limits over', () => {
    expect(only({ type: 'integer', title: 'Width', description: 'In pixels.', default: 800, minimum: 1, maximum: 9000 })).toMatchObject({
      name: 'it',
      label: 'Width',
      help: 'In pixels.',
      default: 800,
      hint: '1 to 9000',
    });
    expect(only({ type: 'number', exclusiveMinimum: 0, multipleOf: 0.5 })).toMatchObject({
      hint: 'more than 0, a multiple of 0.5',
      step: 0.5,
    });
    expect(only({ type: 'string', minLength: 2, maxLength: 8, pattern: '^a' })).toMatchObject({ hint: '2 to 8 characters, must match ^a' });
    expect(only({ type: 'string', format: 'uri' })).toMatchObject({ hint: 'an absolute address such as https://example.org/' });
    expect(only({ type: 'array', items: { type: 'string' }, maxItems: 3 })).toMatchObject({ hint: 'at most 3 items' });
  });

  it('says nothing of a limit that nobody meets', () => {
    expect(only({ type: 'string', minLength: 1, maxLength: 100_000 }, ['it'])).toMatchObject({ hint: '' });
  });

  it('gives a text several lines unless something says that it has one', () => {
    expect(only({ type: 'string' })).toMatchObject({ multiline: true });
    expect(only({ type: 'string', maxLength: 100_000 })).toMatchObject({ multiline: true });
    expect(only({ type: 'string', maxLength: 40, contentMediaType: 'text/plain' })).toMatchObject({ multiline: true });
    for (const short of [{ maxLength: 40 }, { format: 'uri' }, { pattern: '^/' }]) {
      expect(only({ type: 'string', ...short })).toMatchObject({ multiline: false });
    }
    expect(only({ type: 'array', items: { type: 'string' } })).toMatchObject({ item: { multiline: false } });
  });

  it('leaves a pattern to the words of the author', () => {
    expect(only({ type: 'string', pattern: '^/', description: 'An absolute path.' })).toMatchObject({ hint: '' });
  });

  it('is still one of fields when something only says which of them go together', () => {
    const properties = { body: { type: 'string' }, json: {} };
    for (const rule of [{ not: { required: ['body', 'json'] } }, { oneOf: [{ required: ['body'] }, { required: ['json'] }] }]) {
      expect(formOf({ type: 'object', properties, ...rule })?.fields.map(({ name }) => name)).toEqual(['body', 'json']);
    }
    expect(formOf({ type: 'object', properties, anyOf: [{ properties: { more: {} } }] })).toBeNull();
  });

  it('follows references within the document, what stands beside them included', () => {
    const form = formOf({
      type: 'object',
      properties: { size: { $ref: '#/$defs/a~1b', title: 'Size' } },
      $defs: { 'a/b': { $ref: '#/$defs/number' }, number: { type: 'number', minimum: 1 } },
    });
    expect(form?.fields[0]).toMatchObject({ kind: 'number', label: 'Size', hint: 'at least 1' });
  });

  it('ends at JSON where a schema refers to itself', () => {
    const form = formOf({ type: 'object', properties: { child: { $ref: '#' } } });
    let field: Field | undefined = form?.fields[0];
    let depth = 1;
    for (; field?.kind === 'group'; depth++) field = field.fields[0];
    expect(field?.kind).toBe('json');
    expect(depth).toBeLessThan(20);
    expect(only({ $ref: '#/properties/it' }).kind).toBe('json');
  });

  it.each([[{}], [true], [{ type: 'object' }], [{ oneOf: [{ type: 'object' }] }]])('leaves %j to the JSON editor', (schema) => {
    expect(formOf(schema)).toBeNull();
  });
});
