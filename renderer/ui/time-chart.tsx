/** Lines over time on a canvas. Its legend tells the values under the pointer, else the latest; screen readers get a summary. */

import 'uplot/dist/uPlot.min.css';
import { useComputedColorScheme } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect, useRef, useState } from 'react';
import uPlot from 'uplot';
import { formatClock } from './format.ts';
import styles from './time-chart.module.css';

/** Lines are told apart by their look as well as by colour. */
export type ChartLook = 'line' | 'bold' | 'dashes' | 'surface' | 'bars';

export type ChartLine = {
  label: string;
  /** Name of a token, e.g. `--state-completed`. */
  colour: string;
  look: ChartLook;
  values: readonly (number | null)[];
};

type TimeChartProps = {
  title: string;
  /** Which time it shows: "last 5 min". */
  span: string;
  /** Seconds since 1970, or since whatever `formatTime` tells of; rising, one for each value. */
  times: readonly number[];
  /** Times that are no times of day: in words for the axis and the pointer. */
  formatTime?: (seconds: number) => string;
  lines: readonly ChartLine[];
  format: (value: number) => string;
  /** The axis reaches this far where all values are less: 1 for what is counted. */
  reachesAtLeast?: number;
  /** Shown over the empty frame when no line has a value. */
  nothing: string;
  /** Charts of one group point at the same time. */
  group: string;
  controls?: ReactNode;
};

const height = 128;
/** Steps of an axis of durations, in seconds; uPlot's own are decimal, which makes minutes odd. */
const durationSteps = [
  ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600],
  ...[2, 3, 6, 12, 24, 48, 120, 240, 480, 1_200, 2_400, 4_800, 12_000].map((hours) => hours * 3_600),
];

function latestOf(values: readonly (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

function summaryOf({ title, span, lines, format }: TimeChartProps): string {
  const parts = lines.map(({ label, values }) => {
    const known = values.filter((value) => value !== null);
    if (known.length === 0) return `${label}: no values`;
    const latest = latestOf(values) ?? 0;
    return `${label}: latest ${format(latest)}, lowest ${format(Math.min(...known))}, highest ${format(Math.max(...known))}`;
  });
  return `${title}, ${span}. ${parts.join('; ')}.`;
}

function optionsFor(element: HTMLElement, props: TimeChartProps, onPoint: (index: number | null) => void): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (token: string) => style.getPropertyValue(token).trim();
  const bars = uPlot.paths.bars?.({ size: [0.8, 6], align: 0 });
  const font = `11px ${style.fontFamily}`;
  const axis = { stroke: colour('--text-faint'), font, ticks: { show: false } } as const;
  return {
    width: element.clientWidth,
    height,
    padding: [10, 18, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: props.group },
      drag: { x: false, y: false },
      points: { size: 6 },
      y: false,
    },
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
    scales: {
      x: { time: !props.formatTime },
      y: { range: (_, __, most) => [0, Math.max(most ?? 0, props.reachesAtLeast ?? 0.001) * 1.1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 70,
        ...(props.formatTime ? { incrs: durationSteps } : {}),
        values: (_, splits) => splits.map((at) => props.formatTime?.(at) ?? formatClock(at * 1000).slice(0, 5)),
      },
      {
        ...axis,
        grid: { stroke: colour('--line'), width: 1 },
        size: 58,
        space: 32,
        values: (_, splits) => splits.map((value) => (value === 0 ? '0' : props.format(value))),
      },
    ],
    series: [
      {},
      ...props.lines.map(({ label, colour: token, look }) => {
        const stroke = colour(token);
        return {
          label,
          stroke,
          width: look === 'bold' ? 2 : look === 'bars' ? 0 : 1.25,
          points: { show: false },
          ...(look === 'dashes' ? { dash: [3, 3] } : {}),
          ...(look === 'surface' ? { fill: faint(stroke) } : {}),
          ...(look === 'bars' && bars ? { fill: stroke, paths: bars } : {}),
        };
      }),
    ],
  };
}

/** A canvas knows no color-mix of its own everywhere: the token is six hex digits, and these two are its opacity. */
function faint(hex: string): string {
  return `${hex}22`;
}

function dataOf({ times, lines }: TimeChartProps): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

export function TimeChart(props: TimeChartProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  const [pointed, setPointed] = useState<number | null>(null);
  const scheme = useComputedColorScheme();
  const shape = props.lines.map(({ label }) => label).join();

  useEffect(() => {
    latest.current = props;
    plot.current?.setData(dataOf(props));
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: colours are read from the scheme, lines are made once per shape
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const made = new uPlot(optionsFor(element, latest.current, setPointed), dataOf(latest.current), element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [scheme, shape]);

  const { title, lines, times, format, formatTime, nothing, controls } = props;
  const at = pointed === null ? undefined : times[pointed];
  const hasValues = lines.some(({ values }) => values.some((value) => value !== null));
  return (
    <figure className={styles.chart}>
      <figcaption className={styles.caption}>
        <h2 className={styles.title}>{title}</h2>
        {controls}
        <span className={styles.legend} aria-hidden="true">
          {lines.map(({ label, colour, look, values }) => {
            const value = pointed === null ? latestOf(values) : (values[pointed] ?? null);
            return (
              <span key={label} className={styles.entry}>
                <span className={styles.sample} data-look={look} style={{ color: `var(${colour})` }} />
                {label} <span className={styles.value}>{value === null ? '–' : format(value)}</span>
              </span>
            );
          })}
          {at !== undefined && <span className={styles.at}>{formatTime?.(at) ?? formatClock(at * 1000)}</span>}
        </span>
        <span className="only-read">{summaryOf(props)}</span>
      </figcaption>
      <div className={styles.frame} ref={frame} style={{ height }} aria-hidden="true">
        {!hasValues && <p className={styles.nothing}>{nothing}</p>}
      </div>
    </figure>
  );
}
