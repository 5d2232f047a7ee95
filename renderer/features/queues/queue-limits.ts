/** A queue's limits as a person writes them, and in words. Pure. */

import type { Queue, QueuePatch, RateLimit } from '../../../contract/resources.ts';
import { formatCount, formatDuration } from '../../ui/format.ts';

export const rateUnits = ['second', 'minute', 'hour'] as const;
export type RateUnit = (typeof rateUnits)[number];
const unitMs: Readonly<Record<RateUnit, number>> = { second: 1_000, minute: 60_000, hour: 3_600_000 };

/** Texts as typed; empty: no limit. */
export type LimitsDraft = { concurrency: string; rateMax: string; ratePer: string; rateUnit: RateUnit; maxBacklog: string };
export type LimitField = 'concurrency' | 'rateLimit' | 'maxBacklog';

export const noLimits: LimitsDraft = { concurrency: '', rateMax: '', ratePer: '1', rateUnit: 'second', maxBacklog: '' };

type Limits = Pick<Queue, 'concurrency' | 'rateLimit' | 'maxBacklog'>;

export function draftOf({ concurrency, rateLimit, maxBacklog }: Limits): LimitsDraft {
  const rateUnit = rateUnits.findLast((unit) => (rateLimit?.perMs ?? 1) % unitMs[unit] === 0) ?? 'second';
  return {
    concurrency: textOf(concurrency),
    rateMax: textOf(rateLimit?.max ?? null),
    ratePer: rateLimit === null ? '1' : String(rateLimit.perMs / unitMs[rateUnit]),
    rateUnit,
    maxBacklog: textOf(maxBacklog),
  };
}

export type LimitsReading = { limits: Limits } | { wrong: Partial<Record<LimitField, string>> };

const noNumber = 'must be a whole number, or empty for no limit';

/** Whether a number is allowed is the engine's to say; that it is one is ours, since JSON has to hold it. */
export function readLimits(draft: LimitsDraft): LimitsReading {
  const wrong: Partial<Record<LimitField, string>> = {};
  const concurrency = numberIn(draft.concurrency);
  const max = numberIn(draft.rateMax);
  const per = numberIn(draft.ratePer);
  const maxBacklog = numberIn(draft.maxBacklog);
  if (Number.isNaN(concurrency)) wrong.concurrency = noNumber;
  if (Number.isNaN(maxBacklog)) wrong.maxBacklog = noNumber;
  if (Number.isNaN(max)) wrong.rateLimit = noNumber;
  else if (max !== null && (per === null || Number.isNaN(per))) wrong.rateLimit = 'needs a time: so many in how long';
  if (Object.keys(wrong).length > 0) return { wrong };
  const rateLimit = max === null ? null : { max, perMs: Math.round((per ?? 1) * unitMs[draft.rateUnit]) };
  return { limits: { concurrency, rateLimit, maxBacklog } };
}

/** Only what differs; null when nothing does. */
export function patchOf(queue: Limits, limits: Limits): QueuePatch | null {
  const patch: QueuePatch = {};
  if (limits.concurrency !== queue.concurrency) patch.concurrency = limits.concurrency;
  if (limits.rateLimit?.max !== queue.rateLimit?.max || limits.rateLimit?.perMs !== queue.rateLimit?.perMs)
    patch.rateLimit = limits.rateLimit;
  if (limits.maxBacklog !== queue.maxBacklog) patch.maxBacklog = limits.maxBacklog;
  return Object.keys(patch).length === 0 ? null : patch;
}

export function rateWords({ max, perMs }: RateLimit): string {
  const unit = rateUnits.find((each) => unitMs[each] === perMs);
  if (unit === undefined) return `${formatCount(max)} in ${formatDuration(perMs).replace('.0 ', ' ')}`;
  return `${formatCount(max)} ${unit === 'hour' ? 'an' : 'a'} ${unit}`;
}

/** `7 at once`, `100 a minute`, `10,000 may wait`. */
export function limitWords({ concurrency, rateLimit, maxBacklog }: Limits): string[] {
  const words: string[] = [];
  if (concurrency !== null) words.push(`${formatCount(concurrency)} at once`);
  if (rateLimit !== null) words.push(rateWords(rateLimit));
  if (maxBacklog !== null) words.push(`${formatCount(maxBacklog)} may wait`);
  return words;
}

function textOf(value: number | null): string {
  return value === null ? '' : String(value);
}

function numberIn(text: string): number | null {
  return text.trim() === '' ? null : Number(text.trim());
}
