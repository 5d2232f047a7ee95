import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../contract/json.ts';
import { type PayloadPatch, payloadPatchSchema } from '../../../contract/operations.ts';
import { patchPayload } from '../../../engine/queue/payload-patch.ts';

/** As RFC 6902 has them in its appendix A, but for those whose document is no object. */
const examples: [what: string, payload: JsonObject, patch: unknown[], result: JsonObject | null][] = [
  ['A.1 add a member', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
  ['A.2 add to a list', { foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
  ['A.3 remove a member', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
  ['A.4 remove from a list', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
  ['A.5 replace', { baz: 'qux', foo: 'bar' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo', foo: 'bar' }],
  ['A.6 move', { foo: { waldo: 1 }, qux: {} }, [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }], { foo: {}, qux: { thud: 1 } }],
  [
    'A.7 move in a list',
    { foo: ['all', 'cows', 'eat'] },
    [{ op: 'move', from: '/foo/1', path: '/foo/2' }],
    { foo: ['all', 'eat', 'cows'] },
  ],
  ['A.8 test', { baz: 'qux', foo: ['a', 2, 'c'] }, [{ op: 'test', path: '/foo/1', value: 2 }], { baz: 'qux', foo: ['a', 2, 'c'] }],
  ['A.9 test that fails', { baz: 'qux' }, [{ op: 'test', path: '/baz', value: 'bar' }], null],
  [
    'A.10 add an object',
    { foo: 'bar' },
    [{ op: 'add', path: '/child', value: { grandchild: {} } }],
    { foo: 'bar', child: { grandchild: {} } },
  ],
  ['A.12 add where there is nothing', { foo: 'bar' }, [{ op: 'add', path: '/baz/bat', value: 'qux' }], null],
  ['A.14 escaped', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ['A.15 strings and numbers', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: '10' }], null],
  ['A.16 add at the end', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc', 'def'] }], { foo: ['bar', ['abc', 'def']] }],
  ['copy', { a: { b: 1 } }, [{ op: 'copy', from: '/a', path: '/c' }], { a: { b: 1 }, c: { b: 1 } }],
  ['remove what is not there', { a: 1 }, [{ op: 'remove', path: '/b' }], null],
  ['replace the whole by something else', { a: 1 }, [{ op: 'replace', path: '', value: 7 }], null],
];

describe('a patch', () => {
  test.each(examples)('%s', (_, payload, patch, result) => {
    const before = structuredClone(payload);
    const patched = patchPayload(payload, payloadPatchSchema.parse(patch));
    expect('payload' in patched ? patched.payload : null).toEqual(result);
    expect(payload).toEqual(before);
  });

  test('that does not apply says where and why', () => {
    expect(patchPayload({ a: 1 }, [{ op: 'test', path: '/a', value: 2 }])).toEqual({
      refused: 'the patch does not apply (test /a, /patch/0): the value is another',
    });
  });

  test('can be used for any number of payloads: what it adds is not shared', () => {
    const patch: PayloadPatch = [
      { op: 'add', path: '/list', value: [] },
      { op: 'add', path: '/list/-', value: 1 },
    ];
    for (let n = 0; n < 3; n++) expect(patchPayload({}, patch)).toEqual({ payload: { list: [1] } });
  });

  test('cannot make a payload that would not be taken at the door: too large, too deep, or with a key that is refused', () => {
    const doubling: PayloadPatch = Array.from({ length: 60 }, (_, n) => ({ op: 'copy' as const, from: '', path: `/c${n}` }));
    expect(patchPayload({ text: 'x'.repeat(1_000) }, doubling)).toMatchObject({ refused: expect.stringContaining('too large') });
    const deeper: PayloadPatch = Array.from({ length: 80 }, (_, n) => ({ op: 'add' as const, path: '/a'.repeat(n + 1), value: {} }));
    expect(patchPayload({}, deeper)).toMatchObject({ refused: expect.stringContaining('too deep') });
    expect(patchPayload({ a: 1 }, [{ op: 'move', from: '/a', path: '/constructor' }])).toMatchObject({ refused: expect.any(String) });
  });

  test('and its reverse give the payload back', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.integer()), fc.integer(), (payload, value) => {
        const added = patchPayload(payload, [{ op: 'add', path: '/new_key', value }]);
        if (!('payload' in added)) throw new Error(added.refused);
        expect(patchPayload(added.payload, [{ op: 'remove', path: '/new_key' }])).toEqual({ payload });
      }),
    );
  });

  test.each([
    [[]],
    [[{ op: 'set', path: '/a', value: 1 }]],
    [[{ op: 'add', path: '/a' }]],
    [[{ op: 'add', path: 'a', value: 1 }]],
    [[{ op: 'add', path: '/~2', value: 1 }]],
    [[{ op: 'move', path: '/a' }]],
    [[{ op: 'remove', path: '/a', value: 1 }]],
    [{ op: 'remove', path: '/a' }],
  ])('is refused that is none: %j', (patch) => {
    expect(payloadPatchSchema.safeParse(patch).success).toBe(false);
  });
});
