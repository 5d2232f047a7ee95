import { formatBytes, formatCount, formatDuration } from '../../ui/format.ts';
import { type ChartLook, TimeChart } from '../../ui/time-chart.tsx';
import styles from './lab-run-page.module.css';
import { modeColours, modeTitles } from './lab-words.ts';
import { type Column, overTime } from './side-by-side.ts';

const charts = [
  { field: 'running', title: 'Jobs on threads', format: formatCount },
  { field: 'waiting', title: 'Jobs in line', format: formatCount },
  { field: 'threads', title: 'Threads', format: formatCount },
  { field: 'memoryBytes', title: 'Memory', format: formatBytes },
] as const;

const looks = { sync: 'bold', async: 'line', hybrid: 'dashes', auto: 'surface' } as const satisfies Record<string, ChartLook>;

/** What the lab's engine did, each mode from its own beginning. */
export function OverTime({ columns }: { columns: readonly Column[] }) {
  return (
    <section className={styles.charts} aria-label="Over time">
      {charts.map(({ field, title, format }) => {
        const { times, lines } = overTime(columns, field);
        return (
          <div key={field} className={styles.chart}>
            <TimeChart
              title={title}
              span="from the beginning of each mode"
              times={times}
              formatTime={(seconds) => (seconds === 0 ? '0' : formatDuration(seconds * 1000).replace('.0 s', ' s'))}
              format={format}
              reachesAtLeast={1}
              nothing="Nothing measured yet"
              group="lab"
              lines={columns.map(({ result: { mode }, run }, at) => ({
                label: `${modeTitles[mode]}${run === null ? '' : ` ${run}`}`,
                colour: modeColours[mode],
                look: run === 'B' ? 'dashes' : run === 'A' ? 'line' : looks[mode],
                values: lines[at] ?? [],
              }))}
            />
          </div>
        );
      })}
    </section>
  );
}
