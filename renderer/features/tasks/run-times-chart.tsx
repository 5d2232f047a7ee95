/** The distribution of a task's run times: a bar for each span, the wider the longer, with the thresholds of `auto`. */

import type { RunTimeBar } from '../../../contract/advice.ts';
import type { TaskStats } from '../../../contract/resources.ts';
import { formatDuration, formatPercent } from '../../ui/format.ts';
import styles from './run-times-chart.module.css';

const thresholds = [
  { ms: 100, words: 'sync up to here' },
  { ms: 1_000, words: 'async from here' },
] as const;

/** Decades that are shown at least, so that one bar does not fill the chart. */
const least = { fromMs: 1, toMs: 10_000 };

const percentiles = [
  ['half', 'p50Ms'],
  ['95 %', 'p95Ms'],
  ['99 %', 'p99Ms'],
] as const;

export function RunTimesChart({ bars, stats }: { bars: readonly RunTimeBar[]; stats: TaskStats }) {
  const first = bars[0];
  const last = bars.at(-1);
  if (!first || !last) return <p className={styles.nothing}>Nothing was measured yet. Its first runs will show here.</p>;
  const from = Math.log(Math.min(least.fromMs, Math.max(0.01, first.fromMs)));
  const to = Math.log(Math.max(least.toMs, last.toMs));
  const place = (ms: number) => ((Math.log(Math.max(ms, 0.01)) - from) / (to - from)) * 100;
  const highest = Math.max(...bars.map(({ share }) => share));
  const known = percentiles.flatMap(([words, field]) => (stats[field] === null ? [] : [`${words} within ${formatDuration(stats[field])}`]));
  return (
    <figure className={styles.chart}>
      <div className={styles.frame} role="img" aria-label={`Distribution of ${stats.samples} run times: ${known.join(', ')}.`}>
        {thresholds.map(({ ms, words }) => (
          <span key={ms} className={styles.threshold} style={{ left: `${place(ms)}%` }}>
            <span className={styles.words}>{words}</span>
          </span>
        ))}
        {bars.map(({ fromMs, toMs, share }) => (
          <span
            key={fromMs}
            className={styles.bar}
            title={`${formatDuration(fromMs)} to ${formatDuration(toMs)}: ${formatPercent(share)}`}
            style={{
              left: `${place(fromMs)}%`,
              width: `calc(${place(toMs) - place(fromMs)}% - 1px)`,
              height: `${(share / highest) * 82}%`,
            }}
          />
        ))}
      </div>
      <div className={styles.axis} aria-hidden="true">
        {[1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
          .filter((ms) => place(ms) <= 100.1)
          .map((ms) => (
            <span key={ms} style={{ left: `${place(ms)}%` }}>
              {formatDuration(ms).replace('.0 s', ' s')}
            </span>
          ))}
      </div>
      <figcaption className={styles.caption}>{known.join(', ')}</figcaption>
    </figure>
  );
}
