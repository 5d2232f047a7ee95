/** A run of the lab in words. Pure. */

import type { Mode } from '../../../contract/job.ts';
import type { ServiceTime, Workload } from '../../../contract/lab.ts';
import type { LabComparedNumber, LabModeResult, LabRunState } from '../../../contract/lab-run.ts';
import { formatAmount, formatBytes, formatCount, formatDuration, formatShare } from '../../ui/format.ts';

export const modeTitles: Readonly<Record<Mode, string>> = { sync: 'Sync', async: 'Async', hybrid: 'Hybrid', auto: 'Auto' };
/** Names of tokens. */
export const modeColours: Readonly<Record<Mode, string>> = {
  sync: '--mode-sync',
  async: '--mode-async',
  hybrid: '--mode-hybrid',
  auto: '--mode-auto',
};

export const stateWords: Readonly<Record<LabRunState, string>> = {
  running: 'running',
  completed: 'completed',
  stopped: 'stopped',
  failed: 'failed',
};

const second = (ms: number) => formatDuration(ms).replace('.0 s', ' s');

export function serviceWords(service: ServiceTime): string {
  switch (service.kind) {
    case 'constant':
      return `always ${second(service.ms)}`;
    case 'uniform':
      return `${second(service.fromMs)} to ${second(service.toMs)}`;
    case 'bimodal':
      return `${second(service.fastMs)}, ${formatShare(service.slowShare)} of them ${second(service.slowMs)}`;
    case 'percentiles':
      return 'by percentiles';
    case 'hyperexponential':
      return `one of ${service.branches.length} kinds`;
    case 'exponential':
      return `${second(service.meanMs)} on the average, exponential`;
    case 'lognormal':
    case 'gamma':
      return `${second(service.meanMs)} on the average`;
  }
}

/** `20/s for 20 s; 80 ms on the average; 1 % fail`. */
export function workloadWords({ work, arrivalsPerSecond, durationMs, requests, failureRate, payloadBytes }: Workload): string {
  const end = [
    durationMs === undefined ? '' : `for ${second(durationMs)}`,
    requests === undefined ? '' : `${formatCount(requests)} requests`,
  ];
  return [
    `${formatAmount(arrivalsPerSecond)}/s ${end.filter(Boolean).join(', at most ')}`,
    work.kind === 'task' ? work.task : serviceWords(work.service),
    failureRate > 0 ? `${formatShare(failureRate)} fail` : '',
    payloadBytes > 0 ? formatBytes(payloadBytes) : '',
  ]
    .filter(Boolean)
    .join('; ');
}

/** How far a mode is, from 0 to 1. */
export function progressOf({ state, planned, sent, ends, unfinished, answers }: LabModeResult): number {
  if (state === 'waiting') return 0;
  if (state !== 'running') return 1;
  const ended = Object.values(ends).reduce((sum, each) => sum + each, 0) + answers.refused + unfinished;
  // A compensated job has two ends: its own and that of what took it back.
  return planned === 0 ? 0 : Math.min(1, (sent + Math.min(ended, planned)) / (2 * planned));
}

export function modeStateWords(result: LabModeResult, runState: LabRunState): string {
  const { state, sent, planned, elapsedMs } = result;
  // A run that was stopped never came to its later modes.
  if (state === 'waiting') return runState === 'running' ? 'comes later' : 'was not run';
  if (state === 'running') return sent < planned ? `${formatCount(sent)} of ${formatCount(planned)} sent` : 'waits for the last jobs';
  return state === 'completed' ? `took ${second(elapsedMs)}` : `${state} after ${second(elapsedMs)}`;
}

export const predictedWords: Readonly<Record<LabComparedNumber['name'], string>> = {
  utilisation: 'Places used',
  waitP50Ms: 'Half wait within',
  waitP95Ms: '95 % wait within',
  waitP99Ms: '99 % wait within',
  latencyP95Ms: '95 % done within',
};

export function predictedNumber(name: LabComparedNumber['name'], value: number): string {
  return name === 'utilisation' ? formatShare(value) : formatDuration(value);
}

/** Points for a share, percent else; `as measured` when it reads the same. */
export function errorWords({ name, predicted, measured, difference, error }: LabComparedNumber): string {
  const tenthsOfPoint = Math.round(Math.abs(difference) * 1_000);
  if (predictedNumber(name, predicted) === predictedNumber(name, measured) || (name === 'utilisation' && tenthsOfPoint === 0))
    return 'as measured';
  const sign = difference > 0 ? '+' : '−';
  if (name === 'utilisation') return `${sign}${(tenthsOfPoint / 10).toFixed(1)} points`;
  return error === null ? `${sign}${formatDuration(Math.abs(difference))}` : `${sign}${Math.round(Math.abs(error) * 100)} %`;
}
