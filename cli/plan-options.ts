/** The options of `plan`, read into the planner's question. */

import { type Backoff, backoffs, defaultRetry, type RetryPolicy } from '../contract/retry.ts';
import { type LaneUse, type Machine, placesOf } from '../lab/fleet.ts';
import { defaultOverheadMs, type PlanQuestion } from '../lab/load.ts';
import type { MeasuredLoad } from '../lab/measured-load.ts';
import { type PriorityShare, prioritySharesIn } from '../lab/priority-shares.ts';
import type { Input } from './command.ts';
import { parseDuration } from './durations.ts';
import { UsageError } from './failures.ts';
import { readService, readShare } from './plan-service.ts';

export const planOptions = {
  from: { type: 'value', value: 'TASK', help: 'take service time, failures, retries and rate from what the running engine has measured' },
  rate: { type: 'value', value: 'N/TIME', help: 'jobs that come, e.g. 30/s, 500/1m; 0 for none' },
  service: { type: 'value', value: 'SERVICE', help: 'how long an attempt takes: 250ms, exponential:250ms, lognormal:250ms,2 …' },
  workers: { type: 'value', value: 'N', help: 'jobs that may run at once; 1 by default, with --lane and --cores what that lane has' },
  mode: { type: 'value', value: 'MODE', help: 'async (default) waits in line; sync is refused when no place is free' },
  arrivals: { type: 'value', value: 'PATTERN', help: 'poisson (default), constant, or bursts:ON,OFF with their mean lengths' },
  failures: { type: 'value', value: 'SHARE', help: 'attempts that fail, e.g. 5%' },
  'retry-max': { type: 'value', value: 'N', help: 'attempts in all; 5 by default, 1 for sync' },
  'retry-delay': { type: 'value', value: 'DURATION', help: 'before the second attempt; 1s by default' },
  'retry-backoff': { type: 'value', value: 'KIND', help: `how it grows: ${backoffs.join(', ')}` },
  concurrency: { type: 'value', value: 'N', help: 'jobs of the queue that may run at once' },
  'rate-limit': { type: 'value', value: 'N/TIME', help: 'starts that the queue allows, e.g. 100/1m' },
  'max-backlog': { type: 'value', value: 'N', help: 'jobs that may wait before more are refused' },
  backlog: { type: 'value', value: 'N', help: 'jobs that wait already' },
  priorities: { type: 'value', value: 'P:SHARE,…', help: 'priorities and their weights, e.g. 10:1,0:9' },
  'target-wait': { type: 'value', value: 'DURATION', help: 'how long 95 % may wait at most: says how many workers that takes' },
  'target-refused': { type: 'value', value: 'SHARE', help: 'for sync: the share of calls that may be refused' },
  overhead: { type: 'value', value: 'DURATION', help: 'how long a place is taken between two jobs; 2ms by default' },
  for: { type: 'value', value: 'DURATION', help: 'a run of this length that begins idle, instead of the steady state' },
  seed: { type: 'value', value: 'N', help: 'of the simulation; 1 by default' },
  lane: {
    type: 'value',
    value: 'LANE',
    help: 'with --cores: cpu, io, and for sync interactive, or interactive-io for tasks that mostly wait',
  },
  cores: { type: 'value', value: 'N', help: 'of one machine: says how many such machines the load needs' },
  'machine-rate': { type: 'value', value: 'N/TIME', help: 'jobs that the engine of one machine was measured to take in and finish' },
} as const;

/** @throws UsageError */
export function readQuestion(input: Input, measured: MeasuredLoad | null): PlanQuestion {
  const serviceText = input.text('service');
  const service = serviceText === undefined ? measured?.service : readService(serviceText);
  const arrivalsPerSecond = rate(input, 'rate') ?? measured?.arrivalsPerSecond;
  if (service === undefined) throw new UsageError('plan needs --service (e.g. --service lognormal:250ms,1) or --from TASK.');
  if (arrivalsPerSecond === undefined)
    throw new UsageError('plan needs --rate (e.g. --rate 30/s): no two jobs of the task tell how fast they come.');
  const use = laneUse(input, measured);
  const cores = input.number('cores', 1, 4096);
  const failures = input.text('failures');
  const [waitP95Ms, refused] = [input.duration('target-wait'), input.text('target-refused')];
  const mode = input.choice('mode', ['sync', 'async']) ?? 'async';
  if (mode === 'sync' && waitP95Ms !== undefined) throw new UsageError('Sync calls never wait in line: their target is --target-refused.');
  if (mode === 'async' && refused !== undefined)
    throw new UsageError('--target-refused is for --mode sync; queued work has --target-wait.');
  const rateLimit = window(input, 'rate-limit');
  const retry = retryOf(input, mode, measured);
  return {
    arrivalsPerSecond,
    service,
    workers: input.number('workers', 1, 20_000_000) ?? (use && cores !== undefined ? placesOf(cores, use) : 1),
    mode,
    failureRate: failures === undefined ? (measured?.failureRate ?? 0) : readShare('failures', failures),
    limits: {
      ...(input.number('concurrency', 1, 100_000) === undefined ? {} : { concurrency: input.number('concurrency', 1, 100_000) ?? null }),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(input.number('max-backlog', 1, 1_000_000_000) === undefined
        ? {}
        : { maxBacklog: input.number('max-backlog', 1, 1_000_000_000) ?? null }),
    },
    backlog: input.number('backlog', 0, 1_000_000_000) ?? 0,
    seed: input.number('seed', 0, 0xffff_ffff) ?? 1,
    priorities: priorities(input),
    target: {
      ...(waitP95Ms === undefined ? {} : { waitP95Ms }),
      ...(refused === undefined ? {} : { refusedShare: readShare('target-refused', refused) }),
    },
    ...arrivals(input),
    ...(retry === undefined ? {} : { retry }),
    overheadMs: input.duration('overhead') ?? measured?.overheadMs ?? defaultOverheadMs,
    ...(input.duration('for') === undefined ? {} : { durationMs: input.duration('for') ?? 0 }),
  };
}

/** One machine of those that the load would be spread over; null when none was described. @throws UsageError */
export function readMachine(input: Input, mode: 'sync' | 'async', measured: MeasuredLoad | null): Machine | null {
  const cores = input.number('cores', 1, 4096);
  const jobsPerSecond = rate(input, 'machine-rate') ?? null;
  const use = laneUse(input, measured);
  if (cores === undefined || !use) {
    if (cores !== undefined || jobsPerSecond !== null)
      throw new UsageError('For machines give --cores and --lane (cpu, io or interactive).');
    return null;
  }
  if ((mode === 'sync') !== (use.lane === 'interactive'))
    throw new UsageError('Sync calls run on the interactive lane, and only they: --mode sync --lane interactive.');
  return { places: placesOf(cores, use), jobsPerSecond };
}

function laneUse(input: Input, measured: MeasuredLoad | null): LaneUse | null {
  const lane =
    input.choice('lane', ['cpu', 'io', 'interactive', 'interactive-io']) ??
    (input.text('cores') === undefined ? undefined : measured?.lane);
  if (lane === undefined) return null;
  if (lane === 'cpu' || lane === 'io') return { lane };
  return { lane: 'interactive', run: lane === 'interactive-io' || measured?.lane === 'io' ? 'waiting' : 'alone' };
}

function retryOf(input: Input, mode: 'sync' | 'async', measured: MeasuredLoad | null): RetryPolicy | undefined {
  const maxAttempts = input.number('retry-max', 1, 1000);
  const baseMs = input.duration('retry-delay');
  const backoff: Backoff | undefined = input.choice('retry-backoff', backoffs);
  const given = {
    ...(maxAttempts === undefined ? {} : { maxAttempts }),
    ...(baseMs === undefined ? {} : { baseMs }),
    ...(backoff === undefined ? {} : { backoff }),
  };
  if (Object.keys(given).length > 0) return { ...(measured?.retry ?? defaultRetry), ...given };
  return mode === 'sync' ? undefined : measured?.retry;
}

function arrivals(input: Input): Pick<PlanQuestion, 'arrivals'> {
  const text = input.text('arrivals');
  if (text === undefined) return {};
  if (text === 'poisson' || text === 'constant') return { arrivals: { kind: text } };
  const [, on = '', off = ''] = /^bursts:([^,]+),([^,]+)$/.exec(text) ?? [];
  const [onMs, offMs] = [parseDuration(on), parseDuration(off)];
  if (!onMs || !offMs) throw new UsageError(`--arrivals must be poisson, constant or bursts:ON,OFF such as bursts:10s,50s, not "${text}".`);
  return { arrivals: { kind: 'bursts', onMs, offMs } };
}

function priorities(input: Input): PriorityShare[] {
  const text = input.text('priorities');
  if (text === undefined) return [];
  const read = prioritySharesIn(text);
  if (read === null)
    throw new UsageError(`--priorities must be priorities from -100 to 100 with their weights, such as 10:1,0:9, not "${text}".`);
  return read;
}

/** Jobs a second. */
function rate(input: Input, option: string): number | undefined {
  if (input.text(option) === '0') return 0;
  const read = window(input, option);
  return read === undefined ? undefined : (read.max * 1000) / read.perMs;
}

function window(input: Input, option: string): { max: number; perMs: number } | undefined {
  const text = input.text(option);
  if (text === undefined) return undefined;
  const [, max = '', time = ''] = /^(\d+(?:\.\d+)?)\/(.+)$/.exec(text) ?? [];
  // `30/s` is how people say it.
  const perMs = parseDuration(/^[a-z]/.test(time) ? `1${time}` : time);
  if (max === '' || !perMs) throw new UsageError(`--${option} must be a number and a time, such as 30/s or 500/1m, not "${text}".`);
  return { max: Number(max), perMs };
}
