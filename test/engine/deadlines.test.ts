import { describe, expect, test, vi } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { pass, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

describe('a deadline', () => {
  test('ends a job that waits, that is for later, or that would be tried again, without anyone asking', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    const failing = await rig.add({ deadlineMs: 10_000, retry: { baseMs: 60_000 } });
    rig.lanes.fail(failing.id, 'the last that was heard');
    await rig.turn();
    await rig.add();
    const waiting = await rig.add({ deadlineMs: 10_000 });
    const later = await rig.add({ deadlineMs: 10_000, delayMs: 9_000 });
    expect(await rig.stateOf(later.id)).toBe('scheduled');
    expect(Date.parse((await rig.backend.getJob(waiting.id)).deadlineAt ?? '')).toBe(Date.parse(waiting.createdAt) + 10_000);
    await pass(rig, 9_999);
    expect(await rig.stateOf(waiting.id)).toBe('available');
    await pass(rig, 1);
    for (const { id } of [failing, waiting, later]) {
      expect(await rig.backend.getJob(id)).toMatchObject({
        state: 'dead',
        error: { name: 'DeadlineExceeded', message: expect.stringContaining('10000 ms') },
      });
    }
  });

  test('aborts a run, which is then dead however many attempts are left', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ deadlineMs: 5_000, timeoutMs: 60_000 });
    const aborted = rig.lanes.abortOf(id);
    await pass(rig, 5_000);
    expect(await aborted).toBe('timed-out');
    rig.lanes.finish(id, { kind: 'aborted', reason: 'timed-out', error: { name: 'Error', message: 'x', details: { stdoutTail: 'half' } } });
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', attempt: 1, error: { name: 'DeadlineExceeded' } });
  });

  test('lets a run that succeeds all the same succeed', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ deadlineMs: 5_000 });
    await pass(rig, 6_000);
    rig.lanes.succeed(id, 'just so');
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'completed', result: 'just so' });
  });

  test('holds across a kill', async () => {
    rig = await openQueueRig();
    const running = await rig.add({ deadlineMs: 5_000 });
    const later = await rig.add({ deadlineMs: 8_000, delayMs: 7_000 });
    await rig.crash();
    const reopenedAt = Date.now() + 6_000;
    vi.clearAllTimers();
    vi.setSystemTime(reopenedAt);
    rig = await openQueueRig({ home: rig.home });
    await rig.turn();
    expect(await rig.backend.getJob(running.id)).toMatchObject({ state: 'dead', error: { name: 'DeadlineExceeded' } });
    rig.backend.patchQueue('default', { paused: true });
    await pass(rig, 2_000);
    expect(await rig.backend.getJob(later.id)).toMatchObject({ state: 'dead', error: { name: 'DeadlineExceeded' } });
  });

  test('begins anew when a person retries the job', async () => {
    rig = await openQueueRig();
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add({ deadlineMs: 5_000 });
    await pass(rig, 5_000);
    const again = await rig.backend.retryJob(id);
    expect(Date.parse(again.deadlineAt ?? '') - Date.now()).toBe(5_000);
    await pass(rig, 4_999);
    expect(await rig.stateOf(id)).toBe('available');
    await pass(rig, 1);
    expect(await rig.stateOf(id)).toBe('dead');
  });

  test('of a sync job is told to its caller as one', async () => {
    rig = await openQueueRig();
    const answer = rig.submit({ task: 'shell.run', mode: 'sync', deadlineMs: 1_000, timeoutMs: 60_000 });
    const refused = expect(answer).rejects.toMatchObject({ code: 'deadline-exceeded' });
    const { jobId } = await rig.lanes.nextStart();
    await rig.turn();
    await pass(rig, 1_000);
    rig.lanes.finish(jobId, { kind: 'aborted', reason: 'timed-out', error: null });
    await refused;
  });

  test('before the job is due is refused', async () => {
    rig = await openQueueRig();
    await expect(rig.add({ deadlineMs: 1_000, delayMs: 1_000 })).rejects.toMatchObject({ code: 'invalid-request' });
  });
});
