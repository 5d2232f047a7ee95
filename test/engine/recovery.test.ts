import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebhookOrder } from '../../contract/delivery-order.ts';
import { openWriter } from '../../engine/store/open.ts';
import { prepareStore } from '../../engine/store/store.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { restarted, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig();
});

const attemptsOf = async (id: string) => (await rig.backend.listAttempts(id, { limit: 100, cursor: undefined })).attempts;

describe('an engine that starts after one that was killed', () => {
  test('takes back what that one was running, without counting the attempt', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2 } });
    rig = await restarted(rig);
    expect(rig.reclaimed).toBe(1);
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'executing', attempt: 2, maxAttempts: 3 });
    expect(await attemptsOf(id)).toMatchObject([
      { attempt: 1, outcome: 'crashed', error: { name: 'EngineDied' } },
      { attempt: 2, outcome: null },
    ]);
  });

  test('leaves alone what that one had not begun', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const [waiting, later] = [await rig.add(), await rig.add({ delayMs: 1_000 })];
    rig = await restarted(rig);
    expect(rig.reclaimed).toBe(0);
    expect(await rig.backend.getJob(waiting.id)).toEqual(waiting);
    expect(await rig.backend.getJob(later.id)).toEqual(later);
    await rig.backend.patchQueue('default', { paused: false });
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(rig.lanes.running.size).toBe(2);
  });

  test('starts what became due in between', async () => {
    const { id } = await rig.add({ delayMs: 60_000 });
    await rig.crash();
    vi.clearAllTimers();
    vi.setSystemTime(Date.now() + 120_000);
    rig = await openQueueRig({ home: rig.home });
    vi.advanceTimersByTime(1);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('buries a job that ran alone in three engines that died', async () => {
    const { id } = await rig.add();
    rig = await restarted(rig);
    rig = await restarted(rig);
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    rig = await restarted(rig);
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', error: { name: 'EngineDied' } });
    expect((await attemptsOf(id)).map(({ outcome }) => outcome)).toEqual(['crashed', 'crashed', 'crashed']);
  });

  test('starts though what a task gave back before there was a limit is too deep to be written as JSON again', async () => {
    const deep = '['.repeat(6_000) + ']'.repeat(6_000);
    const onFailure = { task: 'http.request', payload: { url: 'http://127.0.0.1/undo' } };
    const notify = [{ type: 'webhook' as const, url: 'http://127.0.0.1/hook', on: ['dead' as const] }];
    const { id } = await rig.add({ mode: 'hybrid', optimistic: 1, onFailure, notify });
    rig.writer.prepare('UPDATE jobs SET optimistic = ?, crashes = 2').run(deep);
    rig = await restarted(rig);
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', optimistic: deep, compensation: { state: 'pending' } });
    const { compensates = '' } = await rig.lanes.startOf((await rig.backend.getJob(id)).compensation?.jobId ?? '');
    expect(JSON.parse(compensates)).toMatchObject({ jobId: id, optimistic: deep, error: { name: 'EngineDied' } });
    const webhook = [...rig.lanes.running.values()].find(({ module }) => module.name === 'switchyard.webhook');
    const order = webhook?.payloadJson as WebhookOrder | undefined;
    expect(JSON.parse(order?.body ?? '').data.job).toMatchObject({ id, optimistic: deep });
  });

  test('shares the blame among those that ran together', async () => {
    const ids = await rig.addMany([{}, {}, { task: 'http.request' }, { task: 'http.request' }]);
    for (let crash = 0; crash < 11; crash++) rig = await restarted(rig);
    for (const id of ids) expect((await rig.backend.getJob(id)).state).toBe('executing');
    rig = await restarted(rig);
    for (const id of ids) expect((await rig.backend.getJob(id)).state).toBe('dead');
  });

  test('gives a job that a person retries a clean record', async () => {
    const { id } = await rig.add();
    for (let crash = 0; crash < 3; crash++) rig = await restarted(rig);
    await rig.backend.retryJob(id);
    await rig.turn();
    rig = await restarted(rig);
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('does not run a sync job behind the back of its caller, who was told nothing', async () => {
    const started = rig.lanes.nextStart();
    void rig.submit({ task: 'shell.run', mode: 'sync' }).catch(() => {});
    const { jobId } = await started;
    await rig.turn();
    rig = await restarted(rig);
    expect(await rig.backend.getJob(jobId)).toMatchObject({ state: 'dead', attempt: 1, error: { name: 'EngineDied' } });
    expect(rig.lanes.running.size).toBe(0);
  });

  test('runs a sync job again that was given a retry policy', async () => {
    const started = rig.lanes.nextStart();
    void rig.submit({ task: 'shell.run', mode: 'sync', retry: { maxAttempts: 3 } }).catch(() => {});
    const { jobId } = await started;
    await rig.turn();
    rig = await restarted(rig);
    expect(rig.lanes.runOf(jobId)).toMatchObject({ attempt: 2, lane: 'interactive' });
  });

  test('counts exactly, and goes on with its numbers where that one was', async () => {
    const before = await rig.addMany([{}, {}, {}]);
    rig = await restarted(rig);
    const after = await rig.add();
    expect(after.id > (before.at(-1) ?? '')).toBe(true);
    expect((await rig.backend.stats()).counts).toMatchObject({ executing: 2, available: 2 });
  });

  test('remembers what was measured', async () => {
    const { id } = await rig.add();
    rig.lanes.succeed(id, null, 40);
    await rig.turn();
    vi.advanceTimersByTime(15_000);
    await rig.turn();
    rig = await restarted(rig);
    const { stats } = await rig.backend.getTask('shell.run');
    expect(stats.samples).toBe(1);
    expect(stats.p50Ms).toBeCloseTo(40, -0.5);
  });
});

describe('a clean stop', () => {
  test('gives back what still runs, uncounted, and it runs again at the next start', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 1 } });
    await rig.stop();
    rig = await openQueueRig({ home: rig.home });
    expect(rig.reclaimed).toBe(0);
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'executing', attempt: 2, maxAttempts: 2 });
    expect(await attemptsOf(id)).toMatchObject([{ outcome: 'interrupted' }, { outcome: null }]);
  });

  test('lets what runs end within the drain, and starts nothing more', async () => {
    const { id } = await rig.add();
    const ids = await rig.addMany([{}, {}]);
    const stopped = rig.queue.stop(10_000);
    rig.lanes.succeed(id, 'in time');
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'completed', result: 'in time' });
    expect(rig.lanes.started.map(({ jobId }) => jobId)).toEqual([id, ids[0]]);
    rig.lanes.succeed(ids[0] ?? '');
    await stopped;
    expect((await rig.backend.getJob(ids[1] ?? '')).state).toBe('available');
  });

  test('signals what has not ended by then', async () => {
    const { id } = await rig.add();
    const stopped = rig.queue.stop(10_000);
    vi.advanceTimersByTime(10_000);
    expect(await rig.lanes.abortOf(id)).toBe('stopping');
    rig.lanes.finish(id, { kind: 'aborted', reason: 'stopping', error: null });
    await stopped;
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'available', error: null });
  });

  test('ends although a task ignores the signal', async () => {
    const { id } = await rig.add();
    const stopped = rig.queue.stop(10_000);
    vi.advanceTimersByTime(10_000);
    await rig.lanes.abortOf(id);
    await rig.turn();
    vi.advanceTimersByTime(3_000);
    await stopped;
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('answers those who wait with the job as it is', async () => {
    const { id } = await rig.add();
    const waiting = rig.backend.waitForJob(id, 60_000);
    const stopped = rig.queue.stop(0);
    vi.advanceTimersByTime(0);
    await rig.turn();
    rig.lanes.finish(id, { kind: 'aborted', reason: 'stopping', error: null });
    await stopped;
    expect(await waiting).toMatchObject({ id, state: 'available' });
  });
});

describe('the fence', () => {
  test('stops an engine whose attempt another one has taken back, before it writes anything of its end', async () => {
    const { id } = await rig.add();
    const row = rig.store.jobs.findJob(id);
    const second = prepareStore(openWriter(rig.store.file));
    second.commit.attach({
      send() {},
      claim: () => null,
      flushCounters: () => second.counters.flush(),
      committed: () => second.counters.committed(),
      undone: () => second.counters.undone(),
      outOfSpace: () => {},
      failed: (error) => rig.failures.push(error),
    });
    const taken = second.jobs.runningJobs()[0];
    if (!row || !taken) throw new Error('the job does not run');
    const crashed = { outcome: 'crashed', thread: null, error: null } as const;
    const again = { state: 'available', runAt: 1, maxAttempts: 6, crashes: 1, error: null } as const;
    await second.commit.write('must', () => second.jobs.giveBackAttempt(taken, crashed, again, 5));
    await second.commit.write('must', () => {
      const waiting = second.jobs.readJob(taken.seq);
      return waiting && second.jobs.startJob(waiting, 6);
    });
    const end = { state: 'completed', result: '1', error: null } as const;
    const success = { outcome: 'succeeded', thread: 1, error: null } as const;
    for (const late of [
      () => rig.store.jobs.finishAttempt(row, success, end, 7),
      () => rig.store.jobs.giveBackAttempt(row, crashed, again, 7),
    ])
      await expect(rig.store.commit.write('must', late)).rejects.toThrow(/rows of 1 were changed|is not executing/);
    expect(rig.failures.splice(0)).toHaveLength(2);
    expect(second.jobs.readJob(row.seq)).toMatchObject({ state: 'executing', attempt: 2, result: null });

    const running = second.jobs.readJob(row.seq);
    if (!running) throw new Error('the job is gone');
    expect(await second.commit.write('must', () => second.jobs.finishAttempt(running, success, end, 8))).toMatchObject({
      state: 'completed',
    });
    expect(await second.commit.write('must', () => second.jobs.finishAttempt(running, success, end, 9))).toBeNull();
    expect(second.jobs.readJob(row.seq)).toMatchObject({ state: 'completed', finished_at: 8 });
    second.close();
    rig = await restarted(rig);
  });

  test('counts a run’s end once, though it is reported twice', async () => {
    const { id } = await rig.add();
    const run = rig.lanes.runOf(id);
    rig.lanes.succeed(id, 'first');
    rig.lanes.running.set(run.run, run);
    rig.lanes.end([{ run, result: { kind: 'succeeded', result: '"second"' } }]);
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ result: 'first' });
    expect((await rig.backend.stats()).counts).toMatchObject({ completed: 1, executing: 0 });
  });
});
