import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../contract/json.ts';
import { isSameJson } from '../../../contract/json.ts';
import { differencesOf } from '../../../renderer/features/job/promise-difference.ts';

const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<Json>;

describe('the differences between a promise and what came', () => {
  it('are none exactly when both are the same, whatever the order of their members', () => {
    fc.assert(
      fc.property(json, json, (promised, came) => {
        expect(differencesOf(promised, promised, 10)).toEqual([]);
        expect(isSameJson(promised, JSON.parse(JSON.stringify(promised)))).toBe(true);
        expect(differencesOf(promised, came, 10).length === 0).toBe(isSameJson(promised, came));
      }),
    );
    expect(isSameJson({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(isSameJson({ a: 1 }, { b: 1 })).toBe(false);
    expect(isSameJson([], {})).toBe(false);
  });

  it('are the innermost ones, by pointer, with what is missing on either side', () => {
    expect(differencesOf({ likes: 8, by: ['ann', 'bob'], 'a/b': 1 }, { likes: 9, by: ['ann'], more: null, 'a/b': 1 }, 10)).toEqual([
      { path: '/likes', promised: 8, came: 9 },
      { path: '/by/1', promised: 'bob', came: undefined },
      { path: '/more', promised: undefined, came: null },
    ]);
    expect(differencesOf({ 'a/b': { '~': 1 } }, { 'a/b': { '~': 2 } }, 10)).toEqual([{ path: '/a~1b/~0', promised: 1, came: 2 }]);
    expect(differencesOf([], {}, 10)).toEqual([{ path: '', promised: [], came: {} }]);
  });

  it('are no more than asked for', () => {
    expect(differencesOf([1, 2, 3], [4, 5, 6], 2)).toHaveLength(2);
  });
});
