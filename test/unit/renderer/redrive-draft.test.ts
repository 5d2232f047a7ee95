import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../contract/json.ts';
import { patched, patchIn, placeRedriveErrors, plainRedrive } from '../../../renderer/features/dead-letters/redrive-draft.ts';
import { changesOf } from '../../../renderer/ui/json-changes.ts';

const first: JsonObject = { url: 'http://old', headers: { accept: 'a/b' }, list: [1, 2] };
const keys = fc.stringMatching(/^[a-z~/ ]{1,4}$/);
const objects = fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }) as fc.Arbitrary<JsonObject>;
/** No payload has them: the engine refuses these names. */
const forbidden = /"(?:__proto__|constructor|prototype)":/;
/** As JSON holds it: no −0. */
const plain = (value: JsonObject) => JSON.parse(JSON.stringify(value)) as JsonObject;

describe('the patch of a redrive', () => {
  it('is the difference between the first payload and what was made of it', () => {
    const edited = JSON.stringify({ ...first, url: 'http://new' });
    expect(patchIn({ ...plainRedrive, way: 'edited', edited }, first)).toEqual({
      ...{ kind: 'patch', patch: [{ op: 'replace', path: '/url', value: 'http://new' }] },
    });
    expect(patchIn({ ...plainRedrive, way: 'edited', edited: JSON.stringify(first) }, first)).toEqual({ kind: 'none' });
  });

  it('makes of any payload the one that it was edited to', () => {
    fc.assert(
      fc.property(objects.map(plain), objects.map(plain), (before, after) => {
        fc.pre(!forbidden.test(JSON.stringify([before, after])));
        const reading = patchIn({ ...plainRedrive, way: 'edited', edited: JSON.stringify(after) }, before);
        const result = reading.kind === 'patch' ? patched(before, reading.patch) : { payload: before };
        expect(result).toEqual({ payload: after });
        // The preview shows a difference exactly when there is one.
        expect(changesOf(before, after).length > 0).toBe(!isDeepStrictEqual(before, after));
      }),
    );
  });

  it('written by hand is checked before it is sent', () => {
    const read = (patch: string) => patchIn({ ...plainRedrive, way: 'patch', patch }, first);
    expect(read('[{"op":"remove","path":"/url"}]')).toEqual({ kind: 'patch', patch: [{ op: 'remove', path: '/url' }] });
    expect(read('[{')).toEqual({ kind: 'unfinished', message: null });
    expect(read('[{"op":"remove","path":"url"}]')).toMatchObject({ kind: 'unfinished', message: expect.stringContaining('/0/path') });
    expect(read('')).toEqual({ kind: 'unfinished', message: null });
  });

  it('says why it does not apply to the first payload, and leaves that as it is', () => {
    const before = structuredClone(first);
    expect(patched(first, [{ op: 'remove', path: '/nowhere' }])).toEqual({ refused: expect.stringContaining('no such place') });
    expect(patched(first, [{ op: 'test', path: '/url', value: 'x' }])).toEqual({ refused: expect.stringContaining('is another') });
    expect(patched(first, [{ op: 'replace', path: '', value: 3 }])).toEqual({ refused: expect.stringContaining('no JSON object') });
    expect(first).toEqual(before);
  });
});

describe('what is refused of a redrive', () => {
  it('is said at its field', () => {
    const errors = [
      { path: '/patch/0/path', message: 'must be a pointer' },
      { path: '/canary', message: 'too many' },
      { path: '/ratePerSecond', message: 'too fast' },
      { path: '', message: 'whole' },
    ];
    expect(placeRedriveErrors(errors)).toEqual({
      ...{ patch: '/0/path must be a pointer', canary: 'too many', ratePerSecond: 'too fast', elsewhere: 'whole' },
    });
  });
});

describe('where two payloads differ', () => {
  it('is the smallest values, by pointer', () => {
    const after = { url: 'http://old', headers: { accept: 'c/d', 'x/y': 1 }, list: [1, 3] };
    expect(changesOf(first, after)).toEqual([
      { path: '/headers/accept', before: 'a/b', after: 'c/d' },
      { path: '/headers/x~1y', before: undefined, after: 1 },
      { path: '/list/1', before: 2, after: 3 },
    ]);
    expect(changesOf({ a: [1] }, { a: [1, 2] })).toEqual([{ path: '/a', before: [1], after: [1, 2] }]);
    expect(changesOf(first, structuredClone(first))).toEqual([]);
  });
});
