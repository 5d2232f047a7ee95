import { describe, expect, test, vi } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

describe('jobs for later', () => {
  test('start when they are due, not before', async () => {
    rig = await openQueueRig();
    const at = new Date(Date.now() + 90_000).toISOString();
    const later = await rig.add({ runAt: at });
    expect(later).toMatchObject({ state: 'scheduled', runAt: at });
    vi.advanceTimersByTime(89_999);
    await rig.turn();
    expect((await rig.backend.getJob(later.id)).state).toBe('scheduled');
    vi.advanceTimersByTime(1);
    await rig.turn();
    expect((await rig.backend.getJob(later.id)).state).toBe('executing');
  });

  test('start though an earlier one was cancelled, and nobody asks for anything', async () => {
    rig = await openQueueRig();
    const sooner = await rig.add({ delayMs: 1_000 });
    const later = await rig.add({ delayMs: 2_000 });
    await rig.backend.cancelJob(sooner.id);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect((await rig.backend.getJob(later.id)).state).toBe('executing');
  });

  test.each([
    ['run now', (id: string) => rig.backend.runJobNow(id)],
    ['put off', (id: string) => rig.backend.patchJob(id, { runAt: new Date(Date.now() + 500_000).toISOString() })],
    ['deleted', (id: string) => rig.backend.deleteJob(id)],
  ])('or was %s', async (_, act) => {
    rig = await openQueueRig();
    const sooner = await rig.add({ delayMs: 1_000 });
    const later = await rig.add({ delayMs: 2_000 });
    await act(sooner.id);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect((await rig.backend.getJob(later.id)).state).toBe('executing');
  });

  test('never stand in the way of due ones', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    await rig.addMany(Array.from({ length: 500 }, () => ({ priority: 100, delayMs: 60_000 })));
    expect(await rig.add()).toMatchObject({ state: 'executing' });
  });

  test('start though far more of them are due at once than are looked at in one turn', async () => {
    rig = await openQueueRig({ sizes: { io: 2 } });
    await rig.addMany(Array.from({ length: 2_300 }, () => ({ task: 'http.request', delayMs: 1_000 })));
    vi.advanceTimersByTime(1_000);
    for (let turns = 0; turns < 4; turns++) {
      await rig.turn();
      vi.advanceTimersByTime(1);
    }
    await rig.turn();
    expect(rig.lanes.running.size).toBe(2_300);
  });

  test('may be further away than a timer can be set', async () => {
    rig = await openQueueRig();
    const days = 40;
    const { id } = await rig.add({ delayMs: days * 86_400_000 });
    for (let day = 1; day < days; day++) {
      vi.advanceTimersByTime(86_400_000);
      await rig.turn();
    }
    expect((await rig.backend.getJob(id)).state).toBe('scheduled');
    vi.advanceTimersByTime(86_400_000);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });
});
