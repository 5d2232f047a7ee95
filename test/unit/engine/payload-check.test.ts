import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../contract/json.ts';
import { payloadCheck } from '../../../engine/queue/payload-check.ts';
import { refuseWrongSchema } from '../../../workers/input-schema.ts';

const check = (schema: JsonObject, payload: JsonObject) => payloadCheck(schema)(payload);

describe('a payload', () => {
  test('that fits has no faults, and without a schema everything fits', () => {
    expect(check({ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }, { n: 1 })).toEqual([]);
    expect(check({}, { anything: [null] })).toEqual([]);
  });

  test.each<[string, JsonObject, JsonObject, { path: string; message: string }]>([
    ['a missing field', { required: ['url'] }, {}, { path: '/payload/url', message: 'is required' }],
    [
      'a missing field, deep',
      { properties: { a: { items: { required: ['b'] } } } },
      { a: [{ b: 1 }, {}] },
      { path: '/payload/a/1/b', message: 'is required' },
    ],
    ['an unknown field', { additionalProperties: false }, { colour: 1 }, { path: '/payload/colour', message: 'unknown field' }],
    [
      'an unknown field by the other keyword',
      { unevaluatedProperties: false, allOf: [{ properties: { a: {} } }] },
      { a: 1, b: 1 },
      { path: '/payload/b', message: 'unknown field' },
    ],
    ['a wrong type', { properties: { n: { type: 'integer' } } }, { n: '1' }, { path: '/payload/n', message: 'must be an integer' }],
    [
      'several types',
      { properties: { n: { type: ['string', 'null'] } } },
      { n: 1 },
      { path: '/payload/n', message: 'must be a string or null' },
    ],
    [
      'a wrong choice',
      { properties: { n: { enum: ['a', 1, null] } } },
      { n: 2 },
      { path: '/payload/n', message: 'must be one of "a", 1, null' },
    ],
    ['a wrong form', { properties: { n: { pattern: '^/' } } }, { n: 'x' }, { path: '/payload/n', message: 'must fit ^/' }],
    [
      'a wrong form of a field that says what it is',
      { properties: { n: { pattern: '^/', description: 'An absolute path.' } } },
      { n: 'x' },
      { path: '/payload/n', message: 'must fit ^/: An absolute path.' },
    ],
    ['a number out of bounds', { properties: { n: { maximum: 5 } } }, { n: 6 }, { path: '/payload/n', message: 'must be <= 5' }],
  ])('with %s says which and why', (_, schema, payload, fault) => {
    expect(check({ type: 'object', ...schema }, payload)).toEqual([fault]);
  });

  test('names fields as JSON Pointers, with ~ and / escaped', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: { 'a/b': { type: 'object', required: ['~x/y'], properties: { 'm~n': { type: 'string' } }, additionalProperties: false } },
    };
    const faults = check(schema, { 'a/b': { 'm~n': 1, '/~': 2 } });
    expect(faults.map(({ path }) => path).sort()).toEqual(['/payload/a~1b/m~0n', '/payload/a~1b/~0x~1y', '/payload/a~1b/~1~0']);
  });

  test('with many faults names the first twenty', () => {
    const schema: JsonObject = { properties: { list: { items: { type: 'string' } } } };
    expect(check(schema, { list: Array.from({ length: 500 }, (_, index) => index) })).toHaveLength(20);
  });

  test('is not changed by being checked', () => {
    const schema: JsonObject = { properties: { n: { type: 'integer', default: 3 }, t: { type: 'string' } }, additionalProperties: false };
    const payload = { t: 'x', extra: '1' };
    check(schema, payload);
    expect(payload).toEqual({ t: 'x', extra: '1' });
  });

  test('may hold words of other standards: unknown keywords and formats are notes', () => {
    const schema: JsonObject = { type: 'object', 'x-widget': 'slider', properties: { when: { type: 'string', format: 'date-time' } } };
    expect(check(schema, { when: 'soon' })).toEqual([]);
  });
});

test.each<[string, JsonObject]>([
  ['of no type', { type: 'strnig' }],
  ['that points nowhere', { $ref: '#/definitions/missing' }],
  ['with a broken expression', { properties: { a: { pattern: '(' } } }],
])('a schema %s is refused rather than taken as one that lets everything through', (_, schema) => {
  expect(() => refuseWrongSchema(schema)).toThrow(/^Its input is not a JSON Schema: /);
});

test('two tasks may use the same $id', () => {
  const schema: JsonObject = { $id: 'https://example.com/payload', type: 'object', required: ['a'] };
  expect([payloadCheck(schema), payloadCheck(schema)].map((compiled) => compiled({}).length)).toEqual([1, 1]);
});
