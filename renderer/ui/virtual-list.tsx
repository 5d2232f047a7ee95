/**
 * A grid of any length of which only the rows in view exist. All rows have one height, so a row's place is a product and
 * nothing is kept per row (a virtualiser that measures keeps an object for each, which millions of live rows cannot afford).
 * The focus stays on the grid; the active row is named by aria-activedescendant.
 */

import type { KeyboardEvent, MouseEvent, ReactNode, Ref } from 'react';
import { useCallback, useEffect, useId, useImperativeHandle, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Position } from './scaled-scroll.ts';
import { afterScroll, rowsAt, spanOf, topOf } from './scaled-scroll.ts';
import styles from './virtual-list.module.css';

/** `toggle`: this one in or out. `range`: from the last one to this. */
export type SelectHow = 'toggle' | 'range';

export type VirtualListHandle = { scrollToTop(): void; focus(): void };

export type VirtualListProps = {
  label: string;
  count: number;
  rowHeight?: number;
  /** Cells with role `columnheader`. */
  header?: ReactNode;
  /** Cells with role `gridcell`. Keep it cheap: it runs for each row in view on every change. */
  renderRow: (index: number) => ReactNode;
  /** Names the row over changes of its place; the index when it has none yet. */
  keyOf: (index: number) => string;
  /** The row that keys act on; −1 for none. */
  active: number;
  onActive: (index: number) => void;
  /** A click, or Enter. */
  onOpen: (index: number) => void;
  isSelected?: (index: number) => boolean;
  onSelect?: (index: number, how: SelectHow) => void;
  onSelectAll?: () => void;
  /** Other keys, e.g. a shortcut for the active row. */
  onKey?: (event: KeyboardEvent) => void;
  /** Rows now in view (`last` not included), and whether the list stands at its top. */
  onView?: (view: { first: number; last: number; atTop: boolean }) => void;
  ref?: Ref<VirtualListHandle>;
};

const spare = 14;
/** Rows are made anew once fewer than this many spare ones are left. */
const leastSpare = 4;

/** Inside a row they have clicks of their own. */
const controls = 'button, a, input, label';

type Shown = { first: number; last: number; shift: number };

export function VirtualList(props: VirtualListProps) {
  const { label, count, rowHeight = 28, header, renderRow, keyOf, active, isSelected, ref } = props;
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const position = useRef<Position>({ top: 0, offset: 0 });
  /** Since the key End, for as long as nothing else moves it: its end may be read only then, and be further. */
  const staysAtEnd = useRef(false);
  const [shown, setShown] = useState<Shown>({ first: 0, last: 0, shift: 0 });
  const shownNow = useRef(shown);
  const latest = useRef(props);
  useLayoutEffect(() => {
    latest.current = props;
  });

  const headerHeight = header ? rowHeight : 0;
  const viewHeight = useCallback(() => Math.max(0, (scroller.current?.clientHeight ?? 0) - headerHeight), [headerHeight]);

  /** Brings the rendered rows in line with the position. `now` renders before the next paint, for scrolling. */
  const update = useCallback(
    (now: boolean) => {
      const { count: rows, onView } = latest.current;
      const view = viewHeight();
      const { top, offset } = position.current;
      const visible = rowsAt(offset, view, rowHeight, rows, 0);
      onView?.({ ...visible, atTop: offset < rowHeight / 2 });
      const shift = top - offset;
      const needed = rowsAt(offset, view, rowHeight, rows, leastSpare);
      const had = shownNow.current;
      if (needed.first >= had.first && needed.last <= had.last && had.last <= rows && Math.abs(shift - had.shift) < 0.5) return;
      const next = { ...rowsAt(offset, view, rowHeight, rows, spare), shift };
      shownNow.current = next;
      if (now) flushSync(() => setShown(next));
      else setShown(next);
    },
    [rowHeight, viewHeight],
  );

  const moveTo = useCallback(
    (offset: number) => {
      const element = scroller.current;
      if (!element) return;
      const span = spanOf(latest.current.count, rowHeight, viewHeight());
      const reached = Math.min(Math.max(0, offset), Math.max(0, span.content - span.view));
      if (reached < span.content - span.view - 1) staysAtEnd.current = false;
      element.scrollTop = topOf(span, reached);
      // Read back, since the browser rounds: the scroll event that follows must then be a step of nothing.
      position.current = { top: element.scrollTop, offset: reached };
      update(false);
    },
    [rowHeight, update, viewHeight],
  );

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onScroll = () => {
      const span = spanOf(latest.current.count, rowHeight, viewHeight());
      position.current = afterScroll(span, position.current, element.scrollTop);
      if (position.current.offset < span.content - span.view - 1) staysAtEnd.current = false;
      update(true);
    };
    // In proportion again once it rests, so that the bar does not drift from what it stands for.
    const onRest = () => {
      const span = spanOf(latest.current.count, rowHeight, viewHeight());
      if (span.content > span.element) moveTo(position.current.offset);
    };
    const resized = new ResizeObserver(() => update(false));
    resized.observe(element);
    element.addEventListener('scroll', onScroll, { passive: true });
    element.addEventListener('scrollend', onRest);
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', onScroll);
      element.removeEventListener('scrollend', onRest);
    };
  }, [moveTo, rowHeight, update, viewHeight]);

  // A page that was gone to has the focus on its title until its list is there.
  useEffect(() => {
    if (document.activeElement?.id === 'page-title') scroller.current?.focus();
  }, []);

  // A changed count moves the end of the list, and with it perhaps the position.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    position.current = afterScroll(spanOf(count, rowHeight, viewHeight()), position.current, element.scrollTop);
    staysAtEnd.current &&= count * rowHeight > viewHeight();
    if (staysAtEnd.current) moveTo(count * rowHeight);
    else update(false);
  }, [count, moveTo, rowHeight, update, viewHeight]);

  const reveal = useCallback(
    (index: number) => {
      const start = index * rowHeight;
      const view = viewHeight();
      const { offset } = position.current;
      if (start < offset) moveTo(start);
      else if (start + rowHeight > offset + view) moveTo(start + rowHeight - view);
    },
    [moveTo, rowHeight, viewHeight],
  );

  useImperativeHandle(ref, () => ({ scrollToTop: () => moveTo(0), focus: () => scroller.current?.focus() }), [moveTo]);

  const activate = (index: number, range: boolean) => {
    const next = Math.min(count - 1, Math.max(0, index));
    if (next < 0) return;
    // The range starts at the row that was left, whether it was chosen before or not.
    if (range && props.isSelected && active >= 0 && !props.isSelected(active)) props.onSelect?.(active, 'toggle');
    if (range) props.onSelect?.(next, 'range');
    props.onActive(next);
    reveal(next);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return;
    const page = Math.max(1, Math.floor(viewHeight() / rowHeight) - 1);
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const target = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: count - 1 }[
      event.key
    ];
    if (target !== undefined && plain) {
      staysAtEnd.current = event.key === 'End' && count * rowHeight > viewHeight();
      activate(target, event.shiftKey);
    } else if (event.key === 'Enter' && plain && active >= 0) props.onOpen(active);
    else if (event.key === ' ' && active >= 0) props.onSelect?.(active, event.shiftKey ? 'range' : 'toggle');
    else if (event.key === 'a' && props.onSelectAll && !event.altKey) props.onSelectAll();
    else {
      props.onKey?.(event);
      return;
    }
    event.preventDefault();
  };

  const onRowMouseDown = (event: MouseEvent) => {
    const onControl = event.target instanceof Element && event.target.closest(controls);
    if (!event.shiftKey || !props.onSelect || onControl) return;
    // The browser would mark the text up to here, and in not doing so not give the focus either.
    event.preventDefault();
    scroller.current?.focus({ preventScroll: true });
  };

  const onRowClick = (event: MouseEvent, index: number) => {
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest(controls)) return;
    if (props.onSelect && target?.closest('[data-toggle-row]')) {
      props.onSelect(index, event.shiftKey ? 'range' : 'toggle');
      return;
    }
    if (event.shiftKey && props.onSelect) props.onSelect(index, 'range');
    else if ((event.ctrlKey || event.metaKey) && props.onSelect) props.onSelect(index, 'toggle');
    // Who marks a piece of text in the row does not click on it.
    else if (window.getSelection()?.type === 'Range') return;
    else props.onOpen(index);
    props.onActive(index);
  };

  const rows = [];
  for (let index = shown.first; index < Math.min(shown.last, count); index += 1) {
    rows.push(
      // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus and names its active row
      // biome-ignore lint/a11y/useKeyWithClickEvents: the grid's Enter does the same
      // biome-ignore lint/a11y/useSemanticElements: table rows cannot be placed by transform
      <div
        key={keyOf(index)}
        id={`${gridId}-${index}`}
        role="row"
        aria-rowindex={index + (header ? 2 : 1)}
        aria-selected={isSelected ? isSelected(index) : index === active}
        data-active={index === active || undefined}
        className={styles.row}
        style={{ height: rowHeight, transform: `translateY(${index * rowHeight + shown.shift}px)` }}
        onMouseDown={onRowMouseDown}
        onClick={(event) => onRowClick(event, index)}
      >
        {renderRow(index)}
      </div>,
    );
  }
  const activeIsShown = active >= shown.first && active < Math.min(shown.last, count);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a table cannot have rows that are not there
    <div
      ref={scroller}
      className={styles.grid}
      role="grid"
      tabIndex={0}
      data-page-start
      aria-label={label}
      aria-rowcount={count + (header ? 1 : 0)}
      aria-multiselectable={props.onSelect ? true : undefined}
      aria-activedescendant={activeIsShown ? `${gridId}-${active}` : undefined}
      onKeyDown={onKeyDown}
    >
      {header && (
        // biome-ignore lint/a11y/useFocusableInteractive: the grid holds the focus
        // biome-ignore lint/a11y/useSemanticElements: as its rows
        <div role="row" aria-rowindex={1} className={styles.header} style={{ height: rowHeight }}>
          {header}
        </div>
      )}
      {/* biome-ignore lint/a11y/useSemanticElements: as its rows */}
      <div role="rowgroup" className={styles.rows} style={{ height: spanOf(count, rowHeight, 0).element }}>
        {rows}
      </div>
    </div>
  );
}
