/** A list, and beside it the details of what is chosen, so that the list stays. The border is dragged or moved by arrow keys. */

import type { KeyboardEvent, PointerEvent, ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import styles from './split-panel.module.css';

const narrowest = 320;
const widest = 900;
const step = 24;
const key = 'switchyard-panel-width';

type SplitPanelProps = {
  /** What the panel shows, for screen readers: "Job". */
  label: string;
  /** Nothing: the list has all the room. */
  panel: ReactNode | null;
  /** Escape, while the focus is in list or panel and nothing else took it. */
  onClose: () => void;
  children: ReactNode;
};

function clamp(width: number): number {
  return Math.round(Math.min(widest, Math.max(narrowest, width)));
}

function storedWidth(): number {
  const stored = Number(localStorage.getItem(key));
  return stored > 0 ? clamp(stored) : 420;
}

export function SplitPanel({ label, panel, onClose, children }: SplitPanelProps) {
  const [width, setWidth] = useState(storedWidth);
  const panelElement = useRef<HTMLElement>(null);
  const open = panel !== null && panel !== undefined && panel !== false;

  useEffect(() => {
    localStorage.setItem(key, String(width));
  }, [width]);

  const drag = (event: PointerEvent<HTMLElement>) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    const right = panelElement.current?.getBoundingClientRect().right ?? window.innerWidth;
    handle.setPointerCapture(event.pointerId);
    const move = (moved: globalThis.PointerEvent) => setWidth(clamp(right - moved.clientX));
    const end = () => {
      handle.removeEventListener('pointermove', move);
      handle.removeEventListener('pointerup', end);
      handle.removeEventListener('pointercancel', end);
    };
    handle.addEventListener('pointermove', move);
    handle.addEventListener('pointerup', end);
    handle.addEventListener('pointercancel', end);
  };

  const resizeByKey = (event: KeyboardEvent) => {
    const change = { ArrowLeft: step, ArrowRight: -step, Home: widest, End: -widest }[event.key];
    if (change === undefined) return;
    event.preventDefault();
    setWidth((current) => clamp(current + change));
  };

  const closeByKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented || !open) return;
    event.preventDefault();
    onClose();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only listens for Escape from the parts inside
    <div className={styles.split} data-open={open || undefined} onKeyDown={closeByKey}>
      <div className={styles.list}>{children}</div>
      {open && (
        <>
          {/* biome-ignore lint/a11y/useSemanticElements: an hr cannot be moved; this is the splitter of WAI-ARIA */}
          <div
            className={styles.handle}
            role="separator"
            aria-orientation="vertical"
            aria-label={`Width of ${label}`}
            aria-valuenow={width}
            aria-valuemin={narrowest}
            aria-valuemax={widest}
            tabIndex={0}
            onPointerDown={drag}
            onKeyDown={resizeByKey}
          />
          <aside ref={panelElement} className={styles.panel} aria-label={label} style={{ width }}>
            {panel}
          </aside>
        </>
      )}
    </div>
  );
}
