import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SubmitAnswer } from '../../engine/queue/backend.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig();
});

const countJobs = () => rig.db.prepare('SELECT count(*) FROM jobs').pluck().get();
const sync = { task: 'shell.run', mode: 'sync' } as const;

describe('an idempotency key', () => {
  const background = { task: 'shell.run', mode: 'async' } as const;
  const key = (name: string, bodyHash = 'body') => ({ idempotency: { key: name, bodyHash } });

  test('gets the same job for each of a hundred who race, in one turn and over many', async () => {
    const answers: Promise<SubmitAnswer>[] = [];
    for (let racer = 0; racer < 100; racer++) {
      answers.push(rig.submit(background, key('one')));
      if (racer % 10 === 9) await rig.turn();
    }
    const answered = await Promise.all(answers);
    expect(new Set(answered.map(({ job }) => job.id)).size).toBe(1);
    expect(answered.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(new Set(answered.map(({ status }) => status))).toEqual(new Set([202]));
    expect(countJobs()).toBe(1);
    expect(rig.lanes.started).toHaveLength(1);
  });

  test('with another body is refused', async () => {
    await rig.submit(background, key('one'));
    await expect(rig.submit(background, key('one', 'other'))).rejects.toMatchObject({ code: 'idempotency-mismatch', status: 422 });
    await expect(
      Promise.allSettled([rig.submit(background, key('two')), rig.submit(background, key('two', 'other'))]),
    ).resolves.toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'idempotency-mismatch' } }]);
    expect(countJobs()).toBe(2);
  });

  test('is free again after 24 hours, and taken until then', async () => {
    const { job } = await rig.submit(background, key('one'));
    vi.advanceTimersByTime(86_400_000 - 1);
    expect(await rig.submit(background, key('one'))).toMatchObject({ replayed: true, job: { id: job.id } });
    vi.advanceTimersByTime(1);
    expect(await rig.submit(background, key('one'))).toMatchObject({ replayed: false });
  });

  test('outlives a restart', async () => {
    const { job } = await rig.submit(background, key('one'));
    await rig.crash();
    rig = await openQueueRig({ home: rig.home });
    expect(await rig.submit(background, key('one'))).toMatchObject({ replayed: true, job: { id: job.id } });
  });

  test('is free again once its job is deleted', async () => {
    const { job } = await rig.submit({ ...background, delayMs: 1_000 }, key('one'));
    await rig.backend.deleteJob(job.id);
    expect(await rig.submit({ ...background, delayMs: 1_000 }, key('one'))).toMatchObject({ replayed: false });
  });

  test('that was refused is not taken', async () => {
    rig.diskFull(true);
    const submission = { ...background, payload: { text: 'x'.repeat(100_000) } };
    await expect(rig.submit(submission, key('one'))).rejects.toMatchObject({ code: 'storage-full' });
    rig.diskFull(false);
    expect(await rig.submit(submission, key('one'))).toMatchObject({ replayed: false, status: 202 });
  });

  test('of a sync call joins the wait for the one job, also when the lane has no place left', async () => {
    const calls = [rig.submit(sync, key('one')), rig.submit(sync, key('two'))];
    await rig.turn();
    calls.push(rig.submit(sync, key('one')));
    await rig.turn();
    for (const { jobId } of [...rig.lanes.running.values()]) rig.lanes.succeed(jobId, 'once');
    const [first, , again] = await Promise.all(calls);
    expect(again).toMatchObject({ status: 200, replayed: true, job: { id: first?.job.id, result: 'once' } });
    expect(rig.lanes.started).toHaveLength(2);
  });

  test('of a sync call that failed, or passed its deadline, gets the same answer', async () => {
    const failing = rig.submit(sync, key('one'));
    rig.lanes.fail((await rig.lanes.nextStart()).jobId);
    await expect(failing).rejects.toMatchObject({ code: 'task-failed' });
    await expect(rig.submit(sync, key('one'))).rejects.toMatchObject({
      code: 'task-failed',
      extras: { error: { message: 'it failed' }, isReplay: true },
    });
    const late = rig.submit({ ...sync, timeoutMs: 500 }, key('two'));
    await rig.turn();
    vi.advanceTimersByTime(500);
    await expect(late).rejects.toMatchObject({ code: 'deadline-exceeded' });
    await expect(rig.submit({ ...sync, timeoutMs: 500 }, key('two'))).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect(countJobs()).toBe(2);
  });

  test('of a sync call that failed and was told to run again waits for that, however long ago it was submitted', async () => {
    const failing = rig.submit(sync, key('one'));
    rig.lanes.fail((await rig.lanes.nextStart()).jobId);
    const { jobId = '' } = await failing.catch((problem) => problem.extras);
    vi.advanceTimersByTime(600_000);
    await rig.backend.retryJob(jobId);
    await rig.turn();
    const again = rig.submit(sync, key('one'));
    await rig.turn();
    rig.lanes.succeed(jobId, 'done');
    expect(await again).toMatchObject({ status: 200, replayed: true, job: { id: jobId, state: 'completed', result: 'done' } });
  });

  test('that came with a taken unique key stays with the job that held it, also once that has ended', async () => {
    const unique = { ...background, unique: { key: 'a.png' } };
    const { job } = await rig.submit(unique);
    expect(await rig.submit(unique, key('one'))).toMatchObject({ status: 200, replayed: false, job: { id: job.id, duplicate: true } });
    rig.lanes.succeed(job.id, 'done');
    await rig.turn();
    const again = await rig.submit(unique, key('one'));
    expect(again).toMatchObject({ status: 200, replayed: true, job: { id: job.id, duplicate: true, state: 'completed' } });
    await expect(rig.submit(unique, key('one', 'other'))).rejects.toMatchObject({ code: 'idempotency-mismatch' });
    expect(countJobs()).toBe(1);
  });

  test('gets its job also when what it was submitted for has changed since', async () => {
    rig.writeTask('mine', {});
    const { job } = await rig.submit({ task: 'mine', mode: 'async', payload: { a: 1 } }, key('one'));
    rig.writeTask('mine', { input: { type: 'object', required: ['b'] }, title: 'changed' });
    await rig.backend.getTask('mine');
    expect(await rig.submit({ task: 'mine', mode: 'async', payload: { a: 1 } }, key('one'))).toMatchObject({
      replayed: true,
      job: { id: job.id },
    });
  });
});

describe('a unique key', () => {
  const unique = { task: 'shell.run', mode: 'async', unique: { key: 'a.png' } } as const;

  test('gets the job that stands, marked as a duplicate', async () => {
    const { job } = await rig.submit(unique);
    const again = await rig.submit(unique);
    expect(again).toMatchObject({ status: 200, job: { id: job.id, duplicate: true } });
    expect(countJobs()).toBe(1);
  });

  test('is kept apart by task', async () => {
    await rig.submit(unique);
    expect(await rig.submit({ ...unique, task: 'file.hash' })).toMatchObject({ status: 202 });
  });

  test('is free again once its job has ended, however it ended', async () => {
    const ends: ((id: string) => unknown)[] = [
      (id) => rig.lanes.succeed(id),
      (id) => rig.lanes.finish(id, { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } }),
      (id) => {
        void rig.backend.cancelJob(id);
        rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
      },
    ];
    const ids = new Set<string>();
    for (const end of ends) {
      const { job, status } = await rig.submit(unique);
      expect(status).toBe(202);
      ids.add(job.id);
      end(job.id);
      await rig.turn();
    }
    expect(ids.size).toBe(3);
    const { job } = await rig.submit({ ...unique, delayMs: 1_000 });
    await rig.backend.deleteJob(job.id);
    expect((await rig.submit(unique)).status).toBe(202);
  });

  test('is taken while its job waits for another attempt', async () => {
    const { job } = await rig.submit(unique);
    rig.lanes.fail(job.id);
    await rig.turn();
    expect((await rig.submit(unique)).job).toMatchObject({ id: job.id, duplicate: true, state: 'retryable' });
  });

  test('in a batch gives each of the equal ones the same id', async () => {
    const ids = await rig.addMany([{ unique: { key: 'k' } }, {}, { unique: { key: 'k' } }]);
    expect(ids).toHaveLength(3);
    expect(ids[0]).toBe(ids[2]);
    expect(countJobs()).toBe(2);
  });

  test('of racing sync calls lets one run, and refuses none for want of a place', async () => {
    const calls = Array.from({ length: 5 }, () => rig.submit({ ...sync, unique: { key: 'k' } }));
    await rig.turn();
    for (const { jobId } of [...rig.lanes.running.values()]) rig.lanes.succeed(jobId);
    const answers = await Promise.all(calls);
    expect(answers.filter(({ job }) => job.duplicate)).toHaveLength(4);
    expect(countJobs()).toBe(1);
  });
});
