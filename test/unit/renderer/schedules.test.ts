import { describe, expect, it } from 'vitest';
import { invalidFields, Problem } from '../../../contract/errors.ts';
import type { EngineEvent } from '../../../contract/events.ts';
import type { Schedule } from '../../../contract/schedule.ts';
import { schedulePatchSchema, scheduleSchema } from '../../../contract/schedule.ts';
import {
  draftOf,
  emptyDraft,
  inputOf,
  patchOf,
  placeScheduleErrors,
  timingOf,
} from '../../../renderer/features/schedules/schedule-draft.ts';
import type { ScheduleList } from '../../../renderer/features/schedules/schedule-list.ts';
import { noSchedules, withEvents, withPage } from '../../../renderer/features/schedules/schedule-list.ts';

const schedule: Schedule = {
  ...{
    id: '1',
    name: 'backup',
    cron: '30 2 * * *',
    everyMs: null,
    timeZone: 'Europe/Berlin',
    task: 'shell.run',
    payload: { command: 'true' },
  },
  ...{ queue: 'default', priority: 0, timeoutMs: 60_000, retry: { maxAttempts: 3, baseMs: 500 }, tags: ['nightly'], overlap: 'skip' },
  ...{ missed: 'once', paused: false, nextRuns: [], lastRun: null, lastSkipped: null, notify: [] },
  ...{ createdAt: '2026-01-31T00:00:00.000Z', updatedAt: '2026-01-31T00:00:00.000Z' },
};

describe('what is sent of a schedule', () => {
  it('is what the engine takes, with nothing that was left to the task', () => {
    const draft = { ...emptyDraft('shell.run', 'UTC'), cron: ' 0 9 * * * ', payload: { command: 'true' } };
    const input = inputOf(draft);
    expect(scheduleSchema.parse(input)).toEqual({
      ...{ task: 'shell.run', payload: { command: 'true' }, cron: '0 9 * * *', timeZone: 'UTC', overlap: 'skip', missed: 'once' },
    });
    expect(timingOf({ ...draft, kind: 'every', every: 1.5, everyUnit: 'hours' })).toEqual({ everyMs: 5_400_000, timeZone: 'UTC' });
    expect(timingOf(emptyDraft('shell.run', 'UTC'))).toBeNull();
  });

  it('is nothing when nothing was changed', () => {
    expect(patchOf(schedule, draftOf(schedule))).toBeNull();
    const every = { ...schedule, cron: null, everyMs: 5_400_000 };
    expect(draftOf(every)).toMatchObject({ kind: 'every', every: 90, everyUnit: 'minutes' });
    expect(patchOf(every, draftOf(every))).toBeNull();
  });

  it('is only what differs; what was emptied is sent as none', () => {
    const patch = patchOf(schedule, { ...draftOf(schedule), name: '', tags: [], timeoutSeconds: null, overlap: 'queue' });
    expect(patch).toEqual({ name: null, tags: [], timeoutMs: null, overlap: 'queue' });
    expect(schedulePatchSchema.safeParse(patch).success).toBe(true);
  });

  it('gives one timing in place of the other, and keeps what the form does not show of the retries', () => {
    const draft = draftOf(schedule);
    const patch = patchOf(schedule, { ...draft, kind: 'every', every: 5, everyUnit: 'minutes', maxAttempts: null });
    expect(patch).toEqual({ everyMs: 300_000, retry: { baseMs: 500 } });
    expect(schedulePatchSchema.safeParse(patch).success).toBe(true);
  });
});

describe('what is refused of a schedule', () => {
  it('is said at its field', () => {
    const errors = placeScheduleErrors(
      invalidFields([
        { path: '/cron', message: 'bad' },
        { path: '/payload/command', message: 'is missing' },
        { path: '/retry/maxAttempts', message: 'too many' },
        { path: '/other', message: 'unknown' },
      ]),
      draftOf(schedule),
    );
    expect([...errors.at]).toEqual([
      ['/cron', 'bad'],
      ['/retry/maxAttempts', 'too many'],
    ]);
    expect(errors.payload).toEqual([{ path: '/payload/command', message: 'is missing' }]);
    expect(errors.elsewhere).toEqual(['/other: unknown']);
  });

  it('names the timing when it is the timing that is missing, and the queue when it is the queue', () => {
    const missing = placeScheduleErrors(invalidFields([{ path: '', message: 'must have either' }]), emptyDraft('t', 'UTC'));
    expect([...missing.at.keys()]).toEqual(['/cron']);
    const queue = placeScheduleErrors(new Problem('unknown-queue', 'There is no queue "x".'), draftOf(schedule));
    expect([...queue.at.keys()]).toEqual(['/queue']);
  });
});

describe('the list of schedules', () => {
  const of = (id: string, part: Partial<Schedule> = {}): Schedule => ({ ...schedule, id, ...part });
  const event = (type: 'schedule.created' | 'schedule.changed' | 'schedule.deleted', changed: Schedule): EngineEvent => ({
    ...{ type, at: '2026-01-31T00:00:00.000Z', schedule: changed },
  });
  const ids = (list: ScheduleList) => list.schedules.map(({ id }) => id);

  it('grows by pages, each schedule once', () => {
    const first = withPage(noSchedules, { schedules: [of('1'), of('2')], next: '2' });
    const both = withPage(first, { schedules: [of('2'), of('3')], next: null });
    expect(ids(both)).toEqual(['1', '2', '3']);
    expect(both.next).toBeNull();
  });

  it('follows what is made, changed and deleted', () => {
    let list: ScheduleList = { schedules: [of('1'), of('2')], next: null };
    list = withEvents(list, [event('schedule.created', of('3')), event('schedule.changed', of('1', { paused: true }))]);
    expect(ids(list)).toEqual(['1', '2', '3']);
    expect(list.schedules[0]?.paused).toBe(true);
    expect(ids(withEvents(list, [event('schedule.deleted', of('2'))]))).toEqual(['1', '3']);
  });

  it('leaves a new one out while its place was not read, and stays the same when nothing is about it', () => {
    const list: ScheduleList = { schedules: [of('1')], next: '1' };
    expect(withEvents(list, [event('schedule.created', of('9')), event('schedule.changed', of('8'))])).toBe(list);
  });
});
