/** A service time as it is written on the command line. */

import type { ServiceTime } from '../contract/lab.ts';
import { serviceTimeSchema } from '../contract/lab.ts';
import { parseDuration } from './durations.ts';
import { UsageError } from './failures.ts';

/** @throws UsageError */
export function readService(text: string): ServiceTime {
  const [, kind = '', rest = ''] = /^([a-z]+):(.*)$/.exec(text) ?? [];
  const written = /^p\d/.test(text)
    ? percentiles(text)
    : kind === ''
      ? { kind: 'constant', ms: duration(text, text) }
      : distribution(kind, rest, text);
  const read = serviceTimeSchema.safeParse(written);
  if (!read.success) throw new UsageError(`--service ${text}: ${read.error.issues[0]?.message ?? 'is out of range'}.`);
  return read.data;
}

function distribution(kind: string, rest: string, text: string): unknown {
  const parts = rest.split(kind === 'uniform' ? '-' : ',');
  const [first = '', second = '', third = ''] = parts;
  const counts: Record<string, number> = { constant: 1, exponential: 1, lognormal: 2, gamma: 2, uniform: 2, bimodal: 3 };
  const count = counts[kind];
  if (count === undefined)
    throw new UsageError(
      `--service knows no distribution "${kind}". There are: ${Object.keys(counts).join(', ')} and percentiles (p50:80ms,p95:400ms).`,
    );
  if (parts.length !== count) throw new UsageError(`--service ${kind} takes ${count} value${count === 1 ? '' : 's'}, not "${rest}".`);
  switch (kind) {
    case 'constant':
      return { kind, ms: duration(first, text) };
    case 'exponential':
      return { kind, meanMs: duration(first, text) };
    case 'uniform':
      return { kind, fromMs: duration(first, text), toMs: duration(second, text) };
    case 'bimodal':
      return { kind, fastMs: duration(first, text), slowMs: duration(second, text), slowShare: readShare('service', third) };
    default:
      return { kind, meanMs: duration(first, text), scv: Number(second) };
  }
}

function percentiles(text: string): unknown {
  const points = text.split(',').map((part) => {
    const [, percent = '', time = ''] = /^p(\d+(?:\.\d+)?):(.+)$/.exec(part) ?? [];
    if (percent === '') throw new UsageError(`--service ${text}: "${part}" is no percentile such as p95:400ms.`);
    return { quantile: Number(percent) / 100, ms: duration(time, text) };
  });
  return { kind: 'percentiles', points };
}

function duration(written: string, text: string): number {
  const ms = parseDuration(written);
  if (ms === null) throw new UsageError(`--service ${text}: "${written}" is no duration such as 250ms, 5s or 1h.`);
  return ms;
}

/** `5%` or `0.05`. @throws UsageError */
export function readShare(option: string, text: string): number {
  const [, number = '', percent = ''] = /^(\d+(?:\.\d+)?)(%?)$/.exec(text.trim()) ?? [];
  const share = percent === '%' ? Number(number) / 100 : Number(number);
  if (number === '' || share > 1) throw new UsageError(`--${option} must be a share such as 5% or 0.05, not "${text}".`);
  return share;
}
