import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterScroll, rowsAt, spanOf, tallest, topOf } from '../../../renderer/ui/scaled-scroll.ts';

const view = 700;
const row = 28;

test('a list that fits scrolls pixel by pixel', () => {
  const span = spanOf(10_000, row, view);
  expect(span.element).toBe(280_000);
  expect(afterScroll(span, { top: 0, offset: 0 }, 123_456)).toEqual({ top: 123_456, offset: 123_456 });
});

test('a turn of the wheel moves by its own pixels even in a list of two million rows', () => {
  const span = spanOf(2_000_000, row, view);
  expect(span.element).toBe(tallest);
  const before = { top: 5_000_000, offset: 20_000_000 };
  expect(afterScroll(span, before, 5_000_100).offset).toBe(20_000_100);
  expect(afterScroll(span, before, 4_999_950).offset).toBe(19_999_950);
});

test('a drag of the scroll bar goes to the same share of the list, and its ends to the first and last row', () => {
  const span = spanOf(2_000_000, row, view);
  const start = { top: 0, offset: 0 };
  const half = afterScroll(span, start, (span.element - view) / 2);
  expect(half.offset).toBeCloseTo((span.content - view) / 2, 0);
  expect(afterScroll(span, start, span.element - view).offset).toBe(span.content - view);
  expect(afterScroll(span, { top: 50, offset: 4_000 }, 0).offset).toBe(0);
});

test('the place that is scrolled to and the place it stands for are each other’s inverse', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1_000_000, max: 50_000_000 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (count, share) => {
      const span = spanOf(count, row, view);
      const offset = Math.round((span.content - view) * share);
      const far = { top: topOf(span, offset) > tallest / 2 ? 0 : tallest - view, offset: 0 };
      const reached = afterScroll(span, far, topOf(span, offset));
      expect(Math.abs(reached.offset - offset)).toBeLessThan(1);
    }),
  );
});

test('the rows of a view are all of those it touches, and none beyond the list', () => {
  expect(rowsAt(0, view, row, 1_000, 0)).toEqual({ first: 0, last: 25 });
  expect(rowsAt(14, view, row, 1_000, 0)).toEqual({ first: 0, last: 26 });
  expect(rowsAt(0, view, row, 3, 10)).toEqual({ first: 0, last: 3 });
  expect(rowsAt(975 * row, view, row, 1_000, 10)).toEqual({ first: 965, last: 1_000 });
});
