import type { LatencyBar } from '../../../contract/lab-run.ts';
import { formatDuration, formatShare } from '../../ui/format.ts';
import styles from './latency-bars.module.css';
import { type BarAxis, placeOn, sharesOf } from './side-by-side.ts';

const decades = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];

/** A small histogram over a logarithmic axis that its neighbours share. */
export function LatencyBars({ bars, axis, colour }: { bars: readonly LatencyBar[]; axis: BarAxis; colour: string }) {
  const shown = sharesOf(bars);
  const [first, last] = [shown[0], shown.at(-1)];
  const words = first && last ? `From ${formatDuration(first.fromMs)} to ${formatDuration(last.toMs)}` : 'Nothing measured yet';
  const ticks = decades.filter((ms) => ms >= axis.fromMs && ms <= axis.toMs);
  return (
    <div className={styles.chart}>
      <div className={styles.frame} role="img" aria-label={words}>
        {ticks.map((ms) => (
          <span key={ms} className={styles.line} style={{ left: `${placeOn(axis, ms) * 100}%` }} />
        ))}
        {shown.map(({ fromMs, toMs, share }) => (
          <span
            key={fromMs}
            className={styles.bar}
            title={`${formatDuration(fromMs)} to ${formatDuration(toMs)}: ${formatShare(share)}`}
            style={{
              left: `${placeOn(axis, fromMs) * 100}%`,
              width: `calc(${(placeOn(axis, toMs) - placeOn(axis, fromMs)) * 100}% - 1px)`,
              height: `${(share / axis.highest) * 100}%`,
              background: `var(${colour})`,
            }}
          />
        ))}
      </div>
      <div className={styles.axis} aria-hidden="true">
        {ticks
          .filter((_, at) => at % 2 === 0)
          .map((ms) => (
            <span key={ms} style={{ left: `${placeOn(axis, ms) * 100}%` }}>
              {formatDuration(ms).replace('.0 s', ' s')}
            </span>
          ))}
      </div>
    </div>
  );
}
