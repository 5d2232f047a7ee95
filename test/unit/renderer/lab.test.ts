import { describe, expect, it } from 'vitest';
import { type Mode, modes } from '../../../contract/job.ts';
import { workloadSchema } from '../../../contract/lab.ts';
import type { LabModeResult, LabRun, LabSample } from '../../../contract/lab-run.ts';
import { errorWords, modeStateWords, progressOf, workloadWords } from '../../../renderer/features/lab/lab-words.ts';
import { withProgress } from '../../../renderer/features/lab/live-run.ts';
import {
  barAxis,
  bestIn,
  columnsOf,
  numberGroups,
  overTime,
  placeOn,
  rowsFor,
  sharesOf,
} from '../../../renderer/features/lab/side-by-side.ts';

const summary = (p95Ms: number) => ({ count: 100, meanMs: 50, p50Ms: 40, p95Ms, p99Ms: p95Ms * 2, maxMs: p95Ms * 3 });
const sample = (atMs: number, running: number): LabSample => ({
  atMs,
  running,
  ...{ memoryBytes: 1, threads: 1, waiting: 0, sent: 0, ended: 0 },
});

function resultOf(mode: Mode, given: Partial<LabModeResult> = {}): LabModeResult {
  return {
    ...{ mode, state: 'completed', startedAt: null, elapsedMs: 5_000, planned: 100, sent: 100, unfinished: 0, retried: 0, attempts: 100 },
    answers: { answered: 100, accepted: 0, refused: 0, failed: 0, 'timed-out': 0, lost: 0 },
    ends: { completed: 100, dead: 0, cancelled: 0, compensated: 0, 'compensation-failed': 0 },
    ...{
      felt: null,
      feltByAnswer: {},
      completion: null,
      wait: null,
      service: null,
      feltBars: [],
      completionBars: [],
      completedPerSecond: 20,
      lateP99Ms: 1,
    },
    ...{ places: 8, utilisation: 0.5, peakMemoryBytes: null, peakThreads: null, samples: [], prediction: null },
    ...given,
  };
}

function runOf(results: LabModeResult[], given: Partial<LabRun> = {}): LabRun {
  const workload = workloadSchema.parse({ work: { kind: 'task', task: 't' }, arrivalsPerSecond: 20, durationMs: 5_000 });
  return {
    ...{
      id: 'one',
      name: 'One',
      state: 'running',
      reason: null,
      preset: null,
      workload,
      modes: [...modes],
      waitMs: null,
      declares: {},
      concurrency: null,
    },
    ...{ current: 'sync', createdAt: '2026-01-01T00:00:00.000Z', finishedAt: null, results },
    ...given,
  };
}

const row = (label: string) => {
  const found = numberGroups.flatMap(({ rows }) => rows).find((each) => each.label === label);
  if (!found) throw new Error(`There is no row ${label}`);
  return found;
};

describe('a run that goes on', () => {
  const going = runOf([
    resultOf('sync', { state: 'running', elapsedMs: 2_000, samples: [sample(1_000, 1), sample(2_000, 2)] }),
    resultOf('async'),
  ]);

  it('gains the samples of an event after those it has, each of them once', () => {
    const told = resultOf('sync', { state: 'running', elapsedMs: 3_000, sent: 60, samples: [sample(2_000, 2), sample(3_000, 3)] });
    const [sync, async] = withProgress(going, going, told).results;
    expect(sync?.samples.map(({ atMs }) => atMs)).toEqual([1_000, 2_000, 3_000]);
    expect(sync?.sent).toBe(60);
    expect(async).toBe(going.results[1]);
  });

  it('is not taken back by an event that is older than what was read, or of another run', () => {
    const old = resultOf('sync', { state: 'running', elapsedMs: 1_000, sent: 1, samples: [sample(1_000, 1)] });
    expect(withProgress(going, going, old).results[0]?.sent).toBe(100);
    expect(withProgress(going, { ...going, id: 'two' }, { ...old, elapsedMs: 9_000 })).toBe(going);
    const done = { ...going, state: 'completed' as const };
    expect(withProgress(done, done, { ...old, elapsedMs: 9_000 })).toBe(done);
  });
});

describe('modes side by side', () => {
  it('stand in the order of the run, and with a second run beside the same mode of it', () => {
    const one = runOf([resultOf('sync'), resultOf('async')]);
    expect(columnsOf(one, null).map(({ key }) => key)).toEqual(['sync', 'async']);
    expect(columnsOf(one, runOf([resultOf('hybrid'), resultOf('sync')])).map(({ key }) => key)).toEqual([
      'sync A',
      'sync B',
      'async A',
      'hybrid B',
    ]);
  });

  it('mark the best of a row, several that read the same, and none where all do', () => {
    const columns = (...p95: number[]) => columnsOf(runOf(p95.map((ms, at) => resultOf(modes[at] ?? 'auto', { felt: summary(ms) }))), null);
    const best = (...p95: number[]) => [...bestIn(row('95 % within'), columns(...p95))];
    expect(best(300, 20, 400)).toEqual(['async']);
    expect(best(20.1, 20.2, 400)).toEqual(['sync', 'async']);
    expect(best(20, 20)).toEqual([]);
    expect(best(20)).toEqual([]);
    const going = columnsOf(
      runOf([resultOf('sync', { felt: summary(20), state: 'running' }), resultOf('async', { felt: summary(90) })]),
      null,
    );
    expect([...bestIn(row('95 % within'), going)]).toEqual([]);
    expect([...bestIn(row('Longest'), columns(300, 20))]).toEqual([]);
  });

  it('have no rows for what happened in none of them', () => {
    const requests = numberGroups.find(({ title }) => title === 'Requests');
    if (!requests) throw new Error('There is no such group');
    const labels = (answers: Partial<LabModeResult['answers']>) => {
      const base = resultOf('sync');
      return rowsFor(requests, columnsOf(runOf([base, resultOf('async', { answers: { ...base.answers, ...answers } })]), null)).map(
        ({ label }) => label,
      );
    };
    expect(labels({})).toEqual(['Sent', 'Completed a second', 'Answered with the result']);
    expect(labels({ refused: 1 })).toContain('Refused');
  });

  it('share one logarithmic axis on which a decade is as long as another', () => {
    const bars = [
      { fromMs: 8, toMs: 16, count: 3 },
      { fromMs: 16, toMs: 32, count: 0 },
      { fromMs: 32, toMs: 64, count: 1 },
    ];
    const columns = columnsOf(runOf([resultOf('sync', { feltBars: bars }), resultOf('async')]), null);
    expect(barAxis(columns, ({ completionBars }) => completionBars)).toBeNull();
    expect(barAxis(columns, ({ feltBars }) => feltBars)).toEqual({ fromMs: 1, toMs: 1_000, highest: 0.75 });
    expect(sharesOf(bars).map(({ share }) => share)).toEqual([0.75, 0.25]);
    const places = [0, 1, 10, 100, 1_000, 9_999].map((ms) => placeOn({ fromMs: 1, toMs: 1_000 }, ms));
    for (const [at, place] of [0, 0, 1 / 3, 2 / 3, 1, 1].entries()) expect(places[at]).toBeCloseTo(place);
  });

  it('are drawn over time from the beginning of each, with nothing where a mode has no sample', () => {
    const columns = columnsOf(
      runOf([resultOf('sync', { samples: [sample(1_010, 4), sample(2_020, 5)] }), resultOf('async', { samples: [sample(990, 7)] })]),
      null,
    );
    expect(overTime(columns, 'running')).toEqual({
      times: [1, 2],
      lines: [
        [4, 5],
        [7, null],
      ],
    });
  });
});

describe('a run in words', () => {
  it('tells its workload in a line', () => {
    const workload = workloadSchema.parse({
      work: { kind: 'model', service: { kind: 'bimodal', fastMs: 300, slowMs: 5_000, slowShare: 0.15 } },
      ...{ arrivalsPerSecond: 20, durationMs: 20_000, requests: 1_500, failureRate: 0.03, payloadBytes: 1_024 },
    });
    expect(workloadWords(workload)).toBe('20/s for 20 s, at most 1,500 requests; 300 ms, 15 % of them 5 s; 3 % fail; 1.0 KiB');
  });

  it('tells how far a mode is: half for what was sent, half for what has ended', () => {
    const none = { completed: 0, dead: 0, cancelled: 0, compensated: 0, 'compensation-failed': 0 };
    expect(progressOf(resultOf('sync', { state: 'waiting' }))).toBe(0);
    expect(progressOf(resultOf('sync', { state: 'running', sent: 50, ends: none }))).toBe(0.25);
    expect(progressOf(resultOf('sync', { state: 'running', sent: 100, ends: { ...none, completed: 40, dead: 10 } }))).toBe(0.75);
    expect(progressOf(resultOf('sync', { state: 'running', ends: { ...none, completed: 100, compensated: 9 } }))).toBe(1);
    expect(modeStateWords(resultOf('sync', { state: 'running' }), 'running')).toBe('waits for the last jobs');
    expect(modeStateWords(resultOf('sync', { state: 'waiting' }), 'running')).toBe('comes later');
    expect(modeStateWords(resultOf('sync', { state: 'waiting' }), 'stopped')).toBe('was not run');
    expect(modeStateWords(resultOf('sync', { state: 'stopped' }), 'stopped')).toBe('stopped after 5 s');
  });

  it('tells how far off a prediction was: shares in points, times in percent, never more exactly than is shown', () => {
    const off = (name: 'utilisation' | 'waitP95Ms', predicted: number, measured: number) =>
      errorWords({ name, predicted, measured, difference: predicted - measured, error: measured === 0 ? null : predicted / measured - 1 });
    expect(off('utilisation', 0.62, 0.655)).toBe('−3.5 points');
    expect(off('waitP95Ms', 120, 100)).toBe('+20 %');
    expect(off('waitP95Ms', 12, 0)).toBe('+12 ms');
    expect(off('waitP95Ms', 0.2, 0.4)).toBe('as measured');
  });
});
