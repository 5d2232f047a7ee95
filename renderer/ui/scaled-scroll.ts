/**
 * Scrolling through more rows than an element can be tall: Chromium clamps heights at 33.5 million pixels, which is
 * 1.2 million rows. Above `tallest` the scroll bar stands for the list in proportion, while a turn of the wheel still
 * moves by exactly as many pixels as anywhere else. Pure.
 */

export const tallest = 10_000_000;

export type Span = {
  /** What the rows would need, in pixels. */
  content: number;
  /** What the scrolled element is tall. */
  element: number;
  view: number;
};

/** `top` is the element's scrollTop; `offset` the pixel of the content that stands at the view's upper edge. */
export type Position = { top: number; offset: number };

export function spanOf(count: number, rowHeight: number, view: number): Span {
  const content = count * rowHeight;
  return { content, element: Math.min(content, tallest), view };
}

function limit(value: number, most: number): number {
  return Math.min(Math.max(0, most), Math.max(0, value));
}

export function topOf(span: Span, offset: number): number {
  if (span.content <= span.element) return offset;
  return (offset / (span.content - span.view)) * (span.element - span.view);
}

/** Where the content is after the element was scrolled to `top`. Steps up to two views are 1:1, longer ones a jump in proportion. */
export function afterScroll(span: Span, before: Position, top: number): Position {
  const lastOffset = span.content - span.view;
  if (span.content <= span.element) return { top, offset: limit(top, lastOffset) };
  const lastTop = span.element - span.view;
  if (top <= 0) return { top, offset: 0 };
  if (top >= lastTop - 1) return { top, offset: lastOffset };
  const step = top - before.top;
  const offset = Math.abs(step) <= 2 * span.view ? before.offset + step : (top / lastTop) * lastOffset;
  return { top, offset: limit(offset, lastOffset) };
}

/** The rows in view, `last` not included, with `spare` more on both sides. */
export function rowsAt(offset: number, view: number, rowHeight: number, count: number, spare: number): { first: number; last: number } {
  return {
    first: Math.max(0, Math.floor(offset / rowHeight) - spare),
    last: Math.min(count, Math.ceil((offset + view) / rowHeight) + spare),
  };
}
