/** The modes of a run, or of two, side by side: columns, and rows of numbers with the words for them. Pure. */

import type { LabModeResult, LabRun, LabRunState, LatencyBar, LatencySummary } from '../../../contract/lab-run.ts';
import { formatBytes, formatCount, formatDuration, formatRate, formatShare } from '../../ui/format.ts';

export type Column = {
  key: string;
  result: LabModeResult;
  /** Of the run that it belongs to. */
  runState: LabRunState;
  /** `A` and `B` where two runs are compared; else null. */
  run: 'A' | 'B' | null;
};

/** With two runs the same mode of both stand beside each other. */
export function columnsOf(run: LabRun, other: LabRun | null): Column[] {
  if (other === null) return run.results.map((result) => ({ key: result.mode, result, runState: run.state, run: null }));
  const modes = [...new Set([...run.results, ...other.results].map(({ mode }) => mode))];
  return modes.flatMap((mode) =>
    [['A', run] as const, ['B', other] as const].flatMap(([name, of]) =>
      of.results
        .filter((result) => result.mode === mode)
        .map((result) => ({ key: `${mode} ${name}`, result, runState: of.state, run: name })),
    ),
  );
}

export type NumberRow = {
  label: string;
  /** Null: nothing to tell. */
  value: (result: LabModeResult) => number | null;
  format: (value: number) => string;
  /** Worth a second look when it is not 0. */
  alarming?: true;
  /** Which end is the good one; such rows mark their best. */
  best?: 'least' | 'most';
  /** Left out where no column has any. */
  onlyIfAny?: true;
};
export type NumberGroup = { title: string; hint: string; bars?: (result: LabModeResult) => LatencyBar[]; rows: readonly NumberRow[] };

const percentile = (of: 'felt' | 'completion', field: keyof LatencySummary, label: string): NumberRow => ({
  label,
  value: (result) => result[of]?.[field] ?? null,
  format: formatDuration,
  ...(field === 'p95Ms' ? { best: 'least' as const } : {}),
});
const percentiles = (of: 'felt' | 'completion') => [
  percentile(of, 'p50Ms', 'Half within'),
  percentile(of, 'p95Ms', '95 % within'),
  percentile(of, 'p99Ms', '99 % within'),
  percentile(of, 'maxMs', 'Longest'),
];
const count = (label: string, value: NumberRow['value'], more: Partial<NumberRow> = {}): NumberRow => ({
  ...{ label, value, format: formatCount, onlyIfAny: true },
  ...more,
});

export const numberGroups: readonly NumberGroup[] = [
  {
    title: 'What the caller felt',
    hint: 'From the moment a request was meant to be sent until its answer: a result, a promise or a job id',
    bars: ({ feltBars }) => feltBars,
    rows: percentiles('felt'),
  },
  {
    title: 'Until the work was done',
    hint: 'From the same moment until the job had completed, retries included',
    bars: ({ completionBars }) => completionBars,
    rows: percentiles('completion'),
  },
  {
    title: 'Requests',
    hint: 'How each was answered',
    rows: [
      { label: 'Sent', value: ({ sent }) => sent, format: formatCount },
      { label: 'Completed a second', value: ({ completedPerSecond }) => completedPerSecond, format: formatRate, best: 'most' },
      count('Answered with the result', ({ answers }) => answers.answered),
      count('Promised or given a job id', ({ answers }) => answers.accepted),
      count('Refused', ({ answers }) => answers.refused, { alarming: true }),
      count('Told of a failure', ({ answers }) => answers.failed, { alarming: true }),
      count('No answer in time', ({ answers }) => answers['timed-out'], { alarming: true }),
      count('No answer at all', ({ answers }) => answers.lost, { alarming: true }),
    ],
  },
  {
    title: 'What became of the jobs',
    hint: 'A refused request has none',
    rows: [
      { label: 'Completed', value: ({ ends }) => ends.completed, format: formatCount },
      count('Tried more than once', ({ retried }) => retried),
      count('Dead', ({ ends }) => ends.dead, { alarming: true }),
      count('Cancelled', ({ ends }) => ends.cancelled),
      count('Promise taken back', ({ ends }) => ends.compensated),
      count('Taking back failed', ({ ends }) => ends['compensation-failed'], { alarming: true }),
      count('Not ended yet', ({ unfinished }) => unfinished, { alarming: true }),
    ],
  },
  {
    title: 'The machine',
    hint: 'The lab’s own engine, all of its threads together',
    rows: [
      { label: 'Memory at most', value: ({ peakMemoryBytes }) => peakMemoryBytes, format: formatBytes },
      { label: 'Threads at most', value: ({ peakThreads }) => peakThreads, format: formatCount },
      { label: 'Places used', value: ({ utilisation }) => utilisation, format: formatShare },
    ],
  },
];

/** Rows that have something to tell of these columns. */
export function rowsFor({ rows }: NumberGroup, columns: readonly Column[]): NumberRow[] {
  return rows.filter(({ onlyIfAny, value }) => !onlyIfAny || columns.some(({ result }) => (value(result) ?? 0) > 0));
}

/** What a row tells of a column; null where nothing was measured, which is more than that it was nought. */
export function valueIn({ value }: NumberRow, { result }: Column): number | null {
  return result.state === 'waiting' ? null : value(result);
}

/** The columns that are best in a row, of those that have ended; none where they are all alike or only one can tell. */
export function bestIn(row: NumberRow, columns: readonly Column[]): ReadonlySet<string> {
  const { best, format } = row;
  const known = columns.flatMap((column) => {
    const told = column.result.state === 'running' ? null : valueIn(row, column);
    return told === null ? [] : [{ key: column.key, told }];
  });
  if (best === undefined || known.length < 2) return new Set();
  const winner = known.reduce((a, b) => ((best === 'least' ? b.told < a.told : b.told > a.told) ? b : a));
  // What reads the same is as good.
  const winners = known.filter(({ told }) => format(told) === format(winner.told));
  return winners.length === known.length ? new Set() : new Set(winners.map(({ key }) => key));
}

export type BarAxis = { fromMs: number; toMs: number; highest: number };

/** One logarithmic axis for all columns, so that they can be compared by eye; null when none has a bar. */
export function barAxis(columns: readonly Column[], bars: (result: LabModeResult) => LatencyBar[]): BarAxis | null {
  const all = columns.flatMap(({ result }) => bars(result));
  if (all.length === 0) return null;
  const shares = columns.flatMap(({ result }) => sharesOf(bars(result)).map(({ share }) => share));
  return {
    fromMs: Math.min(1, ...all.map(({ fromMs }) => Math.max(0.1, fromMs))),
    toMs: Math.max(1_000, ...all.map(({ toMs }) => toMs)),
    highest: Math.max(...shares),
  };
}

export function placeOn({ fromMs, toMs }: Pick<BarAxis, 'fromMs' | 'toMs'>, ms: number): number {
  const place = Math.log(Math.max(ms, fromMs) / fromMs) / Math.log(toMs / fromMs);
  return Math.min(1, Math.max(0, place));
}

/** Of its own column's requests, so that a mode that is still sending has bars as high as the others. */
export function sharesOf(bars: readonly LatencyBar[]): (LatencyBar & { share: number })[] {
  const total = bars.reduce((sum, { count: each }) => sum + each, 0);
  return bars.filter(({ count: each }) => each > 0).map((bar) => ({ ...bar, share: bar.count / total }));
}

/** One series a column at whole seconds; a column that has ended tells nothing more. */
export function overTime(
  columns: readonly Column[],
  field: 'memoryBytes' | 'running' | 'waiting' | 'threads',
): { times: number[]; lines: (number | null)[][] } {
  const bySecond = columns.map(({ result }) => new Map(result.samples.map((sample) => [Math.round(sample.atMs / 1000), sample[field]])));
  const times = [...new Set(bySecond.flatMap((seconds) => [...seconds.keys()]))].sort((a, b) => a - b);
  return { times, lines: bySecond.map((seconds) => times.map((at) => seconds.get(at) ?? null)) };
}
