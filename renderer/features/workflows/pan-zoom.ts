/** Where a drawing stands in its frame: `x` and `y` in the frame's pixels, `scale` of them a unit of the drawing. Pure. */

import type { Point } from './graph-layout.ts';

export type View = Point & { scale: number };
export type Size = { width: number; height: number };

export const leastScale = 0.08;
export const mostScale = 2;
const margin = 24;

/** All of it, in the middle, and never larger than life. */
export function fitting(drawing: Size, frame: Size): View {
  const wide = (frame.width - 2 * margin) / Math.max(1, drawing.width);
  const high = (frame.height - 2 * margin) / Math.max(1, drawing.height);
  const scale = Math.min(1, Math.max(leastScale, Math.min(wide, high)));
  return { scale, x: (frame.width - drawing.width * scale) / 2, y: (frame.height - drawing.height * scale) / 2 };
}

/** Below this, names can't be read. */
const readable = 0.6;
const comfortable = 0.85;

/** All of it where it can be read then; else a part that can, with `box` in its middle as far as the drawing reaches. */
export function opening(drawing: Size, box: Point & Size, frame: Size): View {
  const whole = fitting(drawing, frame);
  if (whole.scale >= readable) return whole;
  const scale = comfortable;
  return {
    scale,
    x: placed(drawing.width * scale, (box.x + box.width / 2) * scale, frame.width),
    y: placed(drawing.height * scale, (box.y + box.height / 2) * scale, frame.height),
  };
}

/** Where a length begins so that `centre` on it is in the middle of the room, without leaving more than a margin empty at its ends. */
function placed(length: number, centre: number, room: number): number {
  if (length <= room - 2 * margin) return (room - length) / 2;
  return Math.min(margin, Math.max(room - margin - length, room / 2 - centre));
}

/** What lies under `at` (in the frame) stays under it. */
export function zoomed(view: View, factor: number, at: Point): View {
  const scale = Math.min(mostScale, Math.max(leastScale, view.scale * factor));
  const change = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * change, y: at.y - (at.y - view.y) * change };
}

/** Moved no further than it takes for a box of the drawing to be in sight. */
export function revealing(view: View, box: Point & Size, frame: Size): View {
  const left = view.x + box.x * view.scale;
  const top = view.y + box.y * view.scale;
  return {
    scale: view.scale,
    x: view.x + within(left, box.width * view.scale, frame.width),
    y: view.y + within(top, box.height * view.scale, frame.height),
  };
}

function within(start: number, length: number, room: number): number {
  if (start < margin) return margin - start;
  return start + length > room - margin ? Math.min(room - margin - start - length, 0) : 0;
}
