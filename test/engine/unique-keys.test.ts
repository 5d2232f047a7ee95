import { beforeEach, describe, expect, test, vi } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { pass, restarted, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

describe('a unique key', () => {
  const again = (unique: { key: string; scope?: 'active' | 'started'; forMs?: number }) =>
    rig.submit({ task: 'shell.run', mode: 'async', unique });

  test('until its job has started is free from then on, also while it is tried again', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    const blocker = await rig.add();
    const unique = { key: 'a', scope: 'started' as const };
    const first = await rig.add({ unique });
    expect((await again(unique)).job).toMatchObject({ id: first.id, duplicate: true });
    rig.lanes.succeed(blocker.id);
    await rig.turn();
    const second = (await again(unique)).job;
    expect(second.id).not.toBe(first.id);
    rig.lanes.fail(first.id);
    await rig.turn();
    expect(await rig.stateOf(second.id)).toBe('executing');
    expect(await rig.stateOf(first.id)).toBe('retryable');
  });

  test('for a time is kept that long though its job has ended, also across a kill', async () => {
    rig = await openQueueRig();
    const unique = { key: 'a', forMs: 10_000 };
    const { id } = await rig.add({ unique });
    rig.lanes.succeed(id);
    await rig.turn();
    expect((await again(unique)).job).toMatchObject({ id, state: 'completed', duplicate: true });
    rig = await restarted(rig);
    await pass(rig, 9_900);
    expect((await again(unique)).job).toMatchObject({ id, duplicate: true });
    await pass(rig, 100);
    const next = (await again(unique)).job;
    expect(next.id).not.toBe(id);
  });

  test('for a time is kept beyond it while its job is unfinished', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ unique: { key: 'a', forMs: 1_000 } });
    await pass(rig, 2_000);
    expect((await again({ key: 'a' })).job).toMatchObject({ id, duplicate: true });
    rig.lanes.succeed(id);
    await rig.turn();
    expect((await again({ key: 'a' })).job).not.toMatchObject({ id });
  });

  test('goes with its job when that is deleted', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ unique: { key: 'a', forMs: 60_000 } });
    rig.lanes.succeed(id);
    await rig.turn();
    await rig.backend.deleteJob(id);
    expect((await again({ key: 'a' })).job).not.toHaveProperty('duplicate');
  });

  describe('that only the time held', () => {
    const unique = { key: 'a', forMs: 5_000 };
    let id: string;
    beforeEach(async () => {
      rig = await openQueueRig();
      ({ id } = await rig.add({ unique, retry: { maxAttempts: 1 } }));
      rig.lanes.fail(id);
      await rig.turn();
      await rig.backend.retryJob(id);
      await rig.turn();
    });

    test('is its job’s again when that is retried', async () => {
      await pass(rig, 6_000);
      expect((await again(unique)).job).toMatchObject({ id, duplicate: true });
    });

    test('is still kept to its end when the retried job has ended before', async () => {
      await pass(rig, 3_000);
      rig.lanes.succeed(id);
      await rig.turn();
      expect((await again({ key: 'a' })).job).toMatchObject({ id, duplicate: true });
      await pass(rig, 2_000);
      expect((await again({ key: 'a' })).job).not.toMatchObject({ id });
    });
  });

  test('whose time runs out while a submission waits for its transaction is that submission’s', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ unique: { key: 'a', forMs: 1_000 } });
    rig.lanes.succeed(id);
    await rig.turn();
    await pass(rig, 999);
    const next = again({ key: 'a' });
    vi.setSystemTime(Date.now() + 2);
    expect((await next).job).not.toMatchObject({ id });
  });
});
