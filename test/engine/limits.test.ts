import { describe, expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { pass, restarted, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

const labelled = (label: string) => ({ payload: { label } });

describe('a queue’s rate limit', () => {
  const sizes = { cpu: 20, io: 2 };

  test('starts as many as it allows at once, and the next when their time has come, though nobody asks', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 3, perMs: 1_000 } });
    await rig.addMany(Array.from({ length: 8 }, () => ({ queue: 'slow' })));
    await rig.turn();
    expect(rig.lanes.started).toHaveLength(3);
    await pass(rig, 1_000);
    expect(rig.lanes.started).toHaveLength(3);
    await pass(rig, 20);
    expect(rig.lanes.started).toHaveLength(6);
    await pass(rig, 1_020);
    expect(rig.lanes.started).toHaveLength(8);
  });

  test('counts jobs that are handed off, and those that come in one by one', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 2, perMs: 1_000 } });
    const states = [];
    for (let n = 0; n < 4; n++) states.push((await rig.add({ queue: 'slow' })).state);
    expect(states).toEqual(['executing', 'executing', 'available', 'available']);
  });

  test('leaves other queues alone', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 1, perMs: 60_000 } });
    await rig.addMany([{ queue: 'slow' }, { queue: 'slow' }, {}, {}]);
    await rig.turn();
    expect(rig.lanes.started).toHaveLength(3);
    expect(await rig.add()).toMatchObject({ state: 'executing' });
  });

  test('is not forgotten when the engine is killed', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 3, perMs: 10_000 } });
    await rig.addMany(Array.from({ length: 6 }, () => ({ queue: 'slow' })));
    await rig.turn();
    rig = await restarted(rig, { sizes });
    expect(rig.lanes.started).toHaveLength(0);
    await pass(rig, 10_100);
    expect(rig.lanes.started).toHaveLength(3);
  });

  test('is not used up by a transaction that came to nothing', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 2, perMs: 3_600_000 } });
    rig.diskFull(true);
    await expect(
      rig.addMany(Array.from({ length: 60 }, () => ({ queue: 'slow', payload: { text: 'x'.repeat(9_000) } }))),
    ).rejects.toMatchObject({
      code: 'storage-full',
    });
    rig.diskFull(false);
    await pass(rig, 600);
    await rig.addMany([{ queue: 'slow' }, { queue: 'slow' }, { queue: 'slow' }]);
    await rig.turn();
    expect(rig.lanes.started).toHaveLength(2);
  });

  test('refuses sync work that it holds up, and says when to come back', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 1, perMs: 5_000 } });
    const first = rig.submit({ task: 'shell.run', mode: 'sync', queue: 'slow' });
    rig.lanes.succeed((await rig.lanes.nextStart()).jobId);
    await expect(first).resolves.toMatchObject({ status: 200 });
    await expect(rig.submit({ task: 'shell.run', mode: 'sync', queue: 'slow' })).rejects.toMatchObject({
      code: 'rate-limited',
      extras: { retryAfterMs: expect.toSatisfy((ms: number) => ms > 4_000 && ms <= 5_100) },
    });
  });

  test('that is taken away lets everything go on', async () => {
    rig = await openQueueRig({ sizes });
    await rig.backend.makeQueue('slow', { rateLimit: { max: 1, perMs: 60_000 } });
    await rig.addMany(Array.from({ length: 5 }, () => ({ queue: 'slow' })));
    await rig.backend.patchQueue('slow', { rateLimit: null });
    await rig.turn();
    expect(rig.lanes.started).toHaveLength(5);
  });

  test('is shown with the queue, kept by a change of something else, and told to those who watch', async () => {
    rig = await openQueueRig();
    const seen = rig.watch();
    await rig.backend.makeQueue('slow', { rateLimit: { max: 5, perMs: 100 }, maxBacklog: 7 });
    const queue = await rig.backend.patchQueue('slow', { concurrency: 2 });
    expect(queue).toMatchObject({ concurrency: 2, rateLimit: { max: 5, perMs: 100 }, maxBacklog: 7 });
    await rig.turn();
    expect(seen.at(-1)).toMatchObject({
      type: 'queue.changed',
      queue: { concurrency: 2, rateLimit: { max: 5, perMs: 100 }, maxBacklog: 7 },
    });
    expect(await rig.backend.makeQueue('slow', {})).toMatchObject({ concurrency: null, rateLimit: null, maxBacklog: null });
  });
});

describe('a queue’s backlog', () => {
  test('is never more than it may be, and who is refused is told when it drains', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    await rig.backend.makeQueue('short', { maxBacklog: 2 });
    const running = await rig.add({ queue: 'short' });
    await rig.addMany([{ queue: 'short' }, { queue: 'short' }]);
    await expect(rig.add({ queue: 'short' })).rejects.toMatchObject({
      code: 'backlog-full',
      status: 429,
      extras: { retryAfterMs: 30_000 },
    });
    rig.lanes.succeed(running.id);
    await rig.turn();
    await rig.add({ queue: 'short' });
    await expect(rig.add({ queue: 'short' })).rejects.toMatchObject({ code: 'backlog-full', extras: { retryAfterMs: 1_000 } });
  });

  test('takes a batch as a whole or not at all', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('short', { maxBacklog: 3, paused: true });
    await rig.addMany([{ queue: 'short' }]);
    await expect(rig.addMany([{}, { queue: 'short' }, { queue: 'short' }, { queue: 'short' }])).rejects.toMatchObject({
      code: 'backlog-full',
    });
    expect((await rig.backend.stats()).counts).toMatchObject({ available: 1, executing: 0 });
    await rig.addMany([{ queue: 'short' }, { queue: 'short' }]);
    expect(await rig.backend.getQueue('short')).toMatchObject({ counts: { available: 3 } });
  });

  test('is not passed by a job that is moved there; one that is there already may be changed', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('short', { maxBacklog: 1, paused: true });
    const there = await rig.add({ queue: 'short' });
    const other = await rig.add({ delayMs: 60_000 });
    const moved = rig.backend.patchJob(other.id, { queue: 'short' });
    await expect(moved).rejects.toMatchObject({ code: 'backlog-full', status: 429, extras: { jobId: other.id, retryAfterMs: 30_000 } });
    expect(await rig.backend.getJob(other.id)).toMatchObject({ queue: 'default', state: 'scheduled' });
    expect(await rig.backend.patchJob(there.id, { priority: 3, queue: 'short' })).toMatchObject({ priority: 3 });
    await rig.backend.deleteJob(there.id);
    expect(await rig.backend.patchJob(other.id, { queue: 'short' })).toMatchObject({ queue: 'short' });
  });

  test('is exact for those who submit in the same turn', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('short', { maxBacklog: 5, paused: true });
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => rig.add({ queue: 'short' })));
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    rig = await restarted(rig);
    await expect(rig.add({ queue: 'short' })).rejects.toMatchObject({ code: 'backlog-full' });
  });

  test('does not refuse what stands already, nor a batch that is one job by its key', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('short', { maxBacklog: 1, paused: true });
    const same = { queue: 'short', unique: { key: 'a' } };
    const ids = await rig.addMany([same, same, same]);
    expect(new Set(ids).size).toBe(1);
    await expect(rig.submit({ task: 'shell.run', ...same })).resolves.toMatchObject({ job: { id: ids[0], duplicate: true } });
  });
});

describe('priority', () => {
  test('yields to age: a point a minute', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    const first = await rig.add(labelled('first'));
    await rig.add({ ...labelled('old and low'), priority: -5 });
    await pass(rig, 5 * 60_000 - 1_000);
    await rig.add(labelled('soon enough'));
    await pass(rig, 2_000);
    await rig.add(labelled('too late'));
    await rig.add({ ...labelled('high'), priority: 1 });
    rig.lanes.succeed(first.id);
    await rig.runAll();
    expect(rig.startedLabels()).toEqual(['first', 'high', 'soon enough', 'old and low', 'too late']);
  });
});
