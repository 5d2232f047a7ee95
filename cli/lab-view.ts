/** Runs of the lab on a terminal. */

import type { LabModeResult, LabPreset, LabRun, LabRunState, LabRunSummary } from '../contract/lab-run.ts';
import { formatBytes } from './bytes.ts';
import { formatDuration, formatRelative } from './durations.ts';
import type { Paint, Style } from './paint.ts';
import { type Cell, type Column, renderFacts, renderTable } from './table.ts';
import { count, oneLine } from './text.ts';

const stateStyles: Record<LabRunState, Style> = { running: 'cyan', completed: 'green', stopped: 'yellow', failed: 'red' };

export function renderPresets(presets: readonly LabPreset[], paint: Paint): string {
  const columns: Column[] = [{ title: 'PRESET' }, { title: 'MODE' }, { title: 'WHY', least: 20 }];
  return renderTable(
    columns,
    presets.map(({ name, recommended, why }) => [name, recommended, why]),
    paint,
  ).join('\n');
}

export function renderLabRuns(runs: readonly LabRunSummary[], now: number, paint: Paint): string {
  const columns: Column[] = [{ title: 'ID' }, { title: 'STATE' }, { title: 'NAME', least: 12 }, { title: 'MODES' }, { title: 'STARTED' }];
  const rows = runs.map(({ id, state, name, modes, createdAt }): Cell[] => [
    id,
    { text: state, style: stateStyles[state] },
    oneLine(name),
    modes.join(' '),
    formatRelative(createdAt, now),
  ]);
  return renderTable(columns, rows, paint).join('\n');
}

/** The modes side by side. */
export function renderLabRun(run: LabRun, paint: Paint): string {
  const { results, concurrency, waitMs } = run;
  const { workload } = run;
  const facts = renderFacts(
    [
      ['run', run.id],
      ['name', oneLine(run.name)],
      ['state', `${paint.style(stateStyles[run.state], run.state)}${run.reason === null ? '' : `: ${oneLine(run.reason)}`}`],
      [
        'load',
        `${workload.arrivalsPerSecond} a second, ${count(results[0]?.planned ?? 0, 'request')}, ${workload.failureRate * 100} % of attempts fail`,
      ],
      ['caller waits', waitMs === null ? null : `${formatDuration(waitMs)} at most (async, auto)`],
      ['at once', concurrency === null ? null : `${concurrency} at most`],
    ],
    paint,
  );
  const columns: Column[] = [{ title: '' }, ...results.map(({ mode }): Column => ({ title: mode.toUpperCase(), align: 'right' }))];
  const rows = lines.map(([title, of]): Cell[] => [title, ...results.map((result) => (result.state === 'waiting' ? '–' : of(result)))]);
  return [...facts, '', ...renderTable(columns, rows, paint), ...predictions(results)].join('\n');
}

const lines: readonly (readonly [string, (result: LabModeResult) => string])[] = [
  ['felt p50', ({ felt }) => msText(felt?.p50Ms)],
  ['felt p95', ({ felt }) => msText(felt?.p95Ms)],
  ['felt p99', ({ felt }) => msText(felt?.p99Ms)],
  ['felt max', ({ felt }) => msText(felt?.maxMs)],
  ['done p50', ({ completion }) => msText(completion?.p50Ms)],
  ['done p95', ({ completion }) => msText(completion?.p95Ms)],
  ['done a second', ({ completedPerSecond }) => completedPerSecond.toFixed(1)],
  ['answered', ({ answers }) => number(answers.answered)],
  ['accepted', ({ answers }) => number(answers.accepted)],
  ['refused', ({ answers }) => number(answers.refused)],
  ['failed', ({ answers }) => number(answers.failed + answers['timed-out'] + answers.lost)],
  ['jobs completed', ({ ends }) => number(ends.completed)],
  ['retried', ({ retried }) => number(retried)],
  ['dead', ({ ends }) => number(ends.dead + ends.cancelled)],
  ['compensated', ({ ends }) => number(ends.compensated)],
  ['compensation failed', ({ ends }) => number(ends['compensation-failed'])],
  ['unfinished', ({ unfinished }) => number(unfinished)],
  ['threads at most', ({ peakThreads }) => (peakThreads === null ? '–' : number(peakThreads))],
  ['memory at most', ({ peakMemoryBytes }) => (peakMemoryBytes === null ? '–' : formatBytes(peakMemoryBytes))],
];

function predictions(results: readonly LabModeResult[]): string[] {
  const shown = results.flatMap(({ mode, prediction }) => {
    const numbers =
      prediction?.numbers.filter(({ name }) => name === 'utilisation' || name === 'waitP95Ms' || name === 'latencyP95Ms') ?? [];
    return numbers.length === 0 ? [] : [`  ${mode}: ${numbers.map(predictedText).join(', ')}`];
  });
  return shown.length === 0 ? [] : ['', 'The planner said (and was measured):', ...shown];
}

const titles = {
  utilisation: 'utilisation',
  waitP50Ms: 'wait p50',
  waitP95Ms: 'wait p95',
  waitP99Ms: 'wait p99',
  latencyP95Ms: 'done p95',
};

function predictedText({ name, predicted, measured }: { name: keyof typeof titles; predicted: number; measured: number }): string {
  const shown = (value: number) => (name === 'utilisation' ? `${(value * 100).toFixed(1)} %` : msText(value));
  return `${titles[name]} ${shown(predicted)} (${shown(measured)})`;
}

/** How far a run is, as one line. */
export function progressText({ current, results }: LabRun): string {
  const result = results.find(({ mode }) => mode === current);
  if (!result) return 'An engine starts …';
  const { mode, sent, planned, answers, ends, felt } = result;
  const ended = Object.values(ends).reduce((sum, each) => sum + each, 0);
  const refused = answers.refused === 0 ? '' : `, ${number(answers.refused)} refused`;
  return `${mode}: ${number(sent)} of ${number(planned)} sent${refused}, ${number(ended)} jobs ended, felt p95 ${msText(felt?.p95Ms)}`;
}

function msText(ms: number | undefined): string {
  return ms === undefined ? '–' : ms < 10 ? `${ms.toFixed(1)} ms` : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
