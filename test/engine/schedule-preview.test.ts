import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { scheduleSchema } from '../../contract/schedule.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';

let rig: QueueRig;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], now: Date.UTC(2026, 0, 31, 9, 30) });
  rig = await openQueueRig();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  await rig.dispose();
  vi.useRealTimers();
});

test('a schedule is shown beforehand as it would be, and nothing is made', async () => {
  const weekly = { cron: '0 2 * * SUN', timeZone: 'Europe/Berlin' };
  for (const input of [weekly, { everyMs: 60_000, timeZone: 'UTC' }]) {
    const preview = await rig.backend.previewSchedule(input);
    expect((await rig.backend.listSchedules({ limit: 10, cursor: undefined })).schedules).toEqual([]);
    const { id, nextRuns, timeZone } = await rig.backend.makeSchedule(scheduleSchema.parse({ task: 'shell.run', ...input }));
    expect(preview).toEqual({ nextRuns, timeZone });
    await rig.backend.deleteSchedule(id);
  }
  expect((await rig.backend.previewSchedule(weekly)).nextRuns[0]).toBe('2026-02-01T01:00:00.000Z');
});

test('what would be refused of a schedule is refused beforehand, at the same place', async () => {
  const refused = (path: string) => ({ extras: { errors: [{ path }] } });
  await expect(rig.backend.previewSchedule({ cron: '61 * * * *' })).rejects.toMatchObject(refused('/cron'));
  await expect(rig.backend.previewSchedule({ cron: '0 0 30 2 *' })).rejects.toMatchObject(refused('/cron'));
  await expect(rig.backend.previewSchedule({ everyMs: 60_000, timeZone: 'Mars/Olympus' })).rejects.toMatchObject(refused('/timeZone'));
});
