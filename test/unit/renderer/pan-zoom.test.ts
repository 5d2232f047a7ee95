import { expect, test } from 'vitest';
import { fitting, leastScale, mostScale, opening, revealing, zoomed } from '../../../renderer/features/workflows/pan-zoom.ts';

const frame = { width: 1000, height: 600 };

test('a small drawing stands in the middle and is not made larger; a large one is made small enough', () => {
  expect(fitting({ width: 200, height: 100 }, frame)).toEqual({ scale: 1, x: 400, y: 250 });
  const view = fitting({ width: 4000, height: 100 }, frame);
  expect(view.x).toBeGreaterThan(0);
  expect(view.x + 4000 * view.scale).toBeLessThanOrEqual(frame.width);
});

test('what lies under the pointer stays there while it is zoomed, within bounds', () => {
  const before = { x: 10, y: 20, scale: 0.5 };
  const after = zoomed(before, 2, { x: 300, y: 200 });
  expect((300 - after.x) / after.scale).toBeCloseTo((300 - before.x) / before.scale);
  expect((200 - after.y) / after.scale).toBeCloseTo((200 - before.y) / before.scale);
  expect(zoomed(before, 1000, { x: 0, y: 0 }).scale).toBe(mostScale);
  expect(zoomed(before, 0.0001, { x: 0, y: 0 }).scale).toBe(leastScale);
});

test('a drawing too large to be read as a whole opens at a readable size, with the wanted box in sight', () => {
  const drawing = { width: 12_000, height: 300 };
  for (const x of [0, 6_000, 11_800]) {
    const view = opening(drawing, { x, y: 100, width: 188, height: 44 }, frame);
    expect(view.scale).toBeGreaterThan(0.6);
    expect(view.x + x * view.scale).toBeGreaterThanOrEqual(0);
    expect(view.x + (x + 188) * view.scale).toBeLessThanOrEqual(frame.width);
  }
  expect(opening({ width: 900, height: 300 }, { x: 0, y: 0, width: 1, height: 1 }, frame)).toEqual(
    fitting({ width: 900, height: 300 }, frame),
  );
});

test('a box out of sight is brought in by the shortest way, and one in sight moves nothing', () => {
  const view = { x: 0, y: 0, scale: 1 };
  expect(revealing(view, { x: 100, y: 100, width: 188, height: 44 }, frame)).toEqual(view);
  expect(revealing(view, { x: 1200, y: 100, width: 188, height: 44 }, frame)).toEqual({ scale: 1, x: -412, y: 0 });
  expect(revealing(view, { x: -300, y: -50, width: 188, height: 44 }, frame)).toEqual({ scale: 1, x: 324, y: 74 });
});
