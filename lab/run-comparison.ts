/** A run's modes side by side, as a table for a spreadsheet. */

import { answerKinds, jobEnds, type LabModeResult, type LabRun, type LatencySummary } from '../contract/lab-run.ts';
import { type CsvValue, csv } from './csv.ts';

const summaryHeading = (of: string) => ['Mean', 'P50', 'P95', 'P99', 'Max'].map((what) => `${of}${what}Ms`);

const heading = [
  ...['run', 'mode', 'state', 'elapsedMs', 'planned', 'sent', 'completedPerSecond', ...answerKinds, ...jobEnds],
  ...['unfinished', 'retried', 'attempts', ...summaryHeading('felt'), ...summaryHeading('completion'), ...summaryHeading('wait')],
  ...['lateP99Ms', 'utilisation', 'peakMemoryBytes', 'peakThreads'],
];

/** A row a mode, those that have not begun included. */
export function runAsCsv({ name, results }: Pick<LabRun, 'name' | 'results'>): string {
  return csv(
    heading,
    results.map((result) => rowOf(name, result)),
  );
}

function rowOf(run: string, result: LabModeResult): CsvValue[] {
  const { mode, state, elapsedMs, planned, sent, completedPerSecond, answers, ends, unfinished, retried, attempts } = result;
  return [
    ...[run, mode, state, rounded(elapsedMs), planned, sent, rounded(completedPerSecond)],
    ...answerKinds.map((kind) => answers[kind]),
    ...jobEnds.map((kind) => ends[kind]),
    ...[unfinished, retried, attempts, ...numbersOf(result.felt), ...numbersOf(result.completion), ...numbersOf(result.wait)],
    ...[rounded(result.lateP99Ms), rounded(result.utilisation), result.peakMemoryBytes, result.peakThreads],
  ];
}

function numbersOf(summary: LatencySummary | null): CsvValue[] {
  if (!summary) return [null, null, null, null, null];
  return [summary.meanMs, summary.p50Ms, summary.p95Ms, summary.p99Ms, summary.maxMs].map(rounded);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
