/** A schedule as a person writes it, and what is sent of it. Pure. */

import type { FieldError, Problem } from '../../../contract/errors.ts';

import type { JsonObject } from '../../../contract/json.ts';
import type { BodyInput } from '../../../contract/routes.ts';
import type { MissedRule, Overlap, Schedule } from '../../../contract/schedule.ts';

export const everyUnits = ['seconds', 'minutes', 'hours', 'days'] as const;
export type EveryUnit = (typeof everyUnits)[number];
const unitMs: Readonly<Record<EveryUnit, number>> = { seconds: 1_000, minutes: 60_000, hours: 3_600_000, days: 86_400_000 };

/** Empty texts and null: leave it to the task and the engine. */
export type ScheduleDraft = {
  name: string;
  task: string;
  payload: JsonObject;
  kind: 'cron' | 'every';
  cron: string;
  every: number | null;
  everyUnit: EveryUnit;
  timeZone: string;
  overlap: Overlap;
  missed: MissedRule;
  queue: string;
  priority: number | null;
  timeoutSeconds: number | null;
  maxAttempts: number | null;
  tags: string[];
};

export function emptyDraft(task: string, timeZone: string): ScheduleDraft {
  return {
    ...{ name: '', task, payload: {}, kind: 'cron', cron: '', every: 15, everyUnit: 'minutes', timeZone },
    ...{ overlap: 'skip', missed: 'once', queue: '', priority: null, timeoutSeconds: null, maxAttempts: null, tags: [] },
  };
}

export function draftOf(schedule: Schedule): ScheduleDraft {
  const everyUnit = everyUnits.findLast((unit) => (schedule.everyMs ?? 0) % unitMs[unit] === 0) ?? 'seconds';
  return {
    name: schedule.name ?? '',
    task: schedule.task,
    payload: schedule.payload,
    kind: schedule.cron === null ? 'every' : 'cron',
    cron: schedule.cron ?? '',
    every: schedule.everyMs === null ? null : schedule.everyMs / unitMs[everyUnit],
    everyUnit: schedule.everyMs === null ? 'minutes' : everyUnit,
    timeZone: schedule.timeZone,
    overlap: schedule.overlap,
    missed: schedule.missed,
    queue: schedule.queue,
    priority: schedule.priority,
    timeoutSeconds: schedule.timeoutMs === null ? null : schedule.timeoutMs / 1000,
    maxAttempts: schedule.retry?.maxAttempts ?? null,
    tags: schedule.tags,
  };
}

type Timing = { cron: string; timeZone: string } | { everyMs: number; timeZone: string };

/** When it runs; null while that is not written yet. */
export function timingOf({ kind, cron, every, everyUnit, timeZone }: ScheduleDraft): Timing | null {
  if (kind === 'cron') return cron.trim() === '' ? null : { cron: cron.trim(), timeZone };
  return every === null ? null : { everyMs: Math.round(every * unitMs[everyUnit]), timeZone };
}

/** What is missing is the engine's to say. */
export function inputOf(draft: ScheduleDraft): BodyInput<'makeSchedule'> {
  return {
    task: draft.task,
    payload: draft.payload,
    ...timingOf(draft),
    timeZone: draft.timeZone,
    ...(draft.name.trim() === '' ? {} : { name: draft.name.trim() }),
    overlap: draft.overlap,
    missed: draft.missed,
    ...(draft.queue === '' ? {} : { queue: draft.queue }),
    ...(draft.priority === null ? {} : { priority: draft.priority }),
    ...(draft.timeoutSeconds === null ? {} : { timeoutMs: Math.round(draft.timeoutSeconds * 1000) }),
    ...(draft.maxAttempts === null ? {} : { retry: { maxAttempts: draft.maxAttempts } }),
    ...(draft.tags.length === 0 ? {} : { tags: draft.tags }),
  };
}

/** Only what differs; null when nothing does. Parts of the retry policy that the form does not show stay as they are. */
export function patchOf(schedule: Schedule, draft: ScheduleDraft): BodyInput<'patchSchedule'> | null {
  const before = inputOf(draftOf(schedule));
  const after = inputOf(draft);
  const patch: Record<string, unknown> = {};
  for (const key of Object.keys({ ...before, ...after }) as (keyof typeof after)[]) {
    if (JSON.stringify(before[key]) === JSON.stringify(after[key])) continue;
    patch[key] = after[key] ?? emptied[key];
  }
  // Of the two timings the one that is given takes the place of the other.
  if (patch.everyMs !== undefined) delete patch.cron;
  if (patch.cron !== undefined) delete patch.everyMs;
  if ('retry' in patch) {
    const { maxAttempts: _, ...others } = schedule.retry ?? {};
    const retry = draft.maxAttempts === null ? others : { ...others, maxAttempts: draft.maxAttempts };
    patch.retry = Object.keys(retry).length === 0 ? null : retry;
  }
  return Object.keys(patch).length === 0 ? null : (patch as BodyInput<'patchSchedule'>);
}

/** How a field that was emptied is sent, since one that is left out stays as it is. */
const emptied: Readonly<Record<string, unknown>> = { name: null, timeoutMs: null, tags: [], priority: 0, queue: 'default' };

/** Fields of the form, by pointer; errors elsewhere go above it. */
const pointers = ['/name', '/task', '/cron', '/everyMs', '/timeZone', '/overlap', '/missed', '/queue', '/priority', '/timeoutMs'] as const;
export type SchedulePointer = (typeof pointers)[number] | '/retry/maxAttempts' | '/tags';

export type PlacedScheduleErrors = {
  at: ReadonlyMap<SchedulePointer, string>;
  payload: readonly FieldError[];
  elsewhere: readonly string[];
};

export const noScheduleErrors: PlacedScheduleErrors = { at: new Map(), payload: [], elsewhere: [] };

/** A refusal, each part of it at the field that it is about. @param draft tells what a whole-body error is about */
export function placeScheduleErrors(error: Problem, draft: ScheduleDraft): PlacedScheduleErrors {
  const at = new Map<SchedulePointer, string>();
  const payload: FieldError[] = [];
  const elsewhere: string[] = [];
  if (error.code === 'unknown-queue') at.set('/queue', error.message);
  else if (error.code === 'unknown-task') at.set('/task', error.message);
  else if (error.extras.errors === undefined) elsewhere.push(error.message);
  for (const { path, message } of error.extras.errors ?? []) {
    const pointer = pointers.find((each) => path === each);
    if (pointer) at.set(pointer, message);
    else if (path.startsWith('/retry')) at.set('/retry/maxAttempts', message);
    else if (path.startsWith('/tags')) at.set('/tags', message);
    else if (path.startsWith('/payload')) payload.push({ path, message });
    // "either cron or everyMs": the one that is looked at is empty.
    else if (path === '' && timingOf(draft) === null) at.set(draft.kind === 'cron' ? '/cron' : '/everyMs', 'is needed: when it runs');
    else elsewhere.push(path === '' ? message : `${path}: ${message}`);
  }
  return { at, payload, elsewhere };
}
