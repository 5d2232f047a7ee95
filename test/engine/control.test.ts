import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job } from '../../contract/job.ts';
import type { JobState } from '../../contract/states.ts';
import type { RunResult } from '../../engine/queue/lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig();
});

const forGood: RunResult = { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } };
const reachable = ['scheduled', 'available', 'executing', 'retryable', 'completed', 'dead', 'cancelled'] as const satisfies JobState[];
type Reachable = (typeof reachable)[number];

/** A job in the state, in the queue `here`, which is left paused. */
async function jobIn(state: Reachable): Promise<Job> {
  await rig.backend.makeQueue('here', {});
  const { id } = await rig.add({ queue: 'here', ...(state === 'scheduled' || state === 'cancelled' ? { delayMs: 60_000 } : {}) });
  if (state === 'completed') rig.lanes.succeed(id, 'done');
  if (state === 'dead') rig.lanes.finish(id, forGood);
  if (state === 'retryable') rig.lanes.fail(id);
  if (state === 'available') {
    await rig.backend.patchQueue('here', { paused: true });
    rig.lanes.finish(id, { kind: 'interrupted' });
  }
  if (state === 'cancelled') await rig.backend.cancelJob(id);
  await rig.turn();
  await rig.backend.patchQueue('here', { paused: true });
  const job = await rig.backend.getJob(id);
  expect(job.state).toBe(state);
  return job;
}

type Act = (id: string) => Promise<unknown>;
const acts: Record<string, { act: Act; becomes: Partial<Record<Reachable, JobState>>; hints: Partial<Record<Reachable, string>> }> = {
  retry: {
    act: (id) => rig.backend.retryJob(id),
    becomes: { dead: 'available', cancelled: 'available', retryable: 'available' },
    hints: { completed: 'it has ended', executing: 'it runs', available: 'it waits already', scheduled: 'it waits already' },
  },
  'run now': {
    act: (id) => rig.backend.runJobNow(id),
    becomes: { scheduled: 'available', retryable: 'available' },
    hints: { completed: 'it has ended', dead: 'it has ended', executing: 'it runs', available: 'it waits already' },
  },
  change: {
    act: (id) => rig.backend.patchJob(id, { priority: 7 }),
    becomes: { scheduled: 'scheduled', available: 'available', retryable: 'retryable' },
    hints: { completed: 'it has ended', cancelled: 'it has ended', executing: 'it runs' },
  },
};

describe.each(Object.entries(acts))('to %s', (verb, { act, becomes, hints }) => {
  test.each(reachable)('a job that is %s', async (state) => {
    const { id } = await jobIn(state);
    const expected = becomes[state];
    if (expected !== undefined) {
      await expect(act(id)).resolves.toMatchObject({ id, state: expected });
      expect((await rig.backend.getJob(id)).state).toBe(expected);
      return;
    }
    const detail = expect.stringMatching(new RegExp(`${id} is ${state}, .*${verb}.*${hints[state] ?? ''}`));
    await expect(act(id)).rejects.toMatchObject({ code: 'wrong-state', status: 409, message: detail, extras: { jobId: id } });
    expect((await rig.backend.getJob(id)).state).toBe(state);
  });

  test('a job that there is not', async () => {
    await expect(act('01900000-0000-7000-8000-000000000000')).rejects.toMatchObject({ code: 'not-found' });
    await expect(act('nonsense')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('cancelling', () => {
  test.each(['scheduled', 'available', 'retryable'] as const)('ends a job that is %s at once', async (state) => {
    const { id } = await jobIn(state);
    const seen = rig.watch();
    expect(await rig.backend.cancelJob(id)).toMatchObject({ state: 'cancelled', finishedAt: expect.any(String) });
    await rig.turn();
    expect(seen.map(({ type }) => type)).toEqual(['job.cancelled']);
    await rig.backend.patchQueue('here', { paused: false });
    vi.advanceTimersByTime(100_000);
    await rig.turn();
    expect(rig.lanes.running.size).toBe(0);
  });

  test.each(['completed', 'dead', 'cancelled'] as const)('refuses a job that is %s', async (state) => {
    const { id } = await jobIn(state);
    await expect(rig.backend.cancelJob(id)).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('it has ended'),
    });
  });

  test('signals a running job, and answers when it has ended', async () => {
    const { id } = await jobIn('executing');
    const cancelled = rig.backend.cancelJob(id);
    expect(await rig.lanes.abortOf(id)).toBe('cancelled');
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: { name: 'Error', message: 'cleaned up' } });
    expect(await cancelled).toMatchObject({ state: 'cancelled', error: { message: 'cleaned up' } });
    const { attempts } = await rig.backend.listAttempts(id, { limit: 5, cursor: undefined });
    expect(attempts).toMatchObject([{ outcome: 'cancelled' }]);
  });

  test.each<[string, RunResult]>([
    ['fails', { kind: 'failed', error: { name: 'Error', message: 'no' } }],
    ['times out', { kind: 'aborted', reason: 'timed-out', error: null }],
    ['snoozes', { kind: 'snoozed', ms: 5 }],
    ['loses its thread', { kind: 'crashed', error: { name: 'ThreadCrashed', message: 'gone' }, blame: 1 }],
    ['is interrupted by a neighbour', { kind: 'interrupted' }],
  ])('holds for a job that %s after the signal', async (_, result) => {
    const { id } = await jobIn('executing');
    const cancelled = rig.backend.cancelJob(id);
    await rig.lanes.abortOf(id);
    rig.lanes.finish(id, result);
    expect(await cancelled).toMatchObject({ state: 'cancelled' });
  });

  test('is too late for a job that succeeds all the same', async () => {
    const { id } = await jobIn('executing');
    const cancelled = rig.backend.cancelJob(id);
    await rig.lanes.abortOf(id);
    rig.lanes.succeed(id, 'done');
    await expect(cancelled).rejects.toMatchObject({ code: 'wrong-state', message: expect.stringContaining('completed') });
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'completed', result: 'done' });
  });

  test('twice at once is answered alike', async () => {
    const { id } = await jobIn('executing');
    const both = [rig.backend.cancelJob(id), rig.backend.cancelJob(id)];
    await rig.lanes.abortOf(id);
    rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
    expect((await Promise.all(both)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
  });

  test('a waiting job twice in one turn refuses the second', async () => {
    const { id } = await jobIn('scheduled');
    const both = await Promise.allSettled([rig.backend.cancelJob(id), rig.backend.cancelJob(id)]);
    expect(both).toMatchObject([{ status: 'fulfilled' }, { reason: { code: 'wrong-state' } }]);
  });

  test('in the turn in which it ends counts the end', async () => {
    const { id } = await jobIn('executing');
    rig.lanes.succeed(id);
    await expect(rig.backend.cancelJob(id)).rejects.toMatchObject({ code: 'wrong-state' });
    expect((await rig.backend.getJob(id)).state).toBe('completed');
  });
});

describe('retrying', () => {
  test('gives a dead job fresh attempts and keeps its history', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2, baseMs: 0, jitter: 0 } });
    for (const message of ['one', 'two']) {
      rig.lanes.fail(id, message);
      vi.advanceTimersByTime(1);
      await rig.turn();
      vi.advanceTimersByTime(1);
      await rig.turn();
    }
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', attempt: 2 });
    expect(await rig.backend.retryJob(id)).toMatchObject({ state: 'available', attempt: 2, maxAttempts: 4, finishedAt: null });
    await rig.turn();
    expect(rig.lanes.runOf(id).attempt).toBe(3);
    rig.lanes.fail(id, 'three');
    await rig.turn();
    // The delay starts anew with the fresh attempts.
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'retryable', attempt: 3 });
    vi.advanceTimersByTime(1);
    await rig.turn();
    rig.lanes.succeed(id);
    await rig.turn();
    const { attempts } = await rig.backend.listAttempts(id, { limit: 10, cursor: undefined });
    expect(attempts.map(({ attempt, outcome }) => `${attempt} ${outcome}`)).toEqual(['1 failed', '2 failed', '3 failed', '4 succeeded']);
  });

  test('is refused while another job holds its unique key', async () => {
    const { id } = await rig.add({ unique: { key: 'k' } });
    rig.lanes.finish(id, forGood);
    await rig.turn();
    const holder = await rig.add({ unique: { key: 'k' } });
    await expect(rig.backend.retryJob(id)).rejects.toMatchObject({ code: 'wrong-state', message: expect.stringContaining(holder.id) });
    expect(await rig.backend.redrive({ ids: [id] })).toMatchObject({ done: 0, failed: 1, reason: expect.stringContaining('unique key') });
    rig.lanes.succeed(holder.id);
    await rig.turn();
    expect((await rig.backend.retryJob(id)).state).toBe('available');
  });

  test('a job that never ran, because it was cancelled, runs it for the first time', async () => {
    const { id } = await rig.add({ delayMs: 9_000 });
    await rig.backend.cancelJob(id);
    expect(await rig.backend.retryJob(id)).toMatchObject({ attempt: 0, maxAttempts: 5 });
    await rig.turn();
    expect(rig.lanes.runOf(id).attempt).toBe(1);
  });
});

describe('changing', () => {
  test('all that may be changed is seen by the run', async () => {
    const { id } = await jobIn('available');
    await rig.backend.makeQueue('there', {});
    const changed = await rig.backend.patchJob(id, { priority: 9, queue: 'there', tags: ['a', 'b'], payload: { n: 2 } });
    expect(changed).toMatchObject({ priority: 9, queue: 'there', tags: ['a', 'b'], payload: { n: 2 } });
    await rig.turn();
    expect(rig.lanes.runOf(id).payloadJson).toEqual({ n: 2 });
    expect((await rig.backend.getQueue('there')).counts.executing).toBe(1);
    expect((await rig.backend.getQueue('here')).counts).toMatchObject({ available: 0, executing: 0 });
  });

  test('the first payload is kept, however often it is changed', async () => {
    const { id } = await rig.add({ delayMs: 1_000, payload: { n: 1 } });
    await rig.backend.patchJob(id, { payload: { n: 2 } });
    await rig.backend.patchJob(id, { payload: { n: 3 } });
    expect(rig.db.prepare('SELECT payload, first_payload FROM jobs').all()).toEqual([{ payload: '{"n":3}', first_payload: '{"n":1}' }]);
  });

  test('the time moves a job between now and later', async () => {
    const { id } = await jobIn('available');
    const later = new Date(Date.now() + 5_000).toISOString();
    expect(await rig.backend.patchJob(id, { runAt: later })).toMatchObject({ state: 'scheduled', runAt: later });
    await rig.backend.patchQueue('here', { paused: false });
    await rig.turn();
    expect(rig.lanes.running.size).toBe(0);
    vi.advanceTimersByTime(5_000);
    await rig.turn();
    expect(rig.lanes.runOf(id).attempt).toBe(2);
  });

  test('a time that has passed means now: nobody gets ahead of those who have waited', async () => {
    const first = await jobIn('available');
    vi.advanceTimersByTime(1_000);
    const { id } = await rig.add({ queue: 'here' });
    vi.advanceTimersByTime(1_000);
    const runAt = new Date().toISOString();
    expect(await rig.backend.patchJob(id, { runAt: '1970-01-01T00:00:00.000Z' })).toMatchObject({ state: 'available', runAt });
    expect(await rig.backend.getQueue('here')).toMatchObject({ oldestAvailableMs: Date.now() - Date.parse(first.runAt) });
  });

  test('the time to one after its deadline is refused, as it would never run', async () => {
    const { id } = await rig.add({ delayMs: 1_000, deadlineMs: 60_000 });
    const runAt = new Date(Date.now() + 60_000).toISOString();
    await expect(rig.backend.patchJob(id, { runAt })).rejects.toMatchObject({ extras: { errors: [{ path: '/runAt' }] } });
    expect(await rig.backend.patchJob(id, { runAt: new Date(Date.now() + 59_000).toISOString() })).toMatchObject({ state: 'scheduled' });
  });

  test('to a queue that there is not, or a payload that does not fit, is refused', async () => {
    rig.writeTask('mine', { input: { type: 'object', required: ['n'] } });
    const { id } = await rig.add({ task: 'mine', payload: { n: 1 }, delayMs: 1_000 });
    await expect(rig.backend.patchJob(id, { queue: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-queue' });
    await expect(rig.backend.patchJob(id, { payload: {} })).rejects.toMatchObject({ extras: { errors: [{ path: '/payload/n' }] } });
    expect(await rig.backend.getJob(id)).toMatchObject({ queue: 'default', payload: { n: 1 } });
  });

  test('is told to those who watch', async () => {
    const { id } = await jobIn('scheduled');
    const seen = rig.watch();
    await rig.backend.patchJob(id, { priority: 3 });
    await rig.turn();
    expect(seen).toMatchObject([{ type: 'job.changed', job: { id, priority: 3 } }]);
  });
});

describe('deleting', () => {
  test.each(['scheduled', 'available', 'retryable', 'completed', 'dead', 'cancelled'] as const)(
    'removes a job that is %s, and all that is of it',
    async (state) => {
      const { id } = await jobIn(state);
      const seen = rig.watch();
      await rig.backend.deleteJob(id);
      await expect(rig.backend.getJob(id)).rejects.toMatchObject({ code: 'not-found' });
      await expect(rig.backend.deleteJob(id)).rejects.toMatchObject({ code: 'not-found' });
      await rig.turn();
      expect(seen).toMatchObject([{ type: 'job.deleted', job: { id } }]);
      expect((await rig.backend.stats()).counts[state]).toBe(0);
    },
  );

  test('refuses a running job', async () => {
    const { id } = await jobIn('executing');
    await expect(rig.backend.deleteJob(id)).rejects.toMatchObject({
      code: 'wrong-state',
      message: expect.stringContaining('cancel it first'),
    });
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('answers those who wait for the job', async () => {
    const { id } = await jobIn('scheduled');
    const waiting = rig.backend.waitForJob(id, 60_000);
    await rig.backend.deleteJob(id);
    await expect(waiting).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('waiting for a job', () => {
  test('is answered when it ends, or when the time is over, or at once when it has ended', async () => {
    const { id } = await jobIn('executing');
    const short = rig.backend.waitForJob(id, 1_000);
    const long = rig.backend.waitForJob(id, 60_000);
    vi.advanceTimersByTime(1_000);
    expect((await short).state).toBe('executing');
    rig.lanes.succeed(id);
    expect((await long).state).toBe('completed');
    expect((await rig.backend.waitForJob(id, 60_000)).state).toBe('completed');
  });

  test('goes on over a retry', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 2, baseMs: 10, jitter: 0 } });
    const waiting = rig.backend.waitForJob(id, 60_000);
    rig.lanes.fail(id);
    await rig.turn();
    vi.advanceTimersByTime(10);
    await rig.turn();
    rig.lanes.succeed(id);
    expect(await waiting).toMatchObject({ state: 'completed', attempt: 2 });
  });
});

describe('many at once', () => {
  async function dead(count: number): Promise<string[]> {
    const ids = await rig.addMany(Array.from({ length: count }, () => ({ task: 'http.request', retry: { maxAttempts: 1 } })));
    await rig.turn();
    rig.lanes.end([...rig.lanes.running.values()].map((run) => ({ run, result: forGood })));
    await rig.turn();
    return ids;
  }

  test('dead jobs are run again, in more than one transaction when there are many', async () => {
    const ids = await dead(1_300);
    const { id } = await rig.backend.redrive({ ids });
    for (let turns = 0; turns < 9; turns++) await rig.turn();
    expect(await rig.backend.getOperation(id)).toEqual({
      ...{ id, action: 'redrive', state: 'completed', matched: 1_300, done: 1_300, failed: 0 },
    });
    expect(rig.lanes.running.size).toBe(1_300);
  });

  test('dead jobs are discarded', async () => {
    const ids = await dead(600);
    const { id } = await rig.backend.discard({ ids: ids.slice(50) });
    for (let turns = 0; turns < 5; turns++) await rig.turn();
    expect(await rig.backend.getOperation(id)).toMatchObject({ state: 'completed', matched: 550, done: 550, failed: 0 });
    expect(rig.db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(50);
  });

  test('those that are missing, alive or named twice are counted as failed, and the others done', async () => {
    const ids = await dead(3);
    const alive = await rig.add();
    const asked = [...ids, ...ids, alive.id, 'nonsense', '01900000-0000-7000-8000-000000000000'];
    expect(await rig.backend.redrive({ ids: asked })).toMatchObject({
      state: 'completed',
      matched: 9,
      done: 3,
      failed: 6,
      reason: expect.stringContaining('6'),
    });
    expect((await rig.backend.getJob(alive.id)).state).toBe('executing');
  });

  test('of two dead jobs with the same unique key one is run again', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 2; count++) {
      const { id } = await rig.add({ unique: { key: 'k' } });
      rig.lanes.finish(id, forGood);
      await rig.turn();
      ids.push(id);
    }
    expect(await rig.backend.redrive({ ids })).toMatchObject({ done: 1, failed: 1 });
  });

  test('an operation is refused while the disk is full', async () => {
    const ids = await dead(200);
    rig.diskFull(true);
    const refused = expect(rig.backend.redrive({ ids })).rejects.toMatchObject({ code: 'storage-full' });
    await Promise.all([refused, rig.add({ payload: { text: 'x'.repeat(99_999) } }).catch(() => {})]);
    rig.diskFull(false);
    expect(await rig.backend.redrive({ ids })).toMatchObject({ state: 'completed', done: 200 });
  });

  test('an operation that there is not is not found', async () => {
    await expect(rig.backend.getOperation('none')).rejects.toMatchObject({ code: 'not-found' });
  });
});
