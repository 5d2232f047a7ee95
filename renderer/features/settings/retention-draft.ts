/** What is kept, as a person writes it. Pure. */

import type { RetentionPatch, RetentionSettings } from '../../../contract/retention.ts';
import type { FinalState } from '../../../contract/states.ts';
import { finalStates } from '../../../contract/states.ts';

export const timeUnits = ['minutes', 'hours', 'days'] as const;
export type TimeUnit = (typeof timeUnits)[number];
const unitMs: Readonly<Record<TimeUnit, number>> = { minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

export const sizeUnits = ['MiB', 'GiB', 'TiB'] as const;
export type SizeUnit = (typeof sizeUnits)[number];
const unitBytes: Readonly<Record<SizeUnit, number>> = { MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

/** Texts as typed; empty: no limit. */
export type KeptDraft = { time: string; unit: TimeUnit; count: string };
export type RetentionDraft = Record<FinalState, KeptDraft> & { size: string; sizeUnit: SizeUnit };
/** By the JSON Pointer of what the engine would refuse. */
export type RetentionErrors = Record<string, string>;

export function draftOf(settings: RetentionSettings): RetentionDraft {
  const { maxBytes } = settings;
  const sizeUnit = sizeUnits.findLast((unit) => (maxBytes ?? 1) % unitBytes[unit] === 0) ?? 'MiB';
  const kept = (state: FinalState): KeptDraft => {
    const { forMs, count } = settings[state];
    const unit = forMs === null ? 'days' : (timeUnits.findLast((each) => forMs % unitMs[each] === 0) ?? 'minutes');
    return { time: forMs === null ? '' : String(forMs / unitMs[unit]), unit, count: count === null ? '' : String(count) };
  };
  return {
    ...{ completed: kept('completed'), cancelled: kept('cancelled'), dead: kept('dead') },
    ...{ size: maxBytes === null ? '' : String(maxBytes / unitBytes[sizeUnit]), sizeUnit },
  };
}

export type RetentionReading = { patch: RetentionPatch | null } | { wrong: RetentionErrors };

const noNumber = 'must be a number, or empty for no limit';

/** Only what differs from `settings`; null when nothing does. Whether a number is allowed is the engine's to say. */
export function readDraft(draft: RetentionDraft, settings: RetentionSettings): RetentionReading {
  const wrong: RetentionErrors = {};
  const patch: RetentionPatch = {};
  const read = (path: string, text: string, unit: number): number | null => {
    const value = text.trim() === '' ? null : Number(text.trim().replace(',', '.'));
    if (value !== null && !Number.isFinite(value)) wrong[path] = noNumber;
    return value === null ? null : Math.round(value * unit);
  };
  for (const state of finalStates) {
    const forMs = read(`/${state}/forMs`, draft[state].time, unitMs[draft[state].unit]);
    const count = read(`/${state}/count`, draft[state].count, 1);
    const kept = settings[state];
    if (forMs !== kept.forMs || count !== kept.count) {
      patch[state] = { ...(forMs === kept.forMs ? {} : { forMs }), ...(count === kept.count ? {} : { count }) };
    }
  }
  const maxBytes = read('/maxBytes', draft.size, unitBytes[draft.sizeUnit]);
  if (maxBytes !== settings.maxBytes) patch.maxBytes = maxBytes;
  if (Object.keys(wrong).length > 0) return { wrong };
  return { patch: Object.keys(patch).length === 0 ? null : patch };
}
