import { expect, test } from 'vitest';
import { parsePlace, placeWindow } from '../../../electron/window-place.ts';

const laptop = { x: 0, y: 0, width: 1440, height: 875 };
const second = { x: 1440, y: -200, width: 1920, height: 1080 };
const place = (x: number, y: number, width = 1000, height = 700) => ({ bounds: { x, y, width, height }, maximized: false });

test('without a remembered place the window stands in the middle of the first screen', () => {
  expect(placeWindow(null, [laptop, second])).toEqual({ bounds: { x: 80, y: 27, width: 1280, height: 820 }, maximized: false });
});

test('a place whose title bar can be reached is kept, on any screen and partly outside', () => {
  for (const saved of [place(100, 100), place(1500, -150), place(-800, 40)]) expect(placeWindow(saved, [laptop, second])).toEqual(saved);
});

test('a window on a screen that is gone comes back to the first one, maximised as it was', () => {
  const placed = placeWindow({ ...place(1500, -150), maximized: true }, [laptop]);
  expect(placed).toEqual({ bounds: { x: 80, y: 27, width: 1280, height: 820 }, maximized: true });
});

test('a window whose title bar lies above the screen, below it or almost beside it is put back', () => {
  for (const saved of [place(100, -10), place(100, 860), place(-950, 100), place(1400, 100)]) {
    expect(placeWindow(saved, [laptop]).bounds).toMatchObject({ x: 80, y: 27 });
  }
});

test('a window is never larger than its screen nor too small to use', () => {
  expect(placeWindow(place(0, 0, 5000, 4000), [laptop]).bounds).toMatchObject({ width: 1440, height: 875 });
  expect(placeWindow(place(0, 0, 200, 50), [laptop]).bounds).toMatchObject({ width: 720, height: 480 });
  expect(placeWindow(null, [{ x: 0, y: 0, width: 800, height: 600 }]).bounds).toEqual({ x: 0, y: 0, width: 800, height: 600 });
});

test('what a file says is taken only if it is a place', () => {
  expect(parsePlace('{"bounds":{"x":1,"y":2,"width":3,"height":4},"maximized":true}')).toEqual({
    bounds: { x: 1, y: 2, width: 3, height: 4 },
    maximized: true,
  });
  for (const text of [
    '',
    'null',
    '[]',
    '{"bounds":null}',
    '{"bounds":{"x":1,"y":2,"width":"3","height":4}}',
    '{"bounds":{"x":1e9,"y":2,"width":3,"height":4}}',
  ]) {
    expect(parsePlace(text), text).toBeNull();
  }
});
