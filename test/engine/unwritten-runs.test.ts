import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { SubmissionInput } from '../../contract/submission.ts';
import type { FakeRun } from '../support/fake-lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { brokenInvariants } from './invariants.ts';

const unwrittenMs = 5;
const tasks = { alone: { concurrency: 1 }, 'shell.run': { retry: { baseMs: 60_000, jitter: 0 } } };
let rig: QueueRig;
let heard: string[];

async function open(home?: string): Promise<void> {
  rig = await openQueueRig({ ...(home === undefined ? {} : { home }), tasks, unwrittenMs });
  heard = [];
  rig.backend.subscribe({ kind: ['job'] }, null, (events) => heard.push(...events.map(({ event }) => event.type)));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  await open();
});
afterEach(async () => {
  expect(brokenInvariants(rig.db)).toEqual([]);
  vi.useRealTimers();
  await rig.dispose();
});

type Call = { run: FakeRun; answer: ReturnType<QueueRig['submit']> };

/** A call, sync unless it says otherwise, whose run has begun. */
async function call(submission: Partial<SubmissionInput> = {}): Promise<Call> {
  const started = rig.lanes.nextStart();
  const answer = rig.submit({ task: 'shell.run', mode: 'sync', ...submission });
  answer.catch(() => {});
  return { run: await started, answer };
}

/** Longer than a run may go on without being written. */
async function later(): Promise<void> {
  for (let ring = 0; ring < 3; ring++) {
    vi.advanceTimersByTime(unwrittenMs);
    await rig.turn();
  }
}

const rows = () => rig.db.prepare<[], { state: string; attempt: number }>('SELECT state, attempt FROM jobs ORDER BY seq').all();
const big = 'x'.repeat(200_000);

describe('a sync call that is short', () => {
  test('is written once, with its end, and told of in order after that', async () => {
    const { run, answer } = await call();
    await rig.turn();
    expect([rows(), heard]).toEqual([[], []]);
    rig.lanes.succeed(run.jobId, 'done');
    await expect(answer).resolves.toMatchObject({ status: 200, job: { id: run.jobId, state: 'completed', result: 'done' } });
    await rig.turn();
    expect(rows()).toEqual([{ state: 'completed', attempt: 1 }]);
    expect(heard).toEqual(['job.created', 'job.started', 'job.completed']);
    const { attempts } = await rig.backend.listAttempts(run.jobId, { limit: 10, cursor: undefined });
    expect(attempts).toMatchObject([{ attempt: 1, outcome: 'succeeded', lane: 'interactive' }]);
    expect((await rig.backend.stats()).counts).toMatchObject({ completed: 1, executing: 0 });
  });

  test('goes to its thread before a COMMIT of others holds up the engine', async () => {
    let leftAtCommit = 0;
    const { run, answer } = await call();
    rig.store.commit.afterCommit(() => {
      leftAtCommit = rig.lanes.left.length;
    });
    await rig.backend.makeQueue('neighbour', {});
    expect(leftAtCommit).toBe(1);
    rig.lanes.succeed(run.jobId);
    await answer;
  });

  test('and fails is dead, and in the group of its cause', async () => {
    const { run, answer } = await call();
    rig.lanes.fail(run.jobId, 'no such host');
    await expect(answer).rejects.toMatchObject({ code: 'task-failed', extras: { jobId: run.jobId } });
    expect(rows()).toEqual([{ state: 'dead', attempt: 1 }]);
    expect((await rig.backend.listDeadGroups({ limit: 10, cursor: undefined })).groups).toMatchObject([{ count: 1 }]);
  });

  test('and is to be tried again is written as it waits, and goes on from there', async () => {
    const { run, answer } = await call({ retry: { maxAttempts: 2 } });
    rig.lanes.fail(run.jobId);
    await rig.turn();
    expect(rows()).toEqual([{ state: 'retryable', attempt: 1 }]);
    vi.advanceTimersByTime(60_000);
    await rig.turn();
    rig.lanes.succeed(run.jobId, 'at last');
    await expect(answer).resolves.toMatchObject({ status: 200, job: { attempt: 2, result: 'at last' } });
    await rig.turn();
    expect(heard).toEqual(['job.created', 'job.started', 'job.retrying', 'job.available', 'job.started', 'job.completed']);
  });

  test('takes its place at the limit of its task, and gives it back', async () => {
    rig.writeTask('alone', tasks.alone);
    await rig.backend.getTask('alone');
    const { run, answer } = await call({ task: 'alone' });
    await expect(rig.submit({ task: 'alone', mode: 'sync' })).rejects.toMatchObject({ code: 'lane-saturated' });
    rig.lanes.succeed(run.jobId);
    await answer;
    const second = await call({ task: 'alone' });
    rig.lanes.succeed(second.run.jobId);
    await expect(second.answer).resolves.toMatchObject({ status: 200 });
  });
});

describe('a sync call that goes on', () => {
  test('is in the lists and told of within milliseconds, and ends as any other', async () => {
    const { run, answer } = await call();
    await later();
    expect(rows()).toEqual([{ state: 'executing', attempt: 1 }]);
    expect(heard).toEqual(['job.created', 'job.started']);
    expect(await rig.backend.getJob(run.jobId)).toMatchObject({ state: 'executing' });
    rig.lanes.succeed(run.jobId);
    await expect(answer).resolves.toMatchObject({ status: 200 });
  });

  test('can be cancelled from then on', async () => {
    const { run, answer } = await call();
    await later();
    const cancelled = rig.backend.cancelJob(run.jobId);
    rig.lanes.finish(run.jobId, { kind: 'aborted', reason: 'cancelled', error: null });
    await expect(answer).rejects.toMatchObject({ code: 'task-failed' });
    await expect(cancelled).resolves.toMatchObject({ state: 'cancelled' });
    expect(rows()).toEqual([{ state: 'cancelled', attempt: 1 }]);
  });

  test('is cancelled when its caller’s time is up', async () => {
    const { run, answer } = await call({ timeoutMs: 1_000 });
    await later();
    vi.advanceTimersByTime(1_000);
    await expect(answer).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect(rig.lanes.runOf(run.jobId).aborted).toBe('timed-out');
    expect(rows()).toEqual([{ state: 'cancelled', attempt: 1 }]);
  });
});

describe('a sync call that says something', () => {
  test('is told of before what it says, and what it says before its end', async () => {
    const { run, answer } = await call();
    rig.lanes.progress(run.jobId, 40);
    rig.lanes.log(run.jobId, 'first', 'second');
    rig.lanes.succeed(run.jobId, 'done');
    await expect(answer).resolves.toMatchObject({ status: 200, job: { result: 'done', progress: { percent: 100 } } });
    await rig.turn();
    expect(heard).toEqual(['job.created', 'job.started', 'job.progress', 'job.completed']);
    const { lines } = await rig.backend.readLogs(run.jobId, { limit: 10, cursor: undefined, tail: undefined });
    expect(lines.map(({ text }) => text)).toEqual(['first', 'second']);
  });
});

describe('of a sync call that cannot be written', () => {
  test('nothing is kept and its caller told so, though it has ended', async () => {
    const { run, answer } = await call({ payload: { command: big } });
    rig.diskFull(true);
    rig.lanes.succeed(run.jobId, big);
    await expect(answer).rejects.toMatchObject({ code: 'storage-full', message: expect.stringContaining('nothing of it is kept') });
    rig.diskFull(false);
    await later();
    expect([rows(), heard, rig.failures]).toEqual([[], [], []]);
    const again = await call();
    rig.lanes.succeed(again.run.jobId);
    await expect(again.answer).resolves.toMatchObject({ status: 200 });
  });

  test('the run is told to stop, its late end changes nothing, and its places are free again', async () => {
    rig.writeTask('alone', tasks.alone);
    await rig.backend.getTask('alone');
    const { run, answer } = await call({ task: 'alone', payload: { text: big } });
    rig.diskFull(true);
    await later();
    await expect(answer).rejects.toMatchObject({ code: 'storage-full' });
    rig.diskFull(false);
    expect(rig.lanes.runOf(run.jobId).aborted).toBe('cancelled');
    rig.lanes.log(run.jobId, 'too late');
    await later();
    expect([rows(), heard]).toEqual([[], []]);
    const next = await rig.add({ task: 'alone' });
    expect(next.state).toBe('available');
    const started = rig.lanes.startOf(next.id);
    rig.lanes.succeed(run.jobId);
    await started;
    expect(rows()).toEqual([{ state: 'executing', attempt: 1 }]);
    expect(rig.db.prepare('SELECT count(*) FROM logs').pluck().get()).toBe(0);
    rig.lanes.succeed(next.id);
    await rig.turn();
  });

  test('an end that came while it was refused is dropped with it', async () => {
    const { run, answer } = await call({ payload: { command: big } });
    rig.diskFull(true);
    rig.lanes.log(run.jobId, 'a word');
    rig.lanes.succeed(run.jobId);
    await expect(answer).rejects.toMatchObject({ code: 'storage-full' });
    rig.diskFull(false);
    await later();
    expect([rows(), heard, rig.failures]).toEqual([[], [], []]);
  });
});

describe('an engine that goes down', () => {
  test('leaves nothing of a sync call that was not written, of which nobody was told', async () => {
    await call();
    const { home } = rig;
    await rig.crash();
    await open(home);
    expect(rig.reclaimed).toBe(0);
    expect(rows()).toEqual([]);
    expect((await rig.backend.stats()).counts).toMatchObject({ executing: 0, completed: 0, dead: 0 });
  });

  test('lets such a call end when it is stopped in order', async () => {
    const { run, answer } = await call();
    const stopped = rig.queue.stop(60_000);
    rig.lanes.succeed(run.jobId, 'in time');
    await expect(answer).resolves.toMatchObject({ status: 200, job: { result: 'in time' } });
    await stopped;
    expect(rows()).toEqual([{ state: 'completed', attempt: 1 }]);
  });
});

describe('an async job whose caller waits', () => {
  const waited = (submission: Partial<SubmissionInput> = {}) => call({ mode: 'async', waitMs: 5_000, ...submission });

  test('is written once, with its end, if it is short', async () => {
    const { run, answer } = await waited();
    await rig.turn();
    expect([rows(), heard]).toEqual([[], []]);
    rig.lanes.succeed(run.jobId, 'done');
    await expect(answer).resolves.toMatchObject({ status: 200, job: { id: run.jobId, mode: 'async', result: 'done' } });
    await rig.turn();
    expect(heard).toEqual(['job.created', 'job.started', 'job.completed']);
    const { attempts } = await rig.backend.listAttempts(run.jobId, { limit: 10, cursor: undefined });
    expect(attempts).toMatchObject([{ attempt: 1, outcome: 'succeeded', lane: 'cpu' }]);
  });

  test('is written once as well where auto decides that its caller waits', async () => {
    const { run, answer } = await call({ mode: 'auto' });
    await rig.turn();
    expect([rows(), heard]).toEqual([[], []]);
    rig.lanes.succeed(run.jobId, 'done');
    const { job } = await answer;
    expect(job).toMatchObject({ id: run.jobId, mode: 'auto', result: 'done', decision: { mode: 'wait', waitMs: 1_000 } });
    expect(await rig.backend.getJob(run.jobId)).toEqual(job);
  });

  test('is there for its caller when the wait is over, and goes on', async () => {
    const { run, answer } = await waited();
    await later();
    expect(rows()).toEqual([{ state: 'executing', attempt: 1 }]);
    vi.advanceTimersByTime(5_000);
    await expect(answer).resolves.toMatchObject({ status: 202, job: { id: run.jobId, state: 'executing' } });
    rig.lanes.succeed(run.jobId);
    await rig.turn();
    expect(rows()).toEqual([{ state: 'completed', attempt: 1 }]);
  });

  test('is tried again like any other', async () => {
    const { run, answer } = await waited();
    rig.lanes.fail(run.jobId);
    await rig.turn();
    expect(rows()).toEqual([{ state: 'retryable', attempt: 1 }]);
    vi.advanceTimersByTime(5_000);
    await expect(answer).resolves.toMatchObject({ status: 202, job: { state: 'retryable' } });
  });

  test.each<[string, Partial<SubmissionInput>, string]>([
    ['nobody waits long enough for its end', { waitMs: 900 }, 'executing'],
    ['its queue is held', { queue: 'held' }, 'available'],
    ['its time has not come', { delayMs: 60_000 }, 'scheduled'],
  ])('is written at once if %s', async (_, submission, state) => {
    await rig.backend.makeQueue('held', { paused: true });
    const answer = rig.submit({ task: 'shell.run', mode: 'async', waitMs: 5_000, ...submission });
    await rig.turn();
    expect(rows()).toMatchObject([{ state }]);
    vi.advanceTimersByTime(5_000);
    await expect(answer).resolves.toMatchObject({ status: 202, job: { state } });
  });

  test('passes nobody who was there before it', async () => {
    const [first, second] = [await waited(), await waited()];
    const third = rig.submit({ task: 'shell.run', mode: 'async', waitMs: 5_000 });
    await rig.turn();
    expect(rows()).toEqual([{ state: 'available', attempt: 0 }]);
    rig.lanes.succeed(first.run.jobId);
    const fourth = rig.submit({ task: 'shell.run', mode: 'async', waitMs: 5_000 });
    await rig.turn();
    expect(rows().map(({ state }) => state)).toEqual(['completed', 'executing', 'available']);
    while (rig.lanes.running.size > 0) {
      for (const { jobId } of [...rig.lanes.running.values()]) rig.lanes.succeed(jobId);
      await rig.turn();
    }
    await expect(Promise.all([first.answer, second.answer, third, fourth])).resolves.toMatchObject(Array(4).fill({ status: 200 }));
  });
});

describe('a sync call on which more hangs than itself', () => {
  test.each<[string, Partial<SubmissionInput>]>([
    ['a unique key', { unique: { key: 'one' } }],
    ['a deadline', { deadlineMs: 60_000 }],
    ['a message', { notify: [{ type: 'desktop' }] }],
    ['a short time', { timeoutMs: 500 }],
  ])('is written before it starts: %s', async (_, submission) => {
    const { run, answer } = await call(submission);
    expect(rows()).toEqual([{ state: 'executing', attempt: 1 }]);
    rig.lanes.succeed(run.jobId);
    await expect(answer).resolves.toMatchObject({ status: 200 });
  });
});
