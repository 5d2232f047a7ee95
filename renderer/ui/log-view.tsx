/** A log that may still grow. Follows its end until a person scrolls up, and goes on when they are back at the end. */

import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { LogLine } from '../../contract/job.ts';
import { Button, IconButton } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { formatClock, formatCount, formatMoment } from './format.ts';
import type { LogRow, LogSpan } from './log-rows.ts';
import { findRows, logText, rowsOf, spansOf } from './log-rows.ts';
import styles from './log-view.module.css';

export type LogState = 'connecting' | 'live' | 'ended' | 'offline';

type LogViewProps = {
  lines: readonly LogLine[];
  state: LogState;
  /** Said where the log would be while it has no line. */
  emptyText: string;
};

const lineHeight = 18;
/** Closer to the end than this is at the end: zoomed pages scroll by fractions. */
const endSlack = 8;

const stateTexts: Record<LogState, string> = { connecting: 'Loading', live: 'Live', ended: '', offline: 'Connection lost, trying again' };

export function LogView({ lines, state, emptyText }: LogViewProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const lastTop = useRef(0);
  const [following, setFollowing] = useState(true);
  const [search, setSearch] = useState('');
  const [current, setCurrent] = useState(0);
  const wanted = useDeferredValue(search);
  const rows = useMemo(() => rowsOf(lines), [lines]);
  const found = useMemo(() => findRows(rows, wanted), [rows, wanted]);

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
  });
  const height = virtualizer.getTotalSize();

  // Lines that wrap are measured after they are drawn, so the end moves once more: the height is what to follow.
  useLayoutEffect(() => {
    if (following && height > 0) scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  }, [following, height]);

  const onScroll = () => {
    const element = scroller.current;
    if (!element) return;
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight <= endSlack;
    if (atEnd) setFollowing(true);
    // Lines that arrive leave the position as it is; only a person moves it up.
    else if (element.scrollTop < lastTop.current) setFollowing(false);
    lastTop.current = element.scrollTop;
  };

  const goTo = (index: number) => {
    // Enter may come before what was typed last has been searched for.
    const hits = search === wanted ? found : findRows(rows, search);
    if (hits.length === 0) return;
    const next = (index + hits.length) % hits.length;
    setFollowing(false);
    setCurrent(next);
    virtualizer.scrollToIndex(hits[next] ?? 0, { align: 'center' });
  };

  return (
    <div className={styles.log}>
      <div className={styles.bar}>
        <input
          type="search"
          className={styles.search}
          placeholder="Search in the log"
          aria-label="Search in the log"
          value={search}
          onChange={(event) => {
            setSearch(event.currentTarget.value);
            setCurrent(-1);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') goTo(event.shiftKey ? current - 1 : current + 1);
            // Clearing the search is all that this Escape does: the panel around stays.
            if (event.key !== 'Escape' || search === '') return;
            event.preventDefault();
            setSearch('');
          }}
        />
        {search !== '' && (
          <>
            <span className={styles.count} role="status">
              {found.length === 0 ? 'nothing found' : `${current < 0 ? '' : `${current + 1} of `}${formatCount(found.length)}`}
            </span>
            <IconButton
              icon="up"
              label="Previous hit"
              shortcut="Shift Enter"
              disabled={found.length === 0}
              onClick={() => goTo(current - 1)}
            />
            <IconButton icon="down" label="Next hit" shortcut="Enter" disabled={found.length === 0} onClick={() => goTo(current + 1)} />
          </>
        )}
        <span className={styles.state} data-state={state}>
          {stateTexts[state]}
          {lines.length > 0 && (
            <span>
              {formatCount(lines.length)} {lines.length === 1 ? 'line' : 'lines'}
            </span>
          )}
        </span>
        <CopyButton text={() => logText(lines)} label="Copy the whole log" />
      </div>
      <div className={styles.frame}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
        <div ref={scroller} className={styles.scroller} onScroll={onScroll} tabIndex={0} role="log" aria-live="off" aria-label="Log">
          {rows.length === 0 ? (
            <p className={styles.empty}>{emptyText}</p>
          ) : (
            <div className={styles.rows} style={{ height }}>
              {virtualizer.getVirtualItems().map(({ index, key, start }) => {
                const row = rows[index];
                return (
                  row && (
                    <div
                      key={key}
                      ref={virtualizer.measureElement}
                      data-index={index}
                      className={styles.row}
                      style={{ transform: `translateY(${start}px)` }}
                    >
                      <Row row={row} search={wanted} current={found[current] === index} />
                    </div>
                  )
                );
              })}
            </div>
          )}
        </div>
        {!following && rows.length > 0 && (
          <div className={styles.jump}>
            <Button icon="down" onClick={() => setFollowing(true)}>
              Jump to newest
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

const streamMarks = { stdout: '', stderr: 'err', log: '', system: 'engine' } as const;

function Row({ row, search, current }: { row: LogRow; search: string; current: boolean }) {
  if (row.kind === 'attempt') return <div className={styles.attempt}>Attempt {row.attempt}</div>;
  const { at, stream, text } = row.line;
  return (
    <div className={styles.line} data-stream={stream} data-current={current || undefined}>
      <time className={styles.time} dateTime={at} title={formatMoment(at)}>
        {formatClock(at)}
      </time>
      <span className={styles.text}>
        {streamMarks[stream] !== '' && <span className={styles.stream}>{streamMarks[stream]}</span>}
        {spansOf(text, search).map((span) => (
          <Span key={span.start} {...span} />
        ))}
      </span>
    </div>
  );
}

function Span({ text, style, found }: LogSpan) {
  const Tag = found ? 'mark' : 'span';
  return (
    <Tag
      data-colour={style.colour ?? undefined}
      data-bold={style.bold || undefined}
      data-dim={style.dim || undefined}
      data-italic={style.italic || undefined}
      data-underline={style.underline || undefined}
    >
      {text}
    </Tag>
  );
}
