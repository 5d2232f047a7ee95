import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { isFinal } from '../../contract/states.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import { jobIdOf } from '../../engine/store/job-row.ts';
import type { FakeTask } from '../support/fake-lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { brokenInvariants } from './invariants.ts';
import { restarted, underStillClock } from './still-clock.ts';

const once = { maxAttempts: 1 };
const tasks: Record<string, FakeTask> = {
  'shell.run': { lane: 'cpu', hasPredict: true, hasRollback: true, retry: { maxAttempts: 3, baseMs: 1_000, jitter: 0 } },
  'http.request': { lane: 'io', retry: { jitter: 0 } },
};

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig({ tasks });
});

const promised = (more: Partial<SubmissionInput> = {}): SubmissionInput => ({
  task: 'shell.run',
  mode: 'hybrid',
  payload: { like: 7 },
  optimistic: { likes: 8 },
  retry: once,
  ...more,
});

/** A hybrid job that has failed for good. @returns its id and that of what makes up for it */
async function broken(more: Partial<SubmissionInput> = {}): Promise<{ id: string; by: string }> {
  const { id } = await rig.add(promised(more));
  rig.lanes.fail(id, 'the service said no');
  await rig.turn();
  const { compensation } = await rig.backend.getJob(id);
  return { id, by: compensation?.jobId ?? 'nothing' };
}

const madeUpFor = (id: string) => rig.db.prepare("SELECT count(*) FROM jobs WHERE compensates ->> 'jobId' = ?").pluck().get(id);
const compensationOf = async (id: string) => (await rig.backend.getJob(id)).compensation;

describe('a hybrid job', () => {
  test('is answered with what its caller gave before its work is done, and goes on', async () => {
    const { status, job, preferenceApplied } = await rig.submit(promised());
    expect({ status, preferenceApplied }).toEqual({ status: 202, preferenceApplied: 'respond-async' });
    expect(job).toMatchObject({ mode: 'hybrid', state: 'executing', optimistic: { likes: 8 }, decision: null, compensation: null });
    rig.lanes.succeed(job.id, { likes: 9 });
    await rig.turn();
    expect(await rig.backend.getJob(job.id)).toMatchObject({ optimistic: { likes: 8 }, result: { likes: 9 }, compensation: null });
  });

  test('is answered with what its task predicts from the payload when its caller gave nothing', async () => {
    rig.lanes.predictions.set('shell.run', ({ like }) => ({ kind: 'predicted', value: JSON.stringify({ liked: like }) }));
    expect((await rig.submit(promised({ optimistic: null }))).job).toMatchObject({ optimistic: { liked: 7 }, decision: null });
  });

  test.each([
    ['late', { kind: 'late' }, 'Its predict took longer than 50 ms: nothing was promised.'],
    ['thrown', { kind: 'failed', message: 'no idea' }, 'Its predict failed (no idea): nothing was promised.'],
    ['nothing', { kind: 'predicted', value: 'null' }, 'Its predict returned nothing: nothing was promised.'],
    ['not loaded', { kind: 'not-loaded' }, 'Its code took too long to load: nothing was promised.'],
  ] as const)('whose prediction is %s is accepted without a promise, and says why', async (_, prediction, reason) => {
    rig.lanes.predictions.set('shell.run', () => prediction);
    const { status, job } = await rig.submit({ task: 'shell.run', mode: 'hybrid' });
    expect({ status, optimistic: job.optimistic, decision: job.decision }).toMatchObject({
      ...{ status: 202, optimistic: null, decision: { mode: 'hybrid', reason, waitMs: null } },
    });
    expect(rig.lanes.runOf(job.id).lane).toBe('cpu');
  });

  test('of a task that predicts nothing, or when the interactive lane is full, is accepted without a promise', async () => {
    const { job } = await rig.submit({ task: 'http.request', mode: 'hybrid' });
    expect(job).toMatchObject({ optimistic: null, decision: { reason: expect.stringContaining('has no predict') } });
    for (let place = 0; place < 2; place++) void rig.submit({ task: 'shell.run', mode: 'sync' }).catch(() => {});
    await rig.turn();
    expect((await rig.submit(promised({ optimistic: null }))).job.decision?.reason).toContain(
      'Every place of the interactive lane is taken',
    );
  });

  test('is waited for when its caller asks for that, and stays one under respond-async', async () => {
    const waiting = rig.submit(promised({ waitMs: 5_000 }));
    const { jobId } = await rig.lanes.nextStart();
    rig.lanes.succeed(jobId, { likes: 8 });
    expect(await waiting).toMatchObject({
      status: 200,
      preferenceApplied: 'wait=5',
      job: { state: 'completed', optimistic: { likes: 8 } },
    });
    expect((await rig.submit(promised(), { respondAsync: true })).job).toMatchObject({ mode: 'hybrid', optimistic: { likes: 8 } });
  });

  test('that is sent again under its key gets the promise that was made, not another', async () => {
    let calls = 0;
    rig.lanes.predictions.set('shell.run', () => ({ kind: 'predicted', value: String(++calls) }));
    const idempotency = { key: 'k', bodyHash: 'h' };
    const first = await rig.submit(promised({ optimistic: null }), { idempotency });
    const second = await rig.submit(promised({ optimistic: null }), { idempotency });
    expect([first.job.optimistic, second.job.optimistic, second.replayed, calls]).toEqual([1, 1, true, 1]);
  });

  test('in a batch promises what it was given, and predicts nothing', async () => {
    rig.lanes.predictions.set('shell.run', () => ({ kind: 'predicted', value: '1' }));
    const [given = '', none = ''] = await rig.addMany([promised({ optimistic: false }), promised({ optimistic: null })]);
    expect(await rig.backend.getJob(given)).toMatchObject({ mode: 'hybrid', optimistic: false, decision: null });
    expect(await rig.backend.getJob(none)).toMatchObject({ optimistic: null, decision: { reason: expect.stringContaining('batch') } });
  });
});

describe('what cannot be promised', () => {
  test.each([
    [{ mode: 'async', optimistic: {} }, '/optimistic'],
    [{ mode: 'sync', onFailure: { task: 'http.request' } }, '/onFailure'],
  ] as const)('is refused by its field: %j', async (submission, path) => {
    await expect(rig.submit({ task: 'shell.run', ...submission })).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path }] },
    });
    await expect(rig.addMany([{}, submission])).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('is refused when no task has the name, or the payload does not fit it', async () => {
    rig.writeTask('undo', { input: { type: 'object', required: ['id'] } });
    const withUndo = (payload: Record<string, string>, task = 'undo') => rig.submit(promised({ onFailure: { task, payload } }));
    await expect(withUndo({}, 'nobody')).rejects.toMatchObject({ code: 'unknown-task' });
    await expect(withUndo({})).rejects.toMatchObject({ code: 'invalid-request', extras: { errors: [{ path: '/onFailure/payload/id' }] } });
    expect((await withUndo({ id: 'a' })).job.onFailure).toEqual({ task: 'undo', payload: { id: 'a' } });
  });
});

describe('a promise that was not kept', () => {
  test('is taken back by a rollback that is told all of it, in the transaction of the failure', async () => {
    const { id, by } = await broken({ tags: ['likes'], priority: 3 });
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', compensation: { state: 'pending', jobId: by } });
    expect(await rig.backend.getJob(by)).toMatchObject({
      ...{ task: 'shell.run', purpose: 'rollback', compensates: id, mode: 'async', state: 'executing', maxAttempts: 3, tags: ['likes'] },
      ...{ priority: 3, payload: { like: 7 }, optimistic: null },
    });
    const run = rig.lanes.runOf(by);
    expect(run).toMatchObject({ purpose: 'rollback', payloadJson: { like: 7 } });
    expect(JSON.parse(run.compensates ?? '')).toEqual({
      ...{ jobId: id, optimistic: { likes: 8 }, error: { name: 'Error', message: 'the service said no' } },
    });
    rig.lanes.succeed(by, 'undone');
    await rig.turn();
    expect(await compensationOf(id)).toEqual({ state: 'compensated', jobId: by });
  });

  test('is taken back by what its caller asked for, of an async job as well', async () => {
    const onFailure = { task: 'http.request', payload: { url: 'http://127.0.0.1/undo' } };
    for (const mode of ['hybrid', 'async'] as const) {
      const { id, by } = await broken({ mode, onFailure, optimistic: mode === 'hybrid' ? 1 : null });
      expect(await rig.backend.getJob(by)).toMatchObject({
        task: 'http.request',
        purpose: 'run',
        lane: 'io',
        compensates: id,
        payload: onFailure.payload,
      });
      expect(rig.lanes.runOf(by).purpose).toBeUndefined();
      rig.lanes.succeed(by);
      await rig.turn();
      expect(await compensationOf(id)).toMatchObject({ state: 'compensated' });
    }
  });

  test.each(['alone', 'with others'] as const)('is taken back as well when its job is deleted %s before it ended', async (way) => {
    const { id } = await rig.add(promised({ retry: { maxAttempts: 2, baseMs: 60_000 } }));
    rig.lanes.fail(id, 'half of it is done');
    await rig.turn();
    const seen = rig.watch();
    if (way === 'alone') await rig.backend.deleteJob(id);
    else await rig.backend.actOnJobs({ action: 'delete', filter: { state: ['retryable'] } });
    await rig.turn();
    await expect(rig.backend.getJob(id)).rejects.toMatchObject({ code: 'not-found' });
    const run = [...rig.lanes.running.values()][0];
    expect(run?.purpose).toBe('rollback');
    expect(JSON.parse(run?.compensates ?? '')).toMatchObject({
      ...{ jobId: id, optimistic: { likes: 8 }, error: { message: 'half of it is done' } },
    });
    expect(seen.map(({ type }) => type)).toEqual(expect.arrayContaining(['job.deleted', 'job.created']));
    rig.lanes.succeed(run?.jobId ?? '');
    await rig.turn();
    expect((await rig.backend.stats()).counts).toMatchObject({ completed: 1, retryable: 0 });
  });

  test('says so when there is nothing to run for it', async () => {
    const { job } = await rig.submit({ task: 'http.request', mode: 'hybrid', optimistic: 1, retry: once });
    rig.lanes.fail(job.id);
    await rig.turn();
    expect(await compensationOf(job.id)).toEqual({ state: 'none', jobId: null });
    expect(rig.lanes.running.size).toBe(0);
  });

  test('is not one while attempts are left, nor when the job is async and nothing was asked for', async () => {
    const { id } = await rig.add(promised({ retry: { maxAttempts: 2 } }));
    rig.lanes.fail(id);
    const plain = await rig.add({ retry: once });
    rig.lanes.fail(plain.id);
    await rig.turn();
    expect(await compensationOf(id)).toBeNull();
    expect(await rig.backend.getJob(plain.id)).toMatchObject({ state: 'dead', compensation: null });
  });

  const ends: [string, (id: string) => Promise<void>, Partial<SubmissionInput>][] = [
    ['cancelled while it waits', async (id) => void (await rig.backend.cancelJob(id)), { delayMs: 60_000 }],
    [
      'cancelled while it runs',
      async (id) => {
        const cancelled = rig.backend.cancelJob(id);
        await rig.lanes.abortOf(id);
        rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
        await cancelled;
      },
      {},
    ],
    ['cancelled with others', async (id) => void (await rig.backend.actOnJobs({ action: 'cancel', ids: [id] })), { delayMs: 60_000 }],
    ['past its deadline', async () => void vi.advanceTimersByTime(5_000), { deadlineMs: 4_000, delayMs: 3_999 }],
    [
      'out of time for retries',
      async (id) => {
        rig.lanes.fail(id);
        await rig.backend.patchQueue('default', { paused: true });
        vi.advanceTimersByTime(60_000);
        await rig.turn();
        await rig.backend.patchQueue('default', { paused: false });
      },
      { retry: { maxAttempts: 3, retryForMs: 5_000, baseMs: 1_000, jitter: 0 } },
    ],
    ['failed for good', async (id) => rig.lanes.finish(id, { kind: 'failed-for-good', error: { name: 'E', message: 'm' } }), {}],
    ['timed out', async (id) => rig.lanes.finish(id, { kind: 'aborted', reason: 'timed-out', error: null }), {}],
    [
      'crashed with all that it had left',
      async (id) => rig.lanes.finish(id, { kind: 'crashed', error: { name: 'E', message: 'm' }, blame: 3 }),
      {},
    ],
  ];
  test.each(ends)('is taken back when its job was %s', async (_, end, more) => {
    const { id } = await rig.add(promised(more));
    await end(id);
    for (let turns = 0; turns < 3; turns++) await rig.turn();
    const { compensation, state } = await rig.backend.getJob(id);
    expect({ state, compensation }).toMatchObject({ state: expect.stringMatching(/dead|cancelled/), compensation: { state: 'pending' } });
    rig.lanes.succeed(compensation?.jobId ?? '');
    await rig.turn();
    expect(await compensationOf(id)).toMatchObject({ state: 'compensated' });
  });

  test('is told to all who watch: the end, the rollback, and how that one ended', async () => {
    const events = rig.watch();
    const { id, by } = await broken();
    rig.lanes.succeed(by);
    await rig.turn();
    const told = events.flatMap((event) =>
      'job' in event ? [[event.type, event.job.id === id ? 'job' : 'rollback', event.job.compensation?.state]] : [],
    );
    expect(told).toEqual([
      ['job.created', 'job', undefined],
      ['job.started', 'job', undefined],
      ['job.dead', 'job', 'pending'],
      ['job.created', 'rollback', undefined],
      ['job.started', 'rollback', undefined],
      ['job.completed', 'rollback', undefined],
      ['job.compensated', 'job', 'compensated'],
    ]);
  });

  test('does not count as a run of its task', async () => {
    const { by } = await broken();
    const before = (await rig.backend.getTask('shell.run')).stats;
    rig.lanes.succeed(by, null, 9_000);
    await rig.turn();
    expect((await rig.backend.getTask('shell.run')).stats).toEqual(before);
  });
});

describe('a rollback', () => {
  test('that fails is retried as any other job, and is at last a dead letter of its own', async () => {
    const events = rig.watch();
    const { id, by } = await broken();
    for (let attempt = 1; attempt <= 3; attempt++) {
      expect(await compensationOf(id)).toMatchObject({ state: 'pending' });
      rig.lanes.fail(by, 'the other service is away');
      await rig.turn();
      vi.advanceTimersByTime(10_000);
      await rig.turn();
    }
    expect(await compensationOf(id)).toEqual({ state: 'compensation-failed', jobId: by });
    expect(events.map(({ type }) => type)).toContain('job.compensation-failed');

    await rig.backend.retryJob(by);
    await rig.turn();
    expect(await compensationOf(id)).toMatchObject({ state: 'pending' });
    rig.lanes.succeed(by);
    await rig.turn();
    expect(await compensationOf(id)).toMatchObject({ state: 'compensated' });
  });

  test('that is cancelled, or deleted before it ended, has failed', async () => {
    for (const act of ['cancelJob', 'deleteJob'] as const) {
      const { id } = await rig.add(promised({ delayMs: 60_000 }));
      await rig.backend.patchQueue('default', { paused: true });
      await rig.backend.cancelJob(id);
      const by = (await compensationOf(id))?.jobId ?? '';
      await rig.backend[act](by);
      expect(await compensationOf(id)).toEqual({ state: 'compensation-failed', jobId: by });
      await rig.backend.patchQueue('default', { paused: false });
    }
  });

  test('runs although the payload does not fit its task any more', async () => {
    rig.writeTask('picky', { hasRollback: true });
    const { id } = await rig.add(promised({ task: 'picky' }));
    rig.writeTask('picky', { error: { name: 'SyntaxError', message: 'broken' } });
    await rig.backend.getTask('picky');
    rig.lanes.fail(id);
    await rig.turn();
    const by = (await compensationOf(id))?.jobId ?? '';
    expect(await rig.backend.getJob(by)).toMatchObject({ state: 'available', error: { name: 'SyntaxError' } });
    rig.writeTask('picky', { hasRollback: true, input: { type: 'object', required: ['other'] } });
    await rig.backend.getTask('picky');
    await rig.turn();
    expect(rig.lanes.runOf(by).purpose).toBe('rollback');
  });

  test('outlives the job that it makes up for', async () => {
    const { id, by } = await broken();
    await rig.backend.deleteJob(id);
    rig.lanes.succeed(by);
    await rig.turn();
    expect(await rig.backend.getJob(by)).toMatchObject({ state: 'completed', compensates: id });
  });
});

describe('a job whose promise was withdrawn', () => {
  test('is not run again while it is being made up for, alone or with others', async () => {
    const { id, by } = await broken();
    await expect(rig.backend.retryJob(id)).rejects.toMatchObject({ code: 'wrong-state', message: expect.stringContaining(by) });
    expect(await rig.backend.redrive({ ids: [id] })).toMatchObject({ done: 0, failed: 1 });
  });

  test('is redriven as one that promises nothing: it is made up for once', async () => {
    const { id, by } = await broken();
    rig.lanes.succeed(by);
    await rig.turn();
    await rig.backend.retryJob(id);
    await rig.turn();
    rig.lanes.fail(id);
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', compensation: { state: 'compensated', jobId: by } });
    expect(rig.lanes.running.size).toBe(0);
  });

  test('is not taken back again once it was run again', async () => {
    const { id, by } = await broken();
    rig.lanes.finish(by, { kind: 'failed-for-good', error: { name: 'E', message: 'm' } });
    await rig.turn();
    await rig.backend.retryJob(id);
    await expect(rig.backend.retryJob(by)).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await rig.backend.redrive({ ids: [by] })).toMatchObject({ done: 0, failed: 1 });
  });

  test('for which there was nothing to run is made up for when it fails again and its task has a rollback by then', async () => {
    rig.writeTask('mine', {});
    const { id } = await broken({ task: 'mine' });
    expect(await compensationOf(id)).toMatchObject({ state: 'none' });
    rig.writeTask('mine', { hasRollback: true, title: 'with a rollback' });
    await rig.backend.getTask('mine');
    await rig.backend.retryJob(id);
    await rig.turn();
    rig.lanes.fail(id);
    await rig.turn();
    expect(await compensationOf(id)).toMatchObject({ state: 'pending' });
  });
});

describe('an engine that is killed', () => {
  test('between the failure and the rollback, and during the rollback, leaves one rollback that is run to its end', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const { job } = await rig.submit(promised({ delayMs: 60_000 }));
    await rig.backend.cancelJob(job.id);
    const before = await compensationOf(job.id);
    rig = await restarted(rig, { tasks });
    expect(await compensationOf(job.id)).toEqual(before);
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    const by = before?.jobId ?? '';
    expect(rig.lanes.runOf(by)).toMatchObject({ attempt: 1, purpose: 'rollback' });
    rig = await restarted(rig, { tasks });
    expect(rig.lanes.runOf(by)).toMatchObject({ attempt: 2, purpose: 'rollback' });
    rig.lanes.succeed(by);
    await rig.turn();
    expect(await compensationOf(job.id)).toEqual({ state: 'compensated', jobId: by });
    expect(rig.db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2);
  });

  test('three times by one job takes back what that one promised', async () => {
    const { id } = await rig.add(promised());
    for (let crash = 0; crash < 3; crash++) rig = await restarted(rig, { tasks });
    const { state, compensation } = await rig.backend.getJob(id);
    expect(state).toBe('dead');
    expect(rig.lanes.runOf(compensation?.jobId ?? '')).toMatchObject({ purpose: 'rollback' });
  });

  test('on a full disk, writes the failure and the rollback together once there is room', async () => {
    const { id } = await rig.add(promised({ payload: { text: 'x'.repeat(20_000) } }));
    rig.diskFull(true);
    rig.lanes.fail(id, 'y'.repeat(9_000));
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    rig.diskFull(false);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', compensation: { state: 'pending' } });
  });
});

test('whatever becomes of hybrid jobs and their rollbacks, each that failed for good or was deleted before is made up for by exactly one job', async () => {
  type Step = 'succeed' | 'fail' | 'cancel' | 'delete' | 'retry' | 'crash' | 'later';
  const steps = fc.array(
    fc.tuple(fc.constantFrom<Step>('succeed', 'fail', 'fail', 'cancel', 'delete', 'retry', 'crash', 'later'), fc.nat(20)),
    {
      minLength: 5,
      maxLength: 30,
    },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (life) => {
      await rig.dispose();
      vi.clearAllTimers();
      rig = await openQueueRig({ tasks });
      const ids = await rig.addMany(Array.from({ length: 4 }, () => promised({ retry: { maxAttempts: 2 } })));
      for (const [step, at] of life) {
        const runs = [...rig.lanes.running.values()];
        const run = runs[at % Math.max(1, runs.length)];
        const seqs = rig.db.prepare<[], number>('SELECT seq FROM jobs').pluck().all();
        const row = rig.store.jobs.readJob(seqs[at % seqs.length] ?? 0);
        const id = row ? jobIdOf(row) : '';
        if (step === 'succeed' && run) rig.lanes.succeed(run.jobId);
        else if (step === 'fail' && run) rig.lanes.fail(run.jobId);
        else if (step === 'later') vi.advanceTimersByTime(5_000);
        else if (step === 'crash') rig = await restarted(rig, { tasks });
        else if (step === 'retry') await rig.backend.retryJob(id).catch(() => {});
        else if (step === 'cancel' && row?.state !== 'executing') await rig.backend.cancelJob(id).catch(() => {});
        else if (step === 'delete' && row && row.state !== 'executing') {
          await rig.backend.deleteJob(id);
          if (ids.includes(id) && !isFinal(row.state) && row.compensation === null) expect(madeUpFor(id)).toBe(1);
        }
        await rig.turn();
        expect(brokenInvariants(rig.db)).toEqual([]);
      }
      for (const id of ids) {
        if (!rig.store.jobs.findJob(id)) continue;
        const { state, compensation } = await rig.backend.getJob(id);
        if (state === 'dead' || state === 'cancelled') expect(compensation?.jobId).toEqual(expect.any(String));
      }
    }),
    { numRuns: 12 },
  );
}, 60_000);
