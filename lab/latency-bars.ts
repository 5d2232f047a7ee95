import type { LatencyBar } from '../contract/lab-run.ts';
import type { Histogram } from './histogram.ts';

/** Bars of a doubling: fine enough to see two humps, few enough to draw. */
const perDoubling = 4;
/** What is shorter stands in the first bar. */
const shortestMs = 0.125;

/** Bars whose width grows with the time, from the shortest to the longest that was recorded; those between may be empty. */
export function latencyBars(histogram: Histogram): LatencyBar[] {
  const counts = new Map<number, number>();
  for (const [ms, count] of histogram.counted()) {
    const step = Math.floor(Math.log2(Math.max(ms, shortestMs)) * perDoubling);
    counts.set(step, (counts.get(step) ?? 0) + count);
  }
  if (counts.size === 0) return [];
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  return Array.from({ length: last - first + 1 }, (_, at) => ({
    fromMs: 2 ** ((first + at) / perDoubling),
    toMs: 2 ** ((first + at + 1) / perDoubling),
    count: counts.get(first + at) ?? 0,
  }));
}
