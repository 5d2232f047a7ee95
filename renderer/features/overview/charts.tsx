import { useState } from 'react';
import type { SeriesPoint } from '../../../contract/resources.ts';
import { Choice } from '../../ui/choice.tsx';
import { formatDuration, formatRate } from '../../ui/format.ts';
import { ErrorNotice } from '../../ui/notice.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import styles from './charts.module.css';
import type { Span } from './use-series.ts';
import { useSeries } from './use-series.ts';

type Latency = 'run' | 'wait';

const latencies = [
  { value: 'run', label: 'Run' },
  { value: 'wait', label: 'Wait' },
] as const satisfies readonly { value: Latency; label: string }[];

const latencyFields = {
  run: ['runP50Ms', 'runP95Ms', 'runP99Ms'],
  wait: ['waitP50Ms', 'waitP95Ms', 'waitP99Ms'],
} as const satisfies Record<Latency, readonly (keyof SeriesPoint)[]>;

/** How much goes through, and how long it takes: side by side, pointing at the same moment. */
export function Charts({ span }: { span: Span }) {
  const [latency, setLatency] = useState<Latency>('run');
  const { data, error, reload } = useSeries(span);
  const points = data?.points ?? [];
  const times = points.map(({ at }) => Date.parse(at) / 1000);
  const seconds = (data?.stepMs ?? 1000) / 1000;
  const rate = (field: 'completed' | 'failed' | 'submitted') => points.map((point) => point[field] / seconds);
  const [p50, p95, p99] = latencyFields[latency];
  const values = (field: (typeof latencyFields)[Latency][number]) => points.map((point) => point[field]);

  return (
    <section className={styles.charts} aria-label="Throughput and latency">
      {error && !data && <ErrorNotice error={error} retry={reload} />}
      <div className={styles.chart}>
        <TimeChart
          title="Jobs per second"
          span={`last ${span.label}`}
          times={times}
          format={formatRate}
          nothing={data ? 'Nothing in this time' : ''}
          group="overview"
          lines={[
            { label: 'Completed', colour: '--state-completed', look: 'surface', values: rate('completed') },
            { label: 'Submitted', colour: '--chart-quiet', look: 'dashes', values: rate('submitted') },
            { label: 'Failed', colour: '--state-dead', look: 'bars', values: rate('failed') },
          ]}
        />
      </div>
      <div className={styles.chart}>
        <TimeChart
          title={latency === 'run' ? 'Run time' : 'Wait until start'}
          span={`last ${span.label}`}
          times={times}
          format={formatDuration}
          nothing={data ? 'Nothing ran in this time' : ''}
          group="overview"
          controls={<Choice label="Which time" options={latencies} value={latency} onChange={setLatency} />}
          lines={[
            { label: 'p99', colour: '--chart-p99', look: 'surface', values: values(p99) },
            { label: 'p95', colour: '--chart-p95', look: 'line', values: values(p95) },
            { label: 'p50', colour: '--chart-p50', look: 'bold', values: values(p50) },
          ]}
        />
      </div>
    </section>
  );
}
