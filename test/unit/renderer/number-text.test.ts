import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumber } from '../../../renderer/ui/number-text.ts';

describe('a number as a person writes it', () => {
  it.each([
    ['20261123152530', true, 20261123152530],
    ['1700000000000123', true, 1700000000000123],
    ['9007199254740991', true, 9007199254740991],
    ['1.23456789012345', false, 1.23456789012345],
    ['2.50', false, 2.5],
    ['007', true, 7],
    ['1.0', true, 1],
    ['5.', false, 5],
    ['-.5', false, -0.5],
    ['0.00000001234', false, 0.00000001234],
    ['100000000000000000000000', false, 1e23],
  ])('is read whole: %s', (text, integer, value) => {
    expect(readNumber(text, integer)).toEqual({ value, mistake: null });
  });

  it('is none where nothing stands', () => {
    expect(readNumber('', true)).toEqual({ value: null, mistake: null });
  });

  it.each([
    ['-', false, 'It must be a number'],
    ['.', true, 'It must be a whole number'],
    ['1.5', true, 'It must be a whole number'],
    ['9007199254740992', true, 'It must lie between -9007199254740991 and 9007199254740991'],
    ['9'.repeat(400), true, 'It must lie between -9007199254740991 and 9007199254740991'],
    ['9'.repeat(400), false, 'It is larger than any number that can be kept'],
    ['12345678901234567890', false, 'It has more digits than can be kept: it would become 12345678901234567000'],
    ['0.1000000000000000055', false, 'It has more digits than can be kept: it would become 0.1'],
  ])('is refused with a reason rather than changed: %s', (text, integer, mistake) => {
    expect(readNumber(text, integer)).toEqual({ value: null, mistake });
  });

  it('is taken whenever it is what a number is written as', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        // Added to nothing, because -0 is written as 0.
        expect(readNumber(String(value), false).value).toBe(value + 0);
      }),
    );
  });
});
