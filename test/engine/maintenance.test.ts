import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Job } from '../../contract/job.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { fail, statesOf, submitWorkflow, succeed } from '../support/workflow-rig.ts';
import { underStillClock } from './still-clock.ts';

const day = 86_400_000;
const sweepMs = 60_000;

let rig: QueueRig;
underStillClock(() => rig, Date.UTC(2026, 0, 31, 12, 0, 0));
beforeEach(async () => {
  rig = await openQueueRig();
});

/** Time passes without the timers between being run one by one; then the next sweep comes. */
async function passDays(days: number): Promise<void> {
  await manyTurns();
  vi.setSystemTime(Date.now() + days * day);
  vi.advanceTimersByTime(sweepMs);
  await manyTurns();
}
/** A sweep is many small transactions, each in a turn of its own. */
async function manyTurns(): Promise<void> {
  for (let turns = 0; turns < 15; turns++) await rig.turn();
}
const isThere = ({ id }: Pick<Job, 'id'>) =>
  rig.backend.getJob(id).then(
    () => true,
    () => false,
  );

async function ended(state: 'completed' | 'dead' | 'cancelled'): Promise<Job> {
  const { id } = await rig.add(state === 'cancelled' ? { delayMs: 60_000 } : {});
  if (state === 'completed') rig.lanes.succeed(id);
  if (state === 'dead') rig.lanes.finish(id, { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } });
  if (state === 'cancelled') await rig.backend.cancelJob(id);
  await rig.turn();
  return rig.backend.getJob(id);
}

describe('jobs that have ended', () => {
  test('are kept for their time and then let go: completed and cancelled ones 7 days, dead ones 30', async () => {
    const jobs = [await ended('completed'), await ended('cancelled'), await ended('dead')];
    await passDays(6.9);
    expect(await Promise.all(jobs.map(isThere))).toEqual([true, true, true]);
    await passDays(0.2);
    expect(await Promise.all(jobs.map(isThere))).toEqual([false, false, true]);
    await passDays(22.8);
    expect(await isThere(jobs[2] as Job)).toBe(true);
    await passDays(0.2);
    expect(await isThere(jobs[2] as Job)).toBe(false);
  });

  test('go with their workflow, once it has ended for as long, even if they ended before: failed ones as dead jobs, with what is blocked', async () => {
    const chain = [{ name: 'a' }, { name: 'b', dependsOn: ['a'] }];
    const [completed, failed] = [await submitWorkflow(rig, chain), await submitWorkflow(rig, chain)];
    await succeed(rig, completed, 'a');
    await passDays(8);
    expect(await statesOf(rig, completed)).toEqual({ a: 'completed', b: 'executing' });
    await succeed(rig, completed, 'b');
    await fail(rig, failed, 'a');
    await passDays(6.9);
    expect(await Promise.all(completed.jobs.map(isThere))).toEqual([true, true]);
    await passDays(0.2);
    expect(await Promise.all([...completed.jobs, ...failed.jobs].map(isThere))).toEqual([false, false, true, true]);
    await expect(rig.backend.getWorkflow(completed.id)).rejects.toMatchObject({ code: 'not-found' });
    await passDays(23);
    expect(await Promise.all(failed.jobs.map(isThere))).toEqual([false, false]);
  });

  test('are counted from their end, and those that have not ended are kept', async () => {
    const running = await rig.add();
    const later = await rig.add({ delayMs: 300 * day });
    await passDays(100);
    rig.lanes.succeed(running.id);
    await rig.turn();
    await passDays(6);
    expect([await isThere(running), await isThere(later)]).toEqual([true, true]);
  });

  test('are let go though there are more than one transaction takes, and with them what is told to those who watch', async () => {
    await rig.addMany(Array.from({ length: 1_300 }, () => ({ task: 'http.request' })));
    await rig.turn();
    rig.lanes.end([...rig.lanes.running.values()].map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
    await rig.turn();
    const seen = rig.watch();
    await passDays(8);
    expect((await rig.backend.stats()).counts.completed).toBe(0);
    expect(seen.filter(({ type }) => type === 'job.deleted')).toHaveLength(1_300);
  });

  test('that are retried in the very turn of the sweep live on', async () => {
    const dead = await ended('dead');
    vi.setSystemTime(Date.now() + 31 * day);
    const retried = rig.backend.retryJob(dead.id);
    vi.advanceTimersByTime(sweepMs);
    expect((await retried).state).toBe('available');
    await rig.turn();
    expect(await rig.backend.getJob(dead.id)).toMatchObject({ state: 'executing' });
  });

  test('free their idempotency keys, as time does', async () => {
    const idempotency = { key: 'k', bodyHash: 'h' };
    await rig.submit({ task: 'shell.run', mode: 'async' }, { idempotency });
    await passDays(1);
    expect(rig.db.prepare('SELECT count(*) FROM idempotency_keys').pluck().get()).toBe(0);
  });
});

describe('figures over time', () => {
  test('show what was submitted, ended and failed, and how long it took', async () => {
    const from = Date.now();
    const ids = await rig.addMany([{}, {}, { task: 'http.request', retry: { maxAttempts: 1 } }]);
    vi.advanceTimersByTime(2_000);
    rig.lanes.succeed(ids[0] ?? '', null, 100);
    rig.lanes.succeed(ids[1] ?? '', null, 100);
    rig.lanes.fail(ids[2] ?? '');
    await rig.turn();
    const { points, stepMs } = await rig.backend.series({ from, to: from + 4_000, stepMs: 1_000 });
    expect(stepMs).toBe(1_000);
    expect(points.map(({ submitted, completed, failed, dead }) => [submitted, completed, failed, dead])).toEqual([
      [3, 0, 0, 0],
      [0, 0, 0, 0],
      [0, 2, 1, 1],
      [0, 0, 0, 0],
    ]);
    expect(points[2]?.runP50Ms).toBeCloseTo(100, -1);
    expect(points[3]).toMatchObject({ runP50Ms: null, waitP99Ms: null });
  });

  test('of hours ago are kept by the minute, over a restart too', async () => {
    const from = Date.now();
    await rig.add();
    vi.advanceTimersByTime(30_000);
    await rig.turn();
    await rig.stop();
    vi.setSystemTime(from + 3 * 3_600_000);
    rig = await openQueueRig({ home: rig.home });
    const { points, stepMs } = await rig.backend.series({ from, to: from + 120_000, stepMs: undefined });
    expect(stepMs).toBe(60_000);
    expect(points.map(({ submitted }) => submitted)).toEqual([1, 0]);
  });

  test('are never more points than can be drawn, whatever is asked', async () => {
    const to = Date.now();
    for (const stepMs of [1_000, 60_000, undefined]) {
      const { points } = await rig.backend.series({ from: to - 365 * day, to, stepMs });
      expect(points.length).toBeLessThanOrEqual(2_001);
    }
  });

  test('of the moment are exact, by state, queue and task', async () => {
    await rig.backend.makeQueue('mail', {});
    await rig.addMany([{ queue: 'mail' }, { queue: 'mail', delayMs: 9_000 }, { task: 'http.request' }]);
    const { counts, queues, tasks } = await rig.backend.stats();
    expect(counts).toMatchObject({ executing: 2, scheduled: 1 });
    expect(queues).toMatchObject({ mail: { executing: 1, scheduled: 1 }, default: { executing: 1 } });
    expect(tasks).toMatchObject({ 'shell.run': { executing: 1, scheduled: 1 }, 'http.request': { executing: 1 } });
  });

  test('of a task tell how long its runs take and how many fail', async () => {
    for (let run = 0; run < 10; run++) {
      const { id } = await rig.add({ retry: { maxAttempts: 1 } });
      if (run < 2) rig.lanes.fail(id);
      else rig.lanes.succeed(id, null, 50);
      await rig.turn();
    }
    expect((await rig.backend.getTask('shell.run')).stats).toMatchObject({ samples: 8, failureRate: 0.2, p50Ms: expect.closeTo(50, -0.5) });
  });

  test('do not count what was cancelled or given back as a run', async () => {
    const { id } = await rig.add();
    const cancelled = rig.backend.cancelJob(id);
    rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
    await cancelled;
    const given = await rig.add();
    rig.lanes.finish(given.id, { kind: 'interrupted' });
    await rig.turn();
    expect((await rig.backend.getTask('shell.run')).stats).toMatchObject({ samples: 0, failureRate: null });
  });

  test('go out each second to those who watch, and the next in line is known to have waited', async () => {
    const seen: string[] = [];
    rig.backend.subscribe({ kind: ['stats', 'workers'] }, null, (events) => seen.push(...events.map(({ event }) => event.type)));
    await rig.backend.patchQueue('default', { paused: true });
    await rig.add();
    vi.advanceTimersByTime(2_000);
    await rig.turn();
    expect(seen).toEqual(['stats', 'workers', 'stats', 'workers']);
    expect((await rig.backend.getQueue('default')).oldestAvailableMs).toBe(2_000);
  });

  test('are not written by an engine that does nothing', async () => {
    await passDays(0.5);
    const before = rig.db.pragma('data_version', { simple: true });
    vi.advanceTimersByTime(120_000);
    await rig.turn();
    expect(rig.db.pragma('data_version', { simple: true })).toBe(before);
  });

  test('of a minute are written once more after its last job, and then no more', async () => {
    rig.lanes.succeed((await rig.add()).id);
    await rig.turn();
    const version = () => rig.db.pragma('data_version', { simple: true });
    const before = version();
    vi.advanceTimersByTime(15_000);
    await rig.turn();
    const written = version();
    expect(written).not.toBe(before);
    for (let saves = 0; saves < 6; saves++) {
      vi.advanceTimersByTime(15_000);
      await manyTurns();
    }
    expect(version()).toBe(written);
  });
});
