import { beforeEach, describe, expect, test, vi } from 'vitest';
import { jobListSchema } from '../../contract/filter.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig();
});

const countJobs = () => rig.db.prepare('SELECT count(*) FROM jobs').pluck().get();
/** Submits, and hands over the run that it starts while the caller still waits. */
async function submitAndStart(submission: SubmissionInput) {
  const answer = rig.submit(submission);
  // A refusal is looked at by the test, perhaps only after other things have happened.
  answer.catch(() => {});
  const run = await rig.lanes.nextStart();
  await rig.turn();
  return { answer, run, id: run.jobId };
}
const sync = { task: 'shell.run', mode: 'sync' } as const;

describe('a sync call', () => {
  test('runs in the interactive lane and is answered with the result when it has ended', async () => {
    const { answer, run, id } = await submitAndStart({ ...sync, payload: { n: 1 } });
    expect(run).toMatchObject({ lane: 'interactive', attempt: 1 });
    rig.lanes.succeed(id, { n: 2 });
    expect(await answer).toMatchObject({ status: 200, replayed: false, job: { id, state: 'completed', mode: 'sync', result: { n: 2 } } });
  });

  test('is answered after its end is durable', async () => {
    const { answer, id } = await submitAndStart(sync);
    rig.lanes.succeed(id);
    await answer;
    expect(rig.db.prepare('SELECT state FROM jobs').pluck().all()).toEqual(['completed']);
  });

  test('whose task fails is answered with task-failed and the task’s own error, and is not tried again', async () => {
    const { answer, id } = await submitAndStart(sync);
    rig.lanes.fail(id, 'no such file');
    await expect(answer).rejects.toMatchObject({
      code: 'task-failed',
      status: 500,
      extras: { jobId: id, error: { name: 'Error', message: 'no such file' } },
    });
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', attempt: 1, maxAttempts: 1 });
  });

  test('with a retry policy is tried again, and answered after the last attempt', async () => {
    const { answer, id } = await submitAndStart({ ...sync, retry: { maxAttempts: 2, baseMs: 1_000, jitter: 0 } });
    rig.lanes.fail(id, 'the first time');
    await rig.turn();
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    rig.lanes.fail(id, 'the second time');
    await expect(answer).rejects.toMatchObject({ code: 'task-failed', extras: { error: { message: 'the second time' } } });
    expect((await rig.backend.getJob(id)).attempt).toBe(2);
  });

  test('past its timeoutMs is answered with deadline-exceeded, and its job cancelled, whatever the task does', async () => {
    const { answer, id } = await submitAndStart({ ...sync, timeoutMs: 2_000 });
    vi.advanceTimersByTime(2_000);
    await expect(answer).rejects.toMatchObject({ code: 'deadline-exceeded', status: 504, extras: { jobId: id } });
    expect(rig.lanes.runOf(id).aborted).toBe('timed-out');
    const cancelled = await rig.backend.getJob(id);
    expect(cancelled).toMatchObject({ state: 'cancelled', error: { name: 'DeadlineExceeded' } });
    const attempts = await rig.backend.listAttempts(id, { limit: 10, cursor: undefined });

    // What its task still says and does changes nothing any more.
    rig.lanes.log(id, 'I go on');
    rig.lanes.progress(id, 99);
    rig.lanes.succeed(id, 'too late');
    await rig.turn();
    expect(await rig.backend.getJob(id)).toEqual(cancelled);
    expect(await rig.backend.listAttempts(id, { limit: 10, cursor: undefined })).toEqual(attempts);
    expect(attempts.attempts).toMatchObject([{ attempt: 1, outcome: 'timed-out' }]);
    expect((await rig.backend.readLogs(id, { limit: 10, cursor: undefined, tail: undefined })).lines).toEqual([]);
  });

  test('whose deadline passes while it waits for its next attempt is cancelled too', async () => {
    const { answer, id } = await submitAndStart({ ...sync, timeoutMs: 2_000, retry: { maxAttempts: 5, baseMs: 60_000, jitter: 0 } });
    rig.lanes.fail(id);
    await rig.turn();
    vi.advanceTimersByTime(2_000);
    await expect(answer).rejects.toMatchObject({ code: 'deadline-exceeded' });
    expect((await rig.backend.getJob(id)).state).toBe('cancelled');
  });

  test('that ends in the turn of its deadline is answered with its result', async () => {
    const { answer, id } = await submitAndStart({ ...sync, timeoutMs: 2_000 });
    rig.lanes.succeed(id, 'just so');
    vi.advanceTimersByTime(2_000);
    expect(await answer).toMatchObject({ job: { result: 'just so' } });
  });

  test('that finds the lane full is refused, and nothing is kept of it', async () => {
    const running = [await submitAndStart(sync), await submitAndStart(sync)];
    await expect(rig.submit(sync)).rejects.toMatchObject({
      code: 'lane-saturated',
      status: 503,
      extras: { retryAfterMs: expect.any(Number) },
    });
    expect(countJobs()).toBe(2);
    for (const { id, answer } of running) {
      rig.lanes.succeed(id);
      await answer;
    }
    const again = await submitAndStart(sync);
    rig.lanes.succeed(again.id);
    await expect(again.answer).resolves.toMatchObject({ status: 200 });
  });

  test('of many at once is either taken or refused, never queued', async () => {
    const answers = Promise.allSettled(Array.from({ length: 20 }, () => rig.submit(sync)));
    await rig.turn();
    expect(countJobs()).toBe(2);
    for (const { jobId } of [...rig.lanes.running.values()]) rig.lanes.succeed(jobId);
    const kinds = (await answers).map((answer) => (answer.status === 'fulfilled' ? answer.value.status : answer.reason.code));
    expect(kinds.filter((kind) => kind === 200)).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'lane-saturated')).toHaveLength(18);
  });

  test('leaves the next caller a core that computing jobs do not get, for a second', async () => {
    const { answer, id } = await submitAndStart(sync);
    rig.lanes.succeed(id);
    await answer;
    const first = await rig.add({ task: 'shell.run' });
    const second = await rig.add({ task: 'shell.run' });
    const states = async () => [(await rig.backend.getJob(first.id)).state, (await rig.backend.getJob(second.id)).state];
    expect(await states()).toEqual(['executing', 'available']);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(await states()).toEqual(['executing', 'executing']);
  });

  test('is not held up by the disk for a background job that ends: its end is written with something of the callers', async () => {
    const job = await rig.add({ task: 'shell.run' });
    const first = await submitAndStart(sync);
    // Until nothing else asks for a transaction.
    await rig.turn();
    await rig.turn();
    rig.lanes.succeed(job.id);
    await new Promise((resolve) => setImmediate(resolve));
    expect((await rig.backend.getJob(job.id)).state).toBe('executing');
    rig.lanes.succeed(first.id);
    await first.answer;
    expect((await rig.backend.getJob(job.id)).state).toBe('completed');
    const alone = await rig.add({ task: 'shell.run' });
    rig.lanes.succeed(alone.id);
    vi.advanceTimersByTime(10);
    expect((await rig.backend.getJob(alone.id)).state).toBe('completed');
  });

  test('that follows another keeps the core free for longer', async () => {
    const call = async () => {
      const { answer, id } = await submitAndStart(sync);
      rig.lanes.succeed(id);
      await answer;
    };
    await call();
    await rig.add({ task: 'shell.run' });
    const waiting = await rig.add({ task: 'shell.run' });
    vi.advanceTimersByTime(600);
    await call();
    vi.advanceTimersByTime(600);
    await rig.turn();
    expect((await rig.backend.getJob(waiting.id)).state).toBe('available');
    vi.advanceTimersByTime(400);
    await rig.turn();
    expect((await rig.backend.getJob(waiting.id)).state).toBe('executing');
  });

  test('leaves jobs that only wait alone: they need no core', async () => {
    const { answer, id } = await submitAndStart(sync);
    rig.lanes.succeed(id);
    await answer;
    const jobs = [await rig.add({ task: 'http.request' }), await rig.add({ task: 'http.request' })];
    for (const job of jobs) expect((await rig.backend.getJob(job.id)).state).toBe('executing');
  });

  test('goes ahead of a queue that is paused or long', async () => {
    await rig.addMany(Array.from({ length: 50 }, () => ({})));
    await rig.backend.patchQueue('default', { paused: true });
    const { answer, id } = await submitAndStart(sync);
    rig.lanes.succeed(id);
    expect((await answer).status).toBe(200);
  });

  test('can’t be for later', async () => {
    await expect(rig.submit({ ...sync, delayMs: 5 })).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path: '/delayMs' }] },
    });
    const runAt = new Date(Date.now() + 5_000).toISOString();
    await expect(rig.submit({ ...sync, runAt })).rejects.toMatchObject({ extras: { errors: [{ path: '/runAt' }] } });
    expect(countJobs()).toBe(0);
  });

  test('that is cancelled by someone is answered with task-failed', async () => {
    const { answer, id } = await submitAndStart(sync);
    const cancelled = rig.backend.cancelJob(id);
    await rig.lanes.abortOf(id);
    rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
    await expect(answer).rejects.toMatchObject({ code: 'task-failed', message: expect.stringContaining('cancelled') });
    expect((await cancelled).state).toBe('cancelled');
  });

  test('that a stopping engine interrupts is not run behind its caller’s back', async () => {
    const { answer, id } = await submitAndStart(sync);
    const refused = expect(answer).rejects.toMatchObject({ code: 'task-failed' });
    await rig.stop();
    await refused;
    rig = await openQueueRig({ home: rig.home });
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'cancelled', attempt: 1 });
  });
});

describe('an async call', () => {
  test('is answered with 202 at once', async () => {
    expect(await rig.submit({ task: 'shell.run', mode: 'async' })).toMatchObject({
      status: 202,
      job: { mode: 'async', lane: 'cpu', decision: null },
    });
  });

  test('is what respond-async makes of any call, and says so', async () => {
    const answer = await rig.submit(sync, { respondAsync: true });
    expect(answer).toMatchObject({ status: 202, preferenceApplied: 'respond-async', job: { mode: 'async', lane: 'cpu', maxAttempts: 5 } });
    const auto = await rig.submit({ task: 'shell.run' }, { respondAsync: true });
    expect(auto).toMatchObject({ status: 202, job: { mode: 'auto', decision: { mode: 'async' } } });
  });
});

describe('a bounded wait', () => {
  test('is answered with 200 when the job ends in time', async () => {
    const { answer, id } = await submitAndStart({ task: 'shell.run', mode: 'async', waitMs: 5_000 });
    rig.lanes.succeed(id, 1);
    expect(await answer).toMatchObject({ status: 200, preferenceApplied: 'wait=5', job: { id, result: 1 } });
  });

  test('hands over the same job when it does not, and that goes on', async () => {
    const { answer, id } = await submitAndStart({ task: 'shell.run', mode: 'async', waitMs: 5_000 });
    rig.lanes.progress(id, 30);
    vi.advanceTimersByTime(5_000);
    expect(await answer).toMatchObject({ status: 202, job: { id, state: 'executing', progress: { percent: 30 } } });
    rig.lanes.succeed(id, 'later');
    expect(await rig.backend.waitForJob(id, 1_000)).toMatchObject({ state: 'completed', result: 'later' });
    expect(countJobs()).toBe(1);
  });

  test('counts from Prefer when the body says nothing, and is not longer for a job that stands in line', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const answer = rig.submit({ task: 'shell.run', mode: 'async' }, { waitMs: 2_000 });
    await rig.turn();
    vi.advanceTimersByTime(2_000);
    expect(await answer).toMatchObject({ status: 202, preferenceApplied: 'wait=2', job: { state: 'available' } });
  });

  test('shows a job that died in it as it is, rather than as an error', async () => {
    const { answer, id } = await submitAndStart({ task: 'shell.run', mode: 'async', waitMs: 5_000, retry: { maxAttempts: 1 } });
    rig.lanes.fail(id);
    expect(await answer).toMatchObject({ status: 200, job: { state: 'dead' } });
  });

  test('refuses a sync job that died in it, as without bounds', async () => {
    const { answer, id } = await submitAndStart({ ...sync, waitMs: 1_000 });
    rig.lanes.fail(id);
    await expect(answer).rejects.toMatchObject({ code: 'task-failed', extras: { jobId: id } });
  });

  test('says so when the job is deleted in it', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const answer = rig.submit({ task: 'shell.run', mode: 'async', waitMs: 5_000 });
    const refused = expect(answer).rejects.toMatchObject({ code: 'not-found' });
    await rig.turn();
    const [job] = (await rig.backend.listJobs(jobListSchema.parse({}))).jobs;
    await rig.backend.deleteJob(job?.id ?? '');
    await refused;
  });

  test('hands over a sync job too', async () => {
    const { answer, id } = await submitAndStart({ ...sync, waitMs: 1_000 });
    vi.advanceTimersByTime(1_000);
    expect(await answer).toMatchObject({ status: 202, job: { id, lane: 'interactive', state: 'executing' } });
    rig.lanes.succeed(id);
    expect((await rig.backend.waitForJob(id, 1_000)).state).toBe('completed');
  });
});

describe('auto', () => {
  async function measure(task: string, runMs: number, runs = 30): Promise<void> {
    for (let run = 0; run < runs; run++) {
      const { id } = await rig.add({ task });
      rig.lanes.succeed(id, null, runMs);
      await rig.turn();
    }
  }

  test('waits a second for a task that nobody has measured, and then goes on in the background', async () => {
    const { answer, id } = await submitAndStart({ task: 'shell.run' });
    vi.advanceTimersByTime(1_000);
    expect(await answer).toMatchObject({
      status: 202,
      job: {
        id,
        mode: 'auto',
        decision: { mode: 'wait', samples: 0, p95Ms: null, waitMs: 1_000, reason: expect.stringContaining('No run of it was measured') },
      },
    });
  });

  test('answers a fast task at once, with its result', async () => {
    await measure('shell.run', 20);
    const { answer, id } = await submitAndStart({ task: 'shell.run' });
    rig.lanes.succeed(id, 'fast');
    expect(await answer).toMatchObject({ status: 200, job: { result: 'fast', decision: { mode: 'sync', samples: 30 } } });
  });

  test('goes on in the background with a fast task that turns out slow, rather than failing it', async () => {
    await measure('shell.run', 20);
    const { answer } = await submitAndStart({ task: 'shell.run' });
    vi.advanceTimersByTime(1_000);
    expect(await answer).toMatchObject({ status: 202, job: { state: 'executing' } });
  });

  test('does not wait for a slow task', async () => {
    await measure('shell.run', 9_000);
    expect(await rig.submit({ task: 'shell.run' })).toMatchObject({ status: 202, job: { decision: { mode: 'async', waitMs: null } } });
  });

  test('waits for a slow task when its caller asks for it', async () => {
    await measure('shell.run', 9_000);
    const { answer, id } = await submitAndStart({ task: 'shell.run', waitMs: 20_000 });
    vi.advanceTimersByTime(10_000);
    rig.lanes.succeed(id, 'slow');
    expect(await answer).toMatchObject({ status: 200, job: { result: 'slow' } });
  });

  test('never goes past a queue that a person has paused or limited', async () => {
    await measure('shell.run', 20);
    await rig.backend.makeQueue('narrow', { concurrency: 1 });
    await rig.add({ queue: 'narrow' });
    const before = rig.lanes.started.length;
    const behind = rig.submit({ task: 'shell.run', queue: 'narrow' });
    await rig.turn();
    vi.advanceTimersByTime(1_000);
    expect(await behind).toMatchObject({ status: 202, job: { state: 'available', lane: 'cpu' } });
    await rig.backend.patchQueue('default', { paused: true });
    expect(await rig.submit({ task: 'shell.run' })).toMatchObject({
      status: 202,
      job: { state: 'available', decision: { mode: 'async' } },
    });
    expect(rig.lanes.started).toHaveLength(before);
  });

  test('is not refused when every place is taken', async () => {
    await measure('shell.run', 20);
    const answers = Array.from({ length: 12 }, () => rig.submit({ task: 'shell.run' }));
    for (let rounds = 0; rounds < 12; rounds++) {
      await rig.turn();
      for (const { jobId } of [...rig.lanes.running.values()]) rig.lanes.succeed(jobId);
      // Beside callers an end in the background is not written for itself alone.
      vi.advanceTimersByTime(10);
    }
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(12).fill(200));
  });
});

describe('a batch', () => {
  test('is taken as a whole, in order', async () => {
    const ids = await rig.addMany(Array.from({ length: 300 }, (_, n) => ({ payload: { n } })));
    expect([...ids].sort()).toEqual(ids);
    expect(countJobs()).toBe(300);
    expect((await rig.backend.getJob(ids[250] ?? '')).payload).toEqual({ n: 250 });
  });

  test('is refused as a whole, and each wrong job is named', async () => {
    rig.writeTask('mine', { input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] } });
    const mixed: Partial<SubmissionInput>[] = [
      {},
      { mode: 'sync' },
      { task: 'mine', payload: { n: 'one' } },
      { waitMs: 10 },
      { task: 'mine', payload: {} },
    ];
    await expect(rig.addMany(mixed)).rejects.toMatchObject({
      code: 'invalid-request',
      extras: {
        errors: [{ path: '/jobs/1/mode' }, { path: '/jobs/2/payload/n' }, { path: '/jobs/3/waitMs' }, { path: '/jobs/4/payload/n' }],
      },
    });
    await expect(rig.addMany([{}, { task: 'nothing' }])).rejects.toMatchObject({
      code: 'unknown-task',
      message: expect.stringContaining('/jobs/1'),
    });
    await expect(rig.addMany([{}, { queue: 'nowhere' }])).rejects.toMatchObject({ code: 'unknown-queue' });
    expect(countJobs()).toBe(0);
  });
});

describe('a submission', () => {
  test('for a task or queue that there is not is refused, and says what there is', async () => {
    await expect(rig.submit({ task: 'nothing' })).rejects.toMatchObject({
      code: 'unknown-task',
      message: expect.stringContaining('shell.run'),
    });
    await expect(rig.submit({ task: 'shell.run', queue: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-queue' });
  });

  test('takes what it leaves out from its task, and its task from the defaults', async () => {
    rig.writeTask('mine', { timeoutMs: 1_500, lane: 'io', retry: { maxAttempts: 7, backoff: 'fixed' } });
    expect(await rig.add({ task: 'mine' })).toMatchObject({ timeoutMs: 1_500, maxAttempts: 7, lane: 'io', queue: 'default', priority: 0 });
    expect(await rig.add({ task: 'mine', retry: { maxAttempts: 2 }, timeoutMs: 99 })).toMatchObject({ timeoutMs: 99, maxAttempts: 2 });
    expect(await rig.add()).toMatchObject({ timeoutMs: 60_000, maxAttempts: 5 });
  });

  test('for a time that has passed runs now', async () => {
    expect(await rig.add({ runAt: '2001-01-01T00:00:00Z' })).toMatchObject({ state: 'executing' });
  });

  test('to an engine that stops is refused', async () => {
    const stopped = rig.queue.stop(0);
    await expect(rig.add()).rejects.toMatchObject({ code: 'shutting-down', status: 503 });
    await expect(rig.addMany([{}])).rejects.toMatchObject({ code: 'shutting-down' });
    await stopped;
    expect(rig.queue.health().status).toBe('degraded');
  });
});
