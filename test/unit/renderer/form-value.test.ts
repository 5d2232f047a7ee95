import { describe, expect, it } from 'vitest';
import type { GroupField } from '../../../renderer/features/submit/form-schema.ts';
import { formOf } from '../../../renderer/features/submit/form-schema.ts';
import {
  canShow,
  memberOf,
  namesBeyond,
  placeErrors,
  startGroup,
  startItem,
  withMember,
} from '../../../renderer/features/submit/form-value.ts';

function form(properties: Parameters<typeof formOf>[0], required: string[] = []): GroupField {
  const made = formOf({ type: 'object', properties, required });
  if (!made) throw new Error('no form');
  return made;
}

describe('the values of a form', () => {
  it('starts with what is required only, so that the task’s own defaults stay its own', () => {
    const fields = form(
      {
        shell: { type: 'boolean', default: false },
        keep: { type: 'boolean', default: true },
        args: { type: 'array', items: { type: 'string' } },
        paths: { type: 'array', items: { type: 'string' } },
        name: { type: 'string' },
        kind: { const: 'x' },
        nested: { type: 'object', properties: { on: { type: 'boolean' } }, required: ['on'] },
      },
      ['keep', 'paths', 'name', 'kind', 'nested'],
    );
    expect(startGroup(fields)).toEqual({ keep: true, paths: [], kind: 'x', nested: { on: false } });
  });

  it('starts an item of a list with something that its control can show', () => {
    const fields = form({
      texts: { type: 'array', items: { type: 'string' } },
      numbers: { type: 'array', items: { type: 'number' } },
      groups: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } },
      choices: { type: 'array', items: { enum: ['a', 'b'] } },
    });
    for (const field of fields.fields) {
      if (field.kind !== 'list') throw new Error('not a list');
      expect(canShow(field.item, startItem(field.item))).toBe(true);
    }
  });

  it('knows when JSON typed by hand is none that a control can show', () => {
    const [text, number, choice] = form({ a: { type: 'string', maxLength: 40 }, b: { type: 'number' }, c: { enum: ['x'] } }).fields;
    if (!text || !number || !choice) throw new Error('no fields');
    expect([canShow(text, 'a'), canShow(text, 1), canShow(text, 'two\nlines'), canShow(text, undefined)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([canShow(number, 1), canShow(number, '1'), canShow(number, null)]).toEqual([true, false, false]);
    expect([canShow(choice, 'x'), canShow(choice, 'y')]).toEqual([true, false]);
  });

  it('names what is sent though the form has no field for it', () => {
    expect(namesBeyond(form({ a: {} }), { a: 1, b: 2 })).toEqual(['b']);
  });

  it('replaces a member in its place and removes it when it is left out', () => {
    expect(Object.keys(withMember({ a: 1, b: 2 }, 'a', 3))).toEqual(['a', 'b']);
    expect(withMember({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
    expect(withMember({}, 'a', null)).toEqual({ a: null });
  });

  it('takes for a member only what is the object’s own', () => {
    expect(memberOf({}, 'constructor')).toBeUndefined();
    expect(memberOf({ toString: 'a' }, 'toString')).toBe('a');
    expect(Object.keys(withMember({ a: 1 }, 'toString', 'b'))).toEqual(['a', 'toString']);
    const fields = form({ constructor: { type: 'object', properties: { toString: { type: 'array', items: { type: 'string' } } } } });
    const errors = [{ path: '/payload/constructor/toString/0', message: 'is wrong' }];
    expect([...placeErrors(errors, fields, {}, '/payload').at.keys()]).toEqual(['/payload/constructor/toString']);
  });
});

describe('where an error is shown', () => {
  const fields = form({
    'a/b': { type: 'string' },
    list: { type: 'array', items: { type: 'object', properties: { x: { type: 'number' } } } },
    env: { type: 'object', additionalProperties: { type: 'string' } },
    any: { oneOf: [{ type: 'string' }] },
  });
  const place = (path: string, payload = {}) => {
    const placed = placeErrors([{ path, message: 'is wrong' }], fields, payload, '/payload');
    return [...placed.at.entries()][0] ?? placed.elsewhere[0]?.path;
  };

  it('is the innermost field on its path', () => {
    expect(place('/payload/a~1b')).toEqual(['/payload/a~1b', 'is wrong']);
    expect(place('/payload/list/1/x', { list: [{}, {}] })).toEqual(['/payload/list/1/x', 'is wrong']);
    expect(place('/payload/env/PATH', { env: { PATH: 1 } })).toEqual(['/payload/env/PATH', 'is wrong']);
  });

  it('is the field that stands around a place which the form does not show, with the rest of the path said', () => {
    expect(place('/payload/any/deep/er')).toEqual(['/payload/any', 'deep/er: is wrong']);
    expect(place('/payload/list/7', { list: [] })).toEqual(['/payload/list', '7: is wrong']);
    expect(place('/payload/list/0/x', { list: 'typed by hand' })).toEqual(['/payload/list', '0/x: is wrong']);
  });

  it('is above the form when no field is on the path', () => {
    expect(place('/payload')).toBe('/payload');
    expect(place('/payload/unknown')).toBe('/payload/unknown');
    expect(place('/queue')).toBe('/queue');
    expect(place('/payloads/any')).toBe('/payloads/any');
  });

  it('holds several messages of one field together', () => {
    const errors = ['short', 'odd'].map((message) => ({ path: '/payload/any', message }));
    expect(placeErrors(errors, fields, {}, '/payload').at.get('/payload/any')).toBe('short; odd');
  });
});
