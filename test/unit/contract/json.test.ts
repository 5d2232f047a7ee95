import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNestedDeeper } from '../../../contract/json.ts';

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('whether JSON is nested deeper than so many levels', () => {
  test('is as its value says, whatever stands in its strings and between its parts', () => {
    const text = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', ']', 'a') });
    const values = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' });
    fc.assert(
      fc.property(values, text, fc.nat(8), fc.constantFrom(0, 2), (inner, word, levels, indent) => {
        const value = { [word]: [inner, word] };
        expect(isNestedDeeper(JSON.stringify(value, null, indent), levels)).toBe(depthOf(value) > levels);
      }),
    );
  });

  test('is told of any depth without recursion', () => {
    const million = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
    expect(isNestedDeeper(million, 999_999)).toBe(true);
    expect(isNestedDeeper(million, 1_000_000)).toBe(false);
  });

  test('does not depend on how many values stand beside each other', () => {
    expect(isNestedDeeper(JSON.stringify(Array.from({ length: 1_000 }, () => [{}])), 3)).toBe(false);
    expect(isNestedDeeper(JSON.stringify(Array.from({ length: 1_000 }, () => [{}])), 2)).toBe(true);
  });
});
