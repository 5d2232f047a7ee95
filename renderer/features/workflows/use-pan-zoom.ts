import type { PointerEvent as ReactPointerEvent, RefObject } from 'react';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { Point } from './graph-layout.ts';
import type { Size, View } from './pan-zoom.ts';
import { fitting, opening, revealing, zoomed } from './pan-zoom.ts';

type PanZoom = {
  frame: RefObject<HTMLElement | null>;
  view: View;
  zoom(factor: number): void;
  /** All in sight again, also as the frame changes its size. */
  showAll(): void;
  reveal(box: Point & Size): void;
  onPointerDown(event: ReactPointerEvent): void;
};

/** A press that moves further than this pans, and is no click. */
const clickSlack = 4;

/** How it is placed until someone moves it. */
type Placing = 'opening' | 'all' | 'moved';

/** @param first what stays in sight at the beginning and as the frame changes, where not all can be. The wheel moves, with Ctrl (and a pinch, which the browser tells in the same way) it zooms; a drag moves. */
export function usePanZoom(drawing: Size, first: Point & Size): PanZoom {
  const frame = useRef<HTMLElement>(null);
  const [view, setView] = useState<View>({ x: 0, y: 0, scale: 1 });
  const placing = useRef<Placing>('opening');
  const kept = useRef(first);
  useLayoutEffect(() => {
    kept.current = first;
  });
  const { width, height } = drawing;

  const sizeOf = useCallback((): Size => ({ width: frame.current?.clientWidth ?? 0, height: frame.current?.clientHeight ?? 0 }), []);
  const place = useCallback(() => {
    if (placing.current === 'all') setView(fitting({ width, height }, sizeOf()));
    else if (placing.current === 'opening') setView(opening({ width, height }, kept.current, sizeOf()));
    else setView((before) => revealing(before, kept.current, sizeOf()));
  }, [width, height, sizeOf]);
  const showAll = () => {
    placing.current = 'all';
    place();
  };
  const move = useCallback((next: (view: View) => View) => {
    placing.current = 'moved';
    setView(next);
  }, []);

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const resized = new ResizeObserver(place);
    resized.observe(element);
    // React listens passively, and the page must not scroll or zoom meanwhile.
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
      if (event.ctrlKey || event.metaKey) {
        const at = { x: event.clientX - box.left, y: event.clientY - box.top };
        move((before) => zoomed(before, Math.exp(-event.deltaY * unit * 0.004), at));
      } else {
        const [across, down] = event.shiftKey ? [event.deltaY, 0] : [event.deltaX, event.deltaY];
        move((before) => ({ ...before, x: before.x - across * unit, y: before.y - down * unit }));
      }
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      resized.disconnect();
      element.removeEventListener('wheel', onWheel);
    };
  }, [place, move]);

  const onPointerDown = (event: ReactPointerEvent) => {
    const element = frame.current;
    if (event.button !== 0 || !element) return;
    let { clientX, clientY } = event;
    let dragging = false;
    const drag = (moved: PointerEvent) => {
      if (!dragging && Math.hypot(moved.clientX - clientX, moved.clientY - clientY) < clickSlack) return;
      dragging = true;
      element.setPointerCapture(event.pointerId);
      const [across, down] = [moved.clientX - clientX, moved.clientY - clientY];
      ({ clientX, clientY } = moved);
      move((before) => ({ ...before, x: before.x + across, y: before.y + down }));
    };
    const end = () => {
      element.removeEventListener('pointermove', drag);
      element.removeEventListener('pointerup', end);
      element.removeEventListener('pointercancel', end);
    };
    element.addEventListener('pointermove', drag);
    element.addEventListener('pointerup', end);
    element.addEventListener('pointercancel', end);
  };

  const zoom = (factor: number) => {
    const size = sizeOf();
    move((before) => zoomed(before, factor, { x: size.width / 2, y: size.height / 2 }));
  };
  const reveal = (box: Point & Size) => {
    const next = revealing(view, box, sizeOf());
    if (next.x !== view.x || next.y !== view.y) move(() => next);
  };

  return { frame, view, zoom, showAll, reveal, onPointerDown };
}
