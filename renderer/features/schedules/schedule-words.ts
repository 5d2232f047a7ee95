/** What a schedule says of itself in the list and beside it. Pure. */

import type { MissedRule, Overlap, Schedule, SkipReason } from '../../../contract/schedule.ts';
import { formatDuration } from '../../ui/format.ts';
import { cronWords } from './cron-words.ts';

export function scheduleTitle({ name, task }: Pick<Schedule, 'name' | 'task'>): string {
  return name ?? task;
}

/** `every day at 02:30`, or the pattern itself where it has no short sentence. */
export function timingWords({ cron, everyMs }: Pick<Schedule, 'cron' | 'everyMs'>): string {
  if (cron === null) return `every ${formatDuration(everyMs ?? 0).replace(/\.0 s$/, ' s')}`;
  return cronWords(cron) ?? cron;
}

export const overlapWords: Readonly<Record<Overlap, { title: string; what: string }>> = {
  skip: { title: 'Leave the slot out', what: 'A slot that comes while its last job is unfinished makes no job.' },
  queue: { title: 'Stand in line', what: 'Its job waits until those before it have ended.' },
  replace: { title: 'Take its place', what: 'The unfinished one is cancelled, and the new one follows.' },
};

export const missedWords: Readonly<Record<MissedRule, { title: string; what: string }>> = {
  skip: { title: 'Leave them out', what: 'Slots that passed while the engine was down or the machine slept are gone.' },
  once: { title: 'Run once', what: 'One job makes up for all of them.' },
  all: { title: 'Run each', what: 'Every missed slot gets its job, up to the newest 1,000.' },
};

export const skipWords: Readonly<Record<SkipReason, string>> = {
  missed: 'was missed',
  overlap: 'its last job was unfinished',
  'line-full': 'too many of its jobs were unfinished',
  'unknown-task': 'its task is gone',
  'invalid-payload': 'the payload does not fit the task any more',
  refused: 'the queue took no more',
};

const inZone = new Map<string, Intl.DateTimeFormat>();

/** The wall's clock in a zone: `Sun 1 Feb, 02:30:00`. @param timeZone one that the engine accepted */
export function zoneTime(at: string, timeZone: string): string {
  let format = inZone.get(timeZone);
  if (!format) {
    const parts = { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
    format = new Intl.DateTimeFormat('en-GB', { ...parts, timeZone: knownZone(timeZone) });
    inZone.set(timeZone, format);
  }
  return format.format(new Date(at));
}

/** The window's list of zones may be older than the engine's. */
function knownZone(timeZone: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
