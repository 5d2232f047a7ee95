/** Runs of one workload in several modes, side by side, as a table for a spreadsheet. */

import type { Mode } from '../contract/job.ts';
import { type CsvValue, csv } from './csv.ts';
import { answerKinds, jobEnds, type Recorder, summaryOf } from './recorder.ts';

export type ModeRun = { run: string; mode: Mode; durationMs: number; recorder: Recorder };

const heading = [
  ...['run', 'mode', 'durationMs', 'requests', 'completedPerSecond', ...answerKinds],
  ...jobEnds,
  ...['feltMeanMs', 'feltP50Ms', 'feltP95Ms', 'feltP99Ms', 'feltMaxMs'],
  ...['completionMeanMs', 'completionP50Ms', 'completionP95Ms', 'completionP99Ms', 'completionMaxMs', 'lateP99Ms'],
];

export function runsAsCsv(runs: readonly ModeRun[]): string {
  return csv(heading, runs.map(rowOf));
}

function rowOf({ run, mode, durationMs, recorder }: ModeRun): CsvValue[] {
  const { answers, ends, felt, completion, late } = recorder;
  const requests = answerKinds.reduce((sum, kind) => sum + answers[kind], 0);
  return [
    ...[run, mode, durationMs, requests, durationMs === 0 ? 0 : rounded((ends.completed * 1000) / durationMs)],
    ...answerKinds.map((kind) => answers[kind]),
    ...jobEnds.map((kind) => ends[kind]),
    ...[felt, completion].flatMap((histogram) => {
      const summary = summaryOf(histogram);
      if (!summary) return [null, null, null, null, null];
      return [summary.meanMs, summary.p50Ms, summary.p95Ms, summary.p99Ms, summary.maxMs].map(rounded);
    }),
    rounded(late.quantile(0.99) ?? 0),
  ];
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
