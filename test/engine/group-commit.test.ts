import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Problem } from '../../contract/errors.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { brokenInvariants } from './invariants.ts';

const big = 'x'.repeat(200_000);
const bigSubmission = { payload: { text: big } };

let rig: QueueRig;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  rig = await openQueueRig();
  await rig.turn();
});
afterEach(async () => {
  rig.diskFull(false);
  expect(rig.failures).toEqual([]);
  await rig.dispose();
  vi.useRealTimers();
});

describe('writes of one turn', () => {
  test('share one transaction and are answered after it', async () => {
    const made = "SELECT count(*) FROM queues WHERE name = 'made'";
    const order: string[] = [];
    const { commit } = rig.store;
    const first = commit.write('may', () =>
      rig.store.queues.putQueue({ name: 'made', paused: 0, concurrency: null, rate_max: null, rate_per_ms: null, max_backlog: null }),
    );
    const second = commit.write('must', () => {
      order.push(`of two: ${rig.writer.prepare(made).pluck().get()} to us, ${rig.db.prepare(made).pluck().get()} to others`);
    });
    const answered = (name: string) => () => {
      order.push(`${name}: ${rig.db.prepare(made).pluck().get()} to others, open: ${rig.writer.inTransaction}`);
    };
    await Promise.all([first.then(answered('first')), second.then(answered('second'))]);
    expect(order).toEqual(['of two: 1 to us, 0 to others', 'first: 1 to others, open: false', 'second: 1 to others, open: false']);
  });

  test('a refusal refuses its own only', async () => {
    const refused = rig.store.commit.write('may', () => {
      throw new Problem('wrong-state', 'not now');
    });
    const kept = rig.add();
    await expect(refused).rejects.toMatchObject({ code: 'wrong-state' });
    await expect(kept).resolves.toMatchObject({ task: 'shell.run' });
    expect(brokenInvariants(rig.db)).toEqual([]);
  });

  test('what they answer is read back by another connection: the commit comes first', async () => {
    const [job] = await Promise.all([rig.add(), rig.add()]);
    expect(rig.db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(2);
    expect((await rig.backend.getJob(job.id)).state).toBe('executing');
  });

  test('one that may wait goes with the next transaction that somebody asks for, or by itself once its time is over', async () => {
    // What the start had to write.
    await rig.turn();
    const done: string[] = [];
    const write = (name: string, withinMs?: number) => rig.store.commit.write('must', () => done.push(name), undefined, withinMs);
    const first = write('may wait', 10);
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toEqual([]);
    await Promise.all([write('asks'), first]);
    expect(done).toEqual(['may wait', 'asks']);
    const second = write('waits in vain', 10);
    vi.advanceTimersByTime(10);
    await second;
    expect(done).toEqual(['may wait', 'asks', 'waits in vain']);
  });

  test('a mistake in one undoes them all and stops the engine', async () => {
    const mistake = rig.store.commit.write('may', () => {
      throw new TypeError('a mistake');
    });
    const neighbour = rig.add();
    await expect(mistake).rejects.toThrow('a mistake');
    await expect(neighbour).rejects.toThrow('a mistake');
    expect(rig.db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0);
    expect(rig.failures.splice(0)).toEqual([expect.objectContaining({ message: 'a mistake' })]);
  });
});

describe('on a full disk', () => {
  test('a submission is refused with storage-full, says when to come back, and leaves nothing', async () => {
    rig.diskFull(true);
    await expect(rig.add(bigSubmission)).rejects.toMatchObject({
      code: 'storage-full',
      status: 507,
      extras: { retryAfterMs: expect.any(Number) },
    });
    expect(rig.outOfSpace()).toBe(1);
    expect(rig.queue.health()).toMatchObject({ status: 'degraded', detail: expect.stringContaining('disk is full') });
    expect(rig.db.prepare('SELECT count(*) FROM jobs').pluck().get()).toBe(0);
    expect((await rig.backend.stats()).counts.executing).toBe(0);
    rig.diskFull(false);
    await rig.add();
    expect(rig.queue.health()).toEqual({ status: 'ok', detail: null });
  });

  test('places that a refused job was promised are free again', async () => {
    await rig.backend.makeQueue('narrow', { concurrency: 1 });
    for (let round = 0; round < 5; round++) {
      rig.diskFull(true);
      await expect(rig.add({ ...bigSubmission, queue: 'narrow' })).rejects.toMatchObject({ code: 'storage-full' });
      await expect(rig.addMany([bigSubmission, bigSubmission])).rejects.toMatchObject({ code: 'storage-full' });
      await expect(rig.submit({ task: 'shell.run', mode: 'sync', payload: { text: big } })).rejects.toMatchObject({ code: 'storage-full' });
      rig.diskFull(false);
    }
    const queued = await Promise.all([rig.add({ queue: 'narrow' }), rig.add()]);
    expect(queued.map(({ state }) => state)).toEqual(['executing', 'executing']);
    const sync = [1, 2].map(() => rig.submit({ task: 'shell.run', mode: 'sync' }));
    await rig.turn();
    expect(rig.lanes.runsOn('interactive')).toHaveLength(2);
    for (const run of [...rig.lanes.running.values()]) rig.lanes.end([{ run, result: { kind: 'succeeded', result: 'null' } }]);
    await Promise.all(sync);
    expect(brokenInvariants(rig.db)).toEqual([]);
    expect((await rig.backend.stats()).counts).toMatchObject({ completed: 4, executing: 0 });
  });

  test('the end of a job is kept until there is room, and the job is finished once', async () => {
    const { id } = await rig.add();
    rig.diskFull(true);
    rig.lanes.succeed(id, big);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    expect(rig.outOfSpace()).toBeGreaterThan(1);
    rig.diskFull(false);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'completed', result: big, attempt: 1 });
    expect(brokenInvariants(rig.db)).toEqual([]);
  });

  test('whoever waits for that end is answered when it is written', async () => {
    const started = rig.lanes.nextStart();
    const waiting = rig.submit({ task: 'shell.run', mode: 'sync' });
    const run = await started;
    await rig.turn();
    rig.diskFull(true);
    rig.lanes.succeed(run.jobId, big);
    await rig.turn();
    rig.diskFull(false);
    vi.advanceTimersByTime(1_000);
    await expect(waiting).resolves.toMatchObject({ status: 200, job: { result: big } });
  });

  /** Resumes the queue in a turn whose transaction is undone because of a neighbour, which leaves no place behind. */
  async function resumeInVain(): Promise<void> {
    await rig.backend.patchQueue('default', { paused: false });
    rig.diskFull(true);
    await expect(rig.add({ ...bigSubmission, runAt: new Date(Date.now() + 3_600_000).toISOString() })).rejects.toMatchObject({
      code: 'storage-full',
    });
    rig.diskFull(false);
  }

  test('a claim that was undone with its transaction is made again once there is room, though nobody asks', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add();
    await resumeInVain();
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('available');
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    expect(rig.lanes.started).toHaveLength(1);
  });

  test('so is putting aside a job whose task does not load', async () => {
    rig.writeTask('mine', { error: { name: 'SyntaxError', message: 'a comma is missing' } });
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add({ task: 'mine' });
    await resumeInVain();
    expect((await rig.backend.getJob(id)).error).toBeNull();
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'available', error: { message: 'a comma is missing' } });
  });

  test('also when the claim itself found no room, after it had emptied another line', async () => {
    const tasks = { small: 'a comma is missing', large: big };
    for (const [name, message] of Object.entries(tasks)) {
      rig.writeTask(name, { error: { name: 'SyntaxError', message } });
      await rig.backend.makeQueue(name, { paused: true });
      await rig.add({ task: name, queue: name });
    }
    await Promise.all(Object.keys(tasks).map((name) => rig.backend.patchQueue(name, { paused: false })));
    rig.diskFull(true);
    await rig.turn();
    const held = rig.db.prepare('SELECT task FROM held ORDER BY task').pluck();
    expect(held.all()).toEqual([]);
    rig.diskFull(false);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(held.all()).toEqual(['large', 'small']);
  });

  test('a job that is due then starts once there is room, though nobody asks', async () => {
    const { id } = await rig.add({ delayMs: 5_000 });
    rig.diskFull(true);
    const refused = rig.add(bigSubmission);
    vi.advanceTimersByTime(5_000);
    await expect(refused).rejects.toMatchObject({ code: 'storage-full' });
    rig.diskFull(false);
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('reads go on, and lines of a log that found no room leave a gap while its job goes on', async () => {
    const { id } = await rig.add();
    rig.lanes.log(id, 'before');
    await rig.turn();
    rig.diskFull(true);
    rig.lanes.log(id, big);
    await rig.turn();
    const page = { limit: 100, cursor: undefined, tail: undefined };
    expect((await rig.backend.readLogs(id, page)).lines.map(({ text }) => text)).toEqual(['before']);
    expect((await rig.backend.listJobs({ limit: 10, order: '-createdAt' })).jobs).toHaveLength(1);
    rig.diskFull(false);
    rig.lanes.log(id, 'after');
    rig.lanes.succeed(id);
    await rig.turn();
    expect((await rig.backend.readLogs(id, page)).lines.map(({ text }) => text)).toEqual(['before', 'after']);
  });
});
