import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { JobError } from '../../contract/job.ts';
import type { Operation } from '../../contract/resources.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { restarted, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig, Date.UTC(2026, 0, 31));
beforeEach(async () => {
  rig = await openQueueRig({
    sizes: { io: 40 },
    tasks: {
      'http.request': { lane: 'io', input: { type: 'object', properties: { url: { type: 'string' } } }, retry: { maxAttempts: 1 } },
    },
  });
});

const causes: ((n: number) => JobError)[] = [
  (n) => ({ name: 'Error', message: `order-${n} was not found at https://shop.example.com/orders/${n}` }),
  (n) => ({ name: 'TypeError', message: `Cannot read properties of undefined (reading 'field${n}')` }),
  (n) => ({ name: 'Error', message: `connect ECONNREFUSED 10.0.${n % 250}.7:54${n % 90}`, code: 'ECONNREFUSED' }),
];

/** Jobs that died, each of the cause that its number says. */
async function dead(
  count: number,
  causeOf: (n: number) => JobError = (n) => causes[n % causes.length]?.(n) as JobError,
): Promise<string[]> {
  const submissions = Array.from({ length: count }, (_, n) => ({ task: 'http.request', payload: { url: `u${n}` }, tags: [`n${n}`] }));
  const ids = await rig.addMany(submissions);
  await endAll((id) => causeOf(ids.indexOf(id)));
  return ids;
}

/** Ends what runs and what starts then, until nothing runs any more. */
async function endAll(errorOf: (id: string) => JobError | null): Promise<void> {
  for (;;) {
    await rig.turn();
    const runs = [...rig.lanes.running.values()];
    if (runs.length === 0) return;
    rig.lanes.end(
      runs.map((run) => {
        const error = errorOf(run.jobId);
        return { run, result: error ? { kind: 'failed-for-good', error } : { kind: 'succeeded', result: 'null' } };
      }),
    );
  }
}

const groups = async () => (await rig.backend.listDeadGroups({ limit: 100, cursor: undefined })).groups;
const counts = async () => (await groups()).map(({ count }) => count);
const read = (operation: Operation) => rig.backend.getOperation(operation.id);
const page = { order: 'createdAt', limit: 500 } as const;

/** Until the operation has ended, letting time pass for it. */
async function ended(operation: Operation): Promise<Operation> {
  for (;;) {
    const now = await read(operation);
    if (now.state !== 'running') return now;
    vi.advanceTimersByTime(100);
    await rig.turn();
  }
}

describe('dead jobs', () => {
  test('are grouped by what they died of, whatever it was about, with when it was first and last seen', async () => {
    await dead(7);
    vi.advanceTimersByTime(60_000);
    await dead(2);
    const found = await groups();
    expect(found.map(({ count, sample }) => [count, sample.replace(/\d+/g, '#')])).toEqual(
      expect.arrayContaining([
        [4, 'Error: order-# was not found at https://shop.example.com/orders/#'],
        [3, "TypeError: Cannot read properties of undefined (reading 'field#')"],
        [2, 'Error: connect ECONNREFUSED #.#.#.#:#'],
      ]),
    );
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({ task: 'http.request', firstAt: '2026-01-31T00:00:00.000Z', lastAt: '2026-01-31T00:01:00.000Z' });
    expect(found[2]).toMatchObject({ firstAt: found[2]?.lastAt });
  });

  test('are counted in their group exactly, whichever way they leave it', async () => {
    const ids = await dead(30);
    expect(await counts()).toEqual([10, 10, 10]);
    await rig.backend.retryJob(ids[0] ?? '');
    await rig.backend.deleteJob(ids[3] ?? '');
    await ended(await rig.backend.redrive({ ids: [ids[6] ?? ''] }));
    await ended(await rig.backend.discard({ ids: [ids[9] ?? ''] }));
    expect(await counts()).toEqual([10, 10, 6]);
    await endAll(() => causes[0]?.(99) ?? null);
    expect(await counts()).toEqual([10, 10, 8]);
  });

  test('are listed by group, with the exact count', async () => {
    await dead(9);
    const [first] = await groups();
    const list = await rig.backend.listDead({ ...page, fingerprint: first?.fingerprint });
    expect(list).toMatchObject({ total: 3, exact: true, next: null });
    expect(list.jobs.map(({ fingerprint }) => fingerprint)).toEqual(Array(3).fill(first?.fingerprint));
    expect(await rig.backend.listDead({ ...page, fingerprint: first?.fingerprint, tag: ['n0', 'n1', 'n2'] })).toMatchObject({ total: 1 });
    const plan = rig.db
      .prepare<[], { detail: string }>(
        "EXPLAIN QUERY PLAN SELECT seq FROM jobs WHERE seq BETWEEN 1 AND 9 AND fingerprint = 'x' ORDER BY seq",
      )
      .all();
    expect(plan[0]?.detail).toContain('jobs_by_fingerprint');
  });

  test('of many causes come in pages, the largest group first and each group once', async () => {
    const words = ['alpha', 'beta', 'gamma', 'delta', 'epsilon', 'zeta', 'eta'];
    await dead(24, (n) => ({ name: 'Error', message: `${words[n % 10 < 4 ? 0 : n % 7]} broke` }));
    const all = await groups();
    const seen = [];
    let cursor: string | undefined;
    do {
      const { groups: some, next } = await rig.backend.listDeadGroups({ limit: 2, cursor });
      seen.push(...some);
      cursor = next ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toEqual(all);
    expect(all.map(({ count }) => count)).toEqual(all.map(({ count }) => count).sort((a, b) => b - a));
    await expect(rig.backend.listDeadGroups({ limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid-request' });
  });

  test('that come back to an emptied group belong to it since it was first seen', async () => {
    const ids = await dead(1);
    await ended(await rig.backend.redrive({ ids }));
    expect(await groups()).toEqual([]);
    vi.advanceTimersByTime(5_000);
    await endAll(() => causes[0]?.(1) ?? null);
    expect(await groups()).toMatchObject([{ count: 1, firstAt: '2026-01-31T00:00:00.000Z', lastAt: '2026-01-31T00:00:05.000Z' }]);
  });
});

describe('a redrive', () => {
  test('of a group runs just its jobs again, and those that fail again are dead with both histories', async () => {
    await dead(9);
    const [group] = await groups();
    const operation = await rig.backend.redrive({ fingerprint: group?.fingerprint });
    expect(operation).toMatchObject({ action: 'redrive', state: 'completed', matched: 3, done: 3, failed: 0 });
    expect(await counts()).toEqual([3, 3]);
    vi.advanceTimersByTime(1_000);
    await endAll(() => ({ name: 'Error', message: 'something new' }));
    expect(await groups()).toHaveLength(3);
    const again = (await groups()).find(({ sample }) => sample.includes('something new'));
    const [job] = (await rig.backend.listDead({ ...page, fingerprint: again?.fingerprint })).jobs;
    const { attempts } = await rig.backend.listAttempts(job?.id ?? '', { limit: 10, cursor: undefined });
    expect(attempts.map(({ attempt, outcome, error }) => [attempt, outcome, error?.message === 'something new'])).toEqual([
      [1, 'failed', false],
      [2, 'failed', true],
    ]);
  });

  test('of a filter takes what is dead and matches, and nothing else', async () => {
    await dead(6);
    await rig.backend.patchQueue('default', { paused: true });
    await rig.add({ task: 'http.request', payload: { url: 'u1' }, tags: ['n1'] });
    const operation = await rig.backend.redrive({ filter: { tag: ['n1', 'n2', 'n99'] } });
    expect(await ended(operation)).toMatchObject({ matched: 2, done: 2 });
    expect(await rig.backend.redrive({ filter: { task: ['shell.run'] } })).toMatchObject({ state: 'completed', matched: 0 });
  });

  test('of a group that there is not is not found', async () => {
    await expect(rig.backend.redrive({ fingerprint: '0123456789abcdef' })).rejects.toMatchObject({ code: 'not-found' });
  });

  test('with a patch changes the payloads, and keeps and shows the first ones', async () => {
    const [id = ''] = await dead(1);
    const patch = [
      { op: 'test' as const, path: '/url', value: 'u0' },
      { op: 'replace' as const, path: '/url', value: 'mended' },
      { op: 'add' as const, path: '/retries', value: 2 },
    ];
    await ended(await rig.backend.redrive({ ids: [id], patch }));
    expect(await rig.backend.getJob(id)).toMatchObject({ payload: { url: 'mended', retries: 2 }, firstPayload: { url: 'u0' } });
    expect(rig.lanes.runOf(id).payloadJson).toEqual({ url: 'mended', retries: 2 });
    await endAll(() => causes[0]?.(1) ?? null);
    await ended(await rig.backend.redrive({ ids: [id], patch: [{ op: 'replace', path: '/url', value: 'again' }] }));
    expect(await rig.backend.getJob(id)).toMatchObject({ payload: { url: 'again' }, firstPayload: { url: 'u0' } });
    await endAll(() => null);
  });

  test('leaves a job dead whose payload the patch does not fit, or that would not fit its task then, and says why', async () => {
    const ids = await dead(3);
    const misfit = await rig.backend.redrive({ ids, patch: [{ op: 'replace', path: '/url', value: 7 }] });
    expect(misfit).toMatchObject({
      done: 0,
      failed: 3,
      failures: [{ reason: expect.stringContaining('/payload/url must be a string'), count: 3 }],
    });
    const tested = await rig.backend.redrive({ ids, patch: [{ op: 'test', path: '/url', value: 'u1' }] });
    expect(tested).toMatchObject({ state: 'completed', done: 1, failed: 2, reason: expect.stringContaining('the value is another (2)') });
    expect(await rig.backend.getJob(ids[1] ?? '')).toMatchObject({ firstPayload: null, payload: { url: 'u1' } });
    const gone = await rig.backend.redrive({ ids, patch: [{ op: 'remove', path: '/nowhere' }] });
    expect(gone).toMatchObject({ done: 0, failed: 3 });
    await endAll(() => null);
  });

  test('lets its canaries go first, and the rest once they have ended well', async () => {
    await dead(30);
    const [group] = await groups();
    const operation = await rig.backend.redrive({ fingerprint: group?.fingerprint, canary: 3 });
    expect(operation).toMatchObject({
      state: 'running',
      matched: 10,
      done: 3,
      reason: expect.stringContaining('3 jobs that went ahead as canaries'),
    });
    await rig.turn();
    expect(rig.lanes.running.size).toBe(3);
    const [first, second, third] = [...rig.lanes.running.values()].map(({ jobId }) => jobId);
    rig.lanes.succeed(first ?? '');
    rig.lanes.succeed(second ?? '');
    await rig.turn();
    expect(await read(operation)).toMatchObject({ state: 'running', done: 3 });
    rig.lanes.succeed(third ?? '');
    expect(await ended(operation)).toMatchObject({ state: 'completed', done: 10, failed: 0 });
    await endAll(() => null);
  });

  test('stops by itself when a canary dies of the same cause again, and leaves the rest dead', async () => {
    await dead(30);
    const [group] = await groups();
    const operation = await rig.backend.redrive({ fingerprint: group?.fingerprint, canary: 2 });
    const [first] = [...rig.lanes.running.values()].map(({ jobId }) => jobId);
    const died = await rig.backend.listAttempts(first ?? '', { limit: 1, cursor: undefined });
    rig.lanes.finish(first ?? '', { kind: 'failed-for-good', error: died.attempts[0]?.error as JobError });
    const stopped = await ended(operation);
    expect(stopped).toMatchObject({ state: 'stopped', done: 2, reason: expect.stringContaining(`canary ${first} died of the same cause`) });
    await endAll(() => null);
    expect(await counts()).toEqual([10, 10, 9]);
    await expect(rig.backend.stopOperation(operation.id)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('goes on when a canary dies of another cause', async () => {
    const ids = await dead(5, () => ({ name: 'Error', message: 'the same' }));
    const operation = await rig.backend.redrive({ ids, canary: 1 });
    rig.lanes.finish(ids[0] ?? '', { kind: 'failed-for-good', error: { name: 'Error', message: 'something else' } });
    expect(await ended(operation)).toMatchObject({ state: 'completed', done: 5 });
    await endAll(() => null);
  });

  test('keeps to its rate in every second', async () => {
    const ids = await dead(60);
    await rig.backend.patchQueue('default', { paused: true });
    const available = rig.watch();
    const operation = await rig.backend.redrive({ ids, ratePerSecond: 25 });
    await ended(operation);
    const times = available.filter(({ type }) => type === 'job.available').map(({ at }) => Date.parse(at));
    expect(times).toHaveLength(60);
    for (const from of times) expect(times.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(25);
    await rig.backend.patchQueue('default', { paused: false });
    await endAll(() => null);
  });

  test('that is stopped leaves what it has not come to', async () => {
    const ids = await dead(20);
    const operation = await rig.backend.redrive({ ids, ratePerSecond: 1 });
    expect(await rig.backend.stopOperation(operation.id)).toMatchObject({ state: 'stopped', done: 1, reason: 'Stopped on request.' });
    vi.advanceTimersByTime(60_000);
    await rig.turn();
    expect(await read(operation)).toMatchObject({ state: 'stopped', done: 1 });
    await endAll(() => null);
    await expect(rig.backend.stopOperation('none')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('is done once also when two ask for the same at once', async () => {
    const ids = await dead(600, () => ({ name: 'Error', message: 'the same' }));
    const both = await Promise.all([rig.backend.redrive({ ids }), rig.backend.redrive({ ids })]);
    const [one, two] = [await ended(both[0]), await ended(both[1])];
    expect(one.done + two.done).toBe(600);
    expect(one.failed + two.failed).toBe(600);
    await endAll(() => null);
  });
});

describe('after the engine was killed', () => {
  test('a redrive goes on where it was, and no job is met twice', async () => {
    const ids = await dead(2_000, () => ({ name: 'Error', message: 'the same' }));
    await rig.backend.patchQueue('default', { paused: true });
    const operation = await rig.backend.redrive({ ids });
    const before = await read(operation);
    expect(before.state).toBe('running');
    rig = await restarted(rig, { sizes: { io: 40 } });
    expect(await ended(operation)).toMatchObject({ state: 'completed', matched: 2_000, done: 2_000, failed: 0 });
    await rig.backend.patchQueue('default', { paused: false });
    await endAll(() => null);
    expect((await rig.backend.stats()).counts).toMatchObject({ completed: 2_000, dead: 0 });
    expect(rig.db.prepare('SELECT max(attempt) FROM jobs').pluck().get()).toBe(2);
  });

  test('canaries are still waited for, and stop the rest if they die of the same again', async () => {
    const ids = await dead(50, () => ({ name: 'Error', message: 'the same' }));
    const operation = await rig.backend.redrive({ ids, canary: 2 });
    rig = await restarted(rig, { sizes: { io: 40 } });
    expect(await read(operation)).toMatchObject({ state: 'running', done: 2 });
    await endAll(() => ({ name: 'Error', message: 'the same' }));
    expect(await ended(operation)).toMatchObject({ state: 'stopped', done: 2 });
    expect(await counts()).toEqual([50]);
  });

  test('running jobs that were told to end are cancelled rather than run again', async () => {
    const ids = await rig.addMany(Array.from({ length: 5 }, () => ({ task: 'http.request' })));
    await rig.turn();
    const operation = await rig.backend.actOnJobs({ action: 'cancel', ids });
    expect(await read(operation)).toMatchObject({ state: 'running', done: 0, reason: expect.stringContaining('5 jobs that ran') });
    rig = await restarted(rig, { sizes: { io: 40 } });
    expect(await ended(operation)).toMatchObject({ state: 'completed', done: 5 });
    expect(rig.lanes.started).toEqual([]);
  });
});

describe('an action on everything that a filter matches', () => {
  test('a running job that is named twice is cancelled once, and the operation ends', async () => {
    const { id } = await rig.add();
    const operation = await rig.backend.actOnJobs({ action: 'cancel', ids: [id, id] });
    rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
    expect(await ended(operation)).toMatchObject({
      state: 'completed',
      matched: 2,
      done: 1,
      failed: 1,
      reason: expect.stringContaining('named twice'),
    });
  });

  test('cancels what waits at once and what runs by its signal, and counts as failed what ended before it', async () => {
    await rig.backend.makeQueue('slow', { concurrency: 2 });
    const ids = await rig.addMany(Array.from({ length: 700 }, () => ({ task: 'http.request', queue: 'slow' })));
    await rig.turn();
    const operation = await rig.backend.actOnJobs({ action: 'cancel', filter: { queue: ['slow'] } });
    expect(operation.matched).toBe(700);
    await Promise.all(ids.slice(0, 2).map((id) => rig.lanes.abortOf(id)));
    rig.lanes.finish(ids[0] ?? '', { kind: 'aborted', reason: 'cancelled', error: null });
    rig.lanes.succeed(ids[1] ?? '');
    expect(await ended(operation)).toMatchObject({
      ...{ action: 'cancel', state: 'completed', done: 699, failed: 1 },
      failures: [{ reason: 'ended before the signal reached it', count: 1 }],
    });
    expect((await rig.backend.stats()).queues.slow).toMatchObject({ cancelled: 699, completed: 1 });
  });

  test('is about what matched when it was asked: what has changed its state by then is left alone', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const ids = await rig.addMany(Array.from({ length: 1_500 }, () => ({ task: 'http.request', delayMs: 60_000 })));
    const operation = await rig.backend.actOnJobs({ action: 'cancel', filter: { state: ['scheduled'] } });
    const late = rig.add({ delayMs: 60_000 });
    const early = rig.backend.runJobNow(ids[1_499] ?? '');
    expect(await ended(operation)).toMatchObject({
      matched: 1_500,
      done: 1_499,
      failed: 1,
      failures: [{ reason: 'waiting in line', count: 1 }],
    });
    expect((await early).state).toBe('available');
    expect((await rig.backend.getJob((await late).id)).state).toBe('scheduled');
  });

  test('retries what is dead or cancelled, makes due what is for later, and deletes what does not run', async () => {
    const ids = await dead(4);
    await ended(await rig.backend.actOnJobs({ action: 'retry', filter: { state: ['dead'] } }));
    await endAll(() => null);
    expect(await counts()).toEqual([]);
    await rig.backend.patchQueue('default', { paused: true });
    const later = await rig.add({ delayMs: 60_000 });
    expect(await ended(await rig.backend.actOnJobs({ action: 'run-now', filter: {} }))).toMatchObject({
      ...{ matched: 5, done: 1, failed: 4 },
      failures: [{ reason: 'completed', count: 4 }],
    });
    expect((await rig.backend.getJob(later.id)).state).toBe('available');
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    expect(await ended(await rig.backend.actOnJobs({ action: 'delete', filter: {} }))).toMatchObject({ done: ids.length, failed: 1 });
    rig.lanes.succeed(later.id);
    await rig.turn();
  });
});
