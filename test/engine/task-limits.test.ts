import { describe, expect, test, vi } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { restarted, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

const labelled = (label: string) => ({ payload: { label } });
const parked = () => rig.db.prepare<[], number>('SELECT count(*) FROM parked').pluck().get();

describe('a task’s concurrency', () => {
  test('holds over queues and lanes, and what waits comes in its order', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 }, tasks: { 'shell.run': { lane: 'cpu', concurrency: 2 } } });
    await rig.backend.makeQueue('other', {});
    await rig.addMany([1, 2, 3, 4, 5, 6].map((n) => ({ ...labelled(String(n)), queue: n % 2 ? 'default' : 'other' })));
    await rig.turn();
    expect(rig.lanes.running.size).toBe(2);
    expect(parked()).toBe(4);
    await rig.add({ task: 'file.hash', ...labelled('free') });
    expect(rig.startedLabels().at(-1)).toBe('free');
    await expect(rig.submit({ task: 'shell.run', mode: 'sync' })).rejects.toMatchObject({ code: 'lane-saturated' });
    await rig.runAll();
    expect(
      rig
        .startedLabels()
        .filter((label) => label !== 'free')
        .toSorted(),
    ).toEqual(['1', '2', '3', '4', '5', '6']);
    const own = (queue: string) => rig.startedLabels().filter((label) => Number(label) % 2 === (queue === 'default' ? 1 : 0));
    expect([own('default'), own('other')]).toEqual([
      ['1', '3', '5'],
      ['2', '4', '6'],
    ]);
  });

  test('does not let a paused queue’s job hold up another queue’s', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 }, tasks: { 'shell.run': { lane: 'cpu', concurrency: 1 } } });
    await rig.backend.makeQueue('other', {});
    const [first = ''] = await rig.addMany([labelled('first'), { ...labelled('paused'), queue: 'other' }, labelled('next')]);
    await rig.turn();
    await rig.backend.patchQueue('other', { paused: true });
    rig.lanes.succeed(first);
    await rig.turn();
    expect(rig.startedLabels()).toEqual(['first', 'next']);
  });

  test('that its changed file raises lets more start at once', async () => {
    rig = await openQueueRig({ sizes: { cpu: 4 } });
    rig.writeTask('mine', { concurrency: 1 });
    await rig.addMany(Array.from({ length: 6 }, () => ({ task: 'mine' })));
    await rig.turn();
    expect(rig.lanes.running.size).toBe(1);
    rig.writeTask('mine', { concurrency: 3, title: 'changed' });
    await rig.backend.getTask('mine');
    await rig.turn();
    expect(rig.lanes.running.size).toBe(3);
    rig.writeTask('mine', { title: 'without a limit now' });
    await rig.backend.getTask('mine');
    await rig.turn();
    expect(rig.lanes.running.size).toBe(4);
    await rig.runAll();
    expect((await rig.backend.stats()).counts.completed).toBe(6);
  });
});

describe('a concurrency key', () => {
  const keyed = (label: string, concurrencyKey = 'k') => ({ ...labelled(label), concurrencyKey });

  test('lets one job of it run at a time, in order, and jobs of others pass', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 } });
    await rig.addMany([keyed('k1'), keyed('k2'), keyed('k3'), keyed('other', 'l'), labelled('none')]);
    await rig.turn();
    expect(rig.startedLabels().toSorted()).toEqual(['k1', 'none', 'other']);
    expect((await rig.backend.listJobs({ limit: 10, order: 'createdAt' })).jobs[1]).toMatchObject({
      state: 'available',
      concurrencyKey: 'k',
    });
    await rig.runAll();
    expect(rig.startedLabels().slice(3)).toEqual(['k2', 'k3']);
  });

  test('is not taken by a newcomer while others wait for it', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 } });
    const first = await rig.add(keyed('first'));
    await rig.add(keyed('waits'));
    await rig.turn();
    rig.lanes.succeed(first.id);
    const [late] = await Promise.all([rig.add(keyed('late'))]);
    await rig.turn();
    expect(rig.startedLabels()).toEqual(['first', 'waits']);
    expect(await rig.stateOf(late.id)).toBe('available');
  });

  test('follows priority among those that wait', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 } });
    await rig.addMany([keyed('first'), keyed('low'), { ...keyed('high'), priority: 5 }]);
    await rig.turn();
    await rig.runAll();
    expect(rig.startedLabels()).toEqual(['first', 'high', 'low']);
  });

  test('runs as many as the task says', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 }, tasks: { 'shell.run': { lane: 'cpu', concurrencyPerKey: 3, concurrency: 4 } } });
    await rig.addMany([
      ...Array.from({ length: 5 }, (_, n) => keyed(`k${n}`)),
      ...Array.from({ length: 3 }, (_, n) => keyed(`l${n}`, 'l')),
    ]);
    await rig.turn();
    expect(rig.startedLabels().toSorted()).toEqual(['k0', 'k1', 'k2', 'l0']);
    await rig.runAll();
    expect(rig.lanes.started).toHaveLength(8);
  });

  test.each([
    ['cancelled', (id: string) => rig.backend.cancelJob(id)],
    ['deleted', (id: string) => rig.backend.deleteJob(id)],
    ['put off', (id: string) => rig.backend.patchJob(id, { runAt: new Date(Date.now() + 60_000).toISOString() })],
    ['moved to a paused queue', (id: string) => rig.backend.patchJob(id, { queue: 'closed' })],
  ])('goes on when the one that was next is %s', async (_, act) => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    await rig.backend.makeQueue('closed', { paused: true });
    const first = await rig.add(keyed('first'));
    const [next = ''] = await rig.addMany([keyed('next'), keyed('after it')]);
    const blocker = await rig.add({ ...labelled('blocker'), priority: 50 });
    await rig.turn();
    rig.lanes.succeed(first.id);
    await rig.turn();
    // The key is free, and its next is in line behind what took the only place.
    expect(rig.startedLabels()).toEqual(['first', 'blocker']);
    await act(next);
    rig.lanes.succeed(blocker.id);
    await rig.turn();
    expect(rig.startedLabels()).toEqual(['first', 'blocker', 'after it']);
  });

  test('holds after a kill, and nothing that waited for it is left behind', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 } });
    await rig.addMany([0, 1, 2, 3, 4, 5].map((n) => keyed(`${n}`, n % 2 ? 'odd' : 'even')));
    await rig.turn();
    expect(parked()).toBe(4);
    rig = await restarted(rig, { sizes: { cpu: 8 } });
    expect(rig.lanes.running.size).toBe(2);
    await rig.runAll();
    expect((await rig.backend.stats()).counts).toMatchObject({ completed: 6, available: 0 });
  });

  test('with thousands that wait for it holds up nobody for long', async () => {
    rig = await openQueueRig({ sizes: { cpu: 2 } });
    await rig.backend.patchQueue('default', { paused: true });
    await rig.addMany(Array.from({ length: 5_000 }, (_, n) => keyed(`${n}`)));
    const behind = await rig.add(labelled('behind'));
    await rig.backend.patchQueue('default', { paused: false });
    const started = rig.lanes.startOf(behind.id);
    await started;
    expect(rig.lanes.started).toHaveLength(2);
  });

  test('keeps a queue’s oldest waiting job in sight', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8 } });
    await rig.addMany([keyed('first'), keyed('waits')]);
    await rig.turn();
    vi.advanceTimersByTime(5_000);
    expect((await rig.backend.getQueue('default')).oldestAvailableMs).toBeGreaterThanOrEqual(5_000);
  });
});
