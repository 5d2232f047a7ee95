import { describe, expect, test, vi } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

const labelled = (label: string) => ({ payload: { label } });

/** A lane whose only place is taken: what is added now has to stand in line. */
async function fillOneThread(): Promise<string> {
  rig = await openQueueRig({ sizes: { cpu: 1 } });
  return (await rig.add(labelled('first'))).id;
}

describe('the order of dispatch', () => {
  test('is by priority, then by due time, then by submission', async () => {
    const first = await fillOneThread();
    await rig.add({ ...labelled('low'), priority: -5 });
    await rig.add({ ...labelled('due later'), delayMs: 2_000 });
    await rig.add({ ...labelled('due sooner'), delayMs: 1_000 });
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    vi.advanceTimersByTime(2_000);
    await rig.turn();
    await rig.add(labelled('plain, one'));
    await rig.add(labelled('plain, two'));
    await rig.add({ ...labelled('high'), priority: 100 });
    rig.lanes.succeed(first);
    await rig.runAll();
    expect(rig.startedLabels()).toEqual(['first', 'high', 'due sooner', 'due later', 'plain, one', 'plain, two', 'low']);
  });

  test('holds within a batch, and for jobs that are claimed together', async () => {
    const first = await fillOneThread();
    await rig.addMany([0, 3, -1, 3, 0].map((priority, index) => ({ ...labelled(`${priority}/${index}`), priority })));
    rig.lanes.succeed(first);
    await rig.runAll();
    expect(rig.startedLabels()).toEqual(['first', '3/1', '3/3', '0/0', '0/4', '-1/2']);
  });

  test('follows a changed priority', async () => {
    const first = await fillOneThread();
    await rig.add(labelled('a'));
    const { id } = await rig.add(labelled('b'));
    await rig.backend.patchJob(id, { priority: 1 });
    rig.lanes.succeed(first);
    await rig.runAll();
    expect(rig.startedLabels()).toEqual(['first', 'b', 'a']);
  });
});

describe('a job that is handed off at once', () => {
  test('is answered as running, its first attempt', async () => {
    rig = await openQueueRig();
    expect(await rig.add()).toMatchObject({ state: 'executing', attempt: 1, startedAt: expect.any(String) });
    expect(rig.lanes.running.size).toBe(1);
  });

  test('never passes one that is in line, be it in its own queue', async () => {
    const first = await fillOneThread();
    await rig.add(labelled('waits'));
    // The place is free from here on, but the claim that gives it away comes at the end of the turn.
    rig.lanes.succeed(first);
    const late = rig.add(labelled('late'));
    await late;
    expect(rig.startedLabels()).toEqual(['first', 'waits']);
    await rig.runAll();
    expect(rig.startedLabels()).toEqual(['first', 'waits', 'late']);
  });

  test('or in another', async () => {
    const first = await fillOneThread();
    await rig.backend.makeQueue('other', {});
    await rig.add(labelled('waits'));
    rig.lanes.succeed(first);
    await rig.add({ ...labelled('late'), queue: 'other' });
    expect(rig.startedLabels()).toEqual(['first', 'waits']);
  });

  test('or one that is made available in the same turn', async () => {
    const first = await fillOneThread();
    const { id } = await rig.add({ ...labelled('later'), delayMs: 60_000 });
    rig.lanes.succeed(first);
    await rig.turn();
    await Promise.all([rig.backend.runJobNow(id), rig.add(labelled('new'))]);
    await rig.turn();
    expect(rig.startedLabels()).toEqual(['first', 'later']);
  });

  test('passes a queue that may not run', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('paused', { paused: true });
    await rig.backend.makeQueue('busy', { concurrency: 1 });
    await rig.addMany([{ queue: 'paused' }, { queue: 'busy' }, { queue: 'busy' }]);
    expect(await rig.add(labelled('free'))).toMatchObject({ state: 'executing' });
  });
});

describe('a paused queue', () => {
  test('starts nothing, and goes on where it was once it is resumed', async () => {
    rig = await openQueueRig();
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add(labelled('a'));
    await rig.add({ ...labelled('b'), priority: 1 });
    await rig.turn();
    expect(rig.lanes.started).toEqual([]);
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    expect(rig.startedLabels()).toEqual(['b', 'a']);
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('lets what runs end, and leaves other queues alone', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('other', {});
    const { id } = await rig.add();
    await rig.backend.patchQueue('default', { paused: true });
    await rig.addMany([{ queue: 'other', ...labelled('other') }, labelled('held up')]);
    rig.lanes.succeed(id);
    await rig.runAll();
    expect(rig.startedLabels()).toEqual([undefined, 'other']);
  });

  test('is paused still after a restart', async () => {
    rig = await openQueueRig();
    await rig.backend.patchQueue('default', { paused: true });
    await rig.add();
    await rig.stop();
    rig = await openQueueRig({ home: rig.home });
    await rig.turn();
    expect(rig.lanes.started).toEqual([]);
    expect(await rig.backend.getQueue('default')).toMatchObject({ paused: true, counts: { available: 1 } });
  });

  test('and a limit that are set at the same time both stand', async () => {
    rig = await openQueueRig();
    await Promise.all([rig.backend.patchQueue('default', { paused: true }), rig.backend.patchQueue('default', { concurrency: 3 })]);
    expect(await rig.backend.getQueue('default')).toMatchObject({ paused: true, concurrency: 3 });
  });
});

describe('a queue’s concurrency', () => {
  test('is never exceeded, also not by jobs that are submitted while others end in the same turn', async () => {
    rig = await openQueueRig({ sizes: { cpu: 8, io: 2 } });
    await rig.backend.makeQueue('narrow', { concurrency: 3 });
    let most = 0;
    for (let round = 0; round < 60; round++) {
      const runs = [...rig.lanes.running.values()];
      rig.lanes.end(runs.slice(0, round % 4).map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
      const added = [
        rig.add({ queue: 'narrow' }),
        rig.add({ queue: 'narrow', task: 'http.request' }),
        rig.addMany([{ queue: 'narrow' }, { queue: 'narrow' }]),
      ];
      if (round % 3 !== 0) await rig.turn();
      await Promise.all(added);
      most = Math.max(most, rig.lanes.running.size);
      expect(rig.db.prepare('SELECT count(*) FROM running').pluck().get()).toBeLessThanOrEqual(3);
    }
    expect(most).toBe(3);
  });

  test('that is raised lets more start at once', async () => {
    rig = await openQueueRig({ sizes: { cpu: 4 } });
    await rig.backend.makeQueue('narrow', { concurrency: 1 });
    await rig.addMany(Array.from({ length: 5 }, () => ({ queue: 'narrow' })));
    await rig.turn();
    expect(rig.lanes.running.size).toBe(1);
    await rig.backend.patchQueue('narrow', { concurrency: 3 });
    await rig.turn();
    expect(rig.lanes.running.size).toBe(3);
    await rig.backend.patchQueue('narrow', { concurrency: null });
    await rig.turn();
    expect(rig.lanes.running.size).toBe(4);
  });

  test('holds up no sync work, nor its second attempt', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('narrow', { concurrency: 1 });
    await rig.add({ queue: 'narrow' });
    const answer = rig.submit({ task: 'shell.run', mode: 'sync', queue: 'narrow', retry: { maxAttempts: 2, baseMs: 100, jitter: 0 } });
    const { jobId } = await rig.lanes.nextStart();
    rig.lanes.fail(jobId);
    await rig.turn();
    vi.advanceTimersByTime(100);
    await rig.turn();
    rig.lanes.succeed(jobId, 'well');
    await expect(answer).resolves.toMatchObject({ status: 200, job: { result: 'well', attempt: 2 } });
  });
});

describe('several queues', () => {
  test('take turns: a long one does not starve a short one', async () => {
    const first = await fillOneThread();
    await rig.backend.makeQueue('short', {});
    await rig.addMany(Array.from({ length: 50 }, (_, index) => labelled(`long ${index}`)));
    await rig.addMany([0, 1, 2].map((index) => ({ queue: 'short', ...labelled(`short ${index}`) })));
    rig.lanes.succeed(first);
    await rig.runAll();
    expect(
      rig
        .startedLabels()
        .slice(1, 7)
        .filter((label) => String(label).startsWith('short')),
    ).toHaveLength(3);
    expect(rig.lanes.started).toHaveLength(54);
  });

  test('share the places of a lane evenly, and leave none empty', async () => {
    rig = await openQueueRig({ sizes: { cpu: 6 } });
    for (const name of ['a', 'b', 'c']) await rig.backend.makeQueue(name, { paused: true });
    await rig.addMany(['a', 'a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'c'].map((queue) => ({ queue })));
    // Resumed by one commit, so that one claim sees them all.
    await Promise.all(['a', 'b', 'c'].map((name) => rig.backend.patchQueue(name, { paused: false })));
    await rig.turn();
    const inQueue = (name: string) => rig.db.prepare("SELECT count(*) FROM jobs WHERE state = 'executing' AND queue = ?").pluck().get(name);
    expect(['a', 'b', 'c'].map(inQueue)).toEqual([3, 2, 1]);
  });
});

describe('a lane', () => {
  test('that is full leaves the others alone', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    await rig.addMany(Array.from({ length: 20 }, () => ({ task: 'shell.run' })));
    expect(await rig.add({ task: 'http.request' })).toMatchObject({ state: 'executing', lane: 'io' });
    expect(rig.lanes.runsOn('cpu')).toHaveLength(1);
    const answer = rig.submit({ task: 'shell.run', mode: 'sync' });
    const { jobId } = await rig.lanes.nextStart();
    rig.lanes.succeed(jobId);
    await expect(answer).resolves.toMatchObject({ status: 200 });
  });

  test('is never given more than it has places for, however small and large runs are mixed', async () => {
    // The fake lane throws when it is given too much, which would end up in `failures`.
    rig = await openQueueRig({ sizes: { interactive: 1 } });
    const mixed = ['http.request', 'shell.run', 'http.request', 'shell.run', 'http.request'].map((task) =>
      rig.submit({ task, mode: 'sync' }),
    );
    const answers = Promise.allSettled(mixed);
    await rig.turn();
    for (const { jobId } of [...rig.lanes.running.values()]) rig.lanes.succeed(jobId);
    const refused = (await answers).filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThanOrEqual(2);
    for (const answer of refused) expect(answer).toMatchObject({ reason: { code: 'lane-saturated' } });
  });

  test('takes thousands of io jobs on one thread', async () => {
    rig = await openQueueRig({ sizes: { io: 1 } });
    await rig.addMany(Array.from({ length: 2_600 }, () => ({ task: 'http.request' })));
    for (let turns = 0; turns < 3; turns++) await rig.turn();
    expect(rig.lanes.runsOn('io')).toHaveLength(2_500);
  });

  test('that a changed task file names is the one its waiting jobs go to', async () => {
    rig = await openQueueRig({ sizes: { io: 1, cpu: 1 } });
    rig.writeTask('mine', { lane: 'io' });
    await rig.backend.patchQueue('default', { paused: true });
    await rig.addMany(Array.from({ length: 5 }, () => ({ task: 'mine' })));
    rig.writeTask('mine', { lane: 'cpu', title: 'changed' });
    await rig.backend.getTask('mine');
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    expect(rig.lanes.runsOn('io')).toHaveLength(0);
    expect(rig.lanes.runsOn('cpu')).toHaveLength(1);
    await rig.runAll();
    expect((await rig.backend.stats()).counts.completed).toBe(5);
  });
});

describe('a run', () => {
  test('is given the payload, the attempt and the time limit of its job', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ payload: { a: [1, 'ü'] }, timeoutMs: 1_234 });
    expect(rig.lanes.runOf(id)).toMatchObject({
      jobId: id,
      attempt: 1,
      payloadJson: { a: [1, 'ü'] },
      timeoutMs: 1_234,
      lane: 'cpu',
      module: { kind: 'built-in', name: 'shell.run' },
    });
  });

  test('that fails is tried again after its policy’s delay, at most as often as it says, and then dead', async () => {
    rig = await openQueueRig();
    const { id } = await rig.add({ retry: { maxAttempts: 3, baseMs: 1_000, jitter: 0 } });
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt++) {
      rig.lanes.fail(id, `failure ${attempt}`);
      await rig.turn();
      const { state, runAt } = await rig.backend.getJob(id);
      if (state !== 'retryable') break;
      waits.push(Date.parse(runAt) - Date.now());
      vi.advanceTimersByTime(waits.at(-1) ?? 0);
      await rig.turn();
    }
    expect(waits).toEqual([1_000, 2_000]);
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', attempt: 3, error: { message: 'failure 3' }, result: null });
    const { attempts } = await rig.backend.listAttempts(id, { limit: 10, cursor: undefined });
    expect(attempts).toMatchObject(
      [1, 2, 3].map((attempt) => ({ attempt, outcome: 'failed', lane: 'cpu', error: { message: `failure ${attempt}` } })),
    );
  });

  test('that reports what it has reached is seen with it', async () => {
    rig = await openQueueRig();
    const seen = rig.watch();
    const { id } = await rig.add();
    rig.lanes.progress(id, 40, 'nearly half');
    expect((await rig.backend.getJob(id)).progress).toEqual({ percent: 40, message: 'nearly half' });
    expect((await rig.backend.listJobs({ limit: 1, order: '-createdAt' })).jobs[0]?.progress).toEqual({
      percent: 40,
      message: 'nearly half',
    });
    rig.lanes.succeed(id);
    await rig.turn();
    expect((await rig.backend.getJob(id)).progress).toEqual({ percent: 100, message: null });
    expect(seen.map(({ type }) => type)).toEqual(['job.created', 'job.started', 'job.progress', 'job.completed']);
  });
});
