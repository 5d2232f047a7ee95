import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ScheduleInput, scheduleSchema } from '../../contract/schedule.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { brokenInvariants } from './invariants.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const start = Date.UTC(2026, 0, 31, 9, 30);

let rig: QueueRig;
let home: string | null = null;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'], now: start });
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  expect(brokenInvariants(rig.db)).toEqual([]);
  await rig.dispose();
  if (home !== null) rmSync(home, { recursive: true, force: true });
  home = null;
  vi.useRealTimers();
});

/** With a home that outlives an engine. */
async function openHome(): Promise<void> {
  home ??= mkdtempSync(join(tmpdir(), 'switchyard-schedules-'));
  rig = await openQueueRig({ home });
}

const make = (input: Partial<ScheduleInput>) =>
  rig.backend.makeSchedule(scheduleSchema.parse({ task: 'shell.run', ...(input.cron ? {} : { everyMs: minute }), ...input }));

/** Time passes as it does for a running engine: in steps, each with its turn. */
async function pass(ms: number, step = second): Promise<void> {
  for (let passed = 0; passed < ms; passed += step) {
    vi.advanceTimersByTime(Math.min(step, ms - passed));
    await rig.turn();
  }
}

/** The clock moves at once, as it does for a machine that slept; then the engine looks at it again. */
async function jump(ms: number): Promise<void> {
  vi.setSystemTime(Date.now() + ms);
  await pass(10 * second);
}

/** The engine goes down; the next one starts after `ms` without any. */
async function goDown(how: 'crash' | 'stop', ms: number): Promise<void> {
  const at = Date.now();
  await rig[how]();
  vi.clearAllTimers();
  vi.setSystemTime(at + ms);
  await openHome();
  await pass(1);
}

async function jobsOf(id: string) {
  const { jobs } = await rig.backend.listScheduleJobs(id, { limit: 500, cursor: undefined });
  return jobs.reverse();
}
const slotsOf = async (id: string) => (await jobsOf(id)).map(({ slotAt }) => slotAt?.slice(11, 19));
const statesOf = async (id: string) => (await jobsOf(id)).map(({ state }) => state);
const endAll = () => rig.lanes.end([...rig.lanes.running.values()].map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));

describe('a schedule', () => {
  test('makes a job of its task at each of its slots, with what was asked for', async () => {
    rig = await openQueueRig();
    await rig.backend.makeQueue('night', {});
    const { id, nextRuns } = await make({
      ...{ cron: '*/2 * * * *', timeZone: 'UTC', payload: { a: 1 }, queue: 'night', priority: 7, tags: ['x'], timeoutMs: 9 },
      ...{ retry: { maxAttempts: 2 }, overlap: 'queue' },
    });
    expect(nextRuns).toEqual([2, 4, 6, 8, 10].map((m) => new Date(start + m * minute).toISOString()));
    await pass(5 * minute);
    expect(await slotsOf(id)).toEqual(['09:32:00', '09:34:00']);
    const [first] = await jobsOf(id);
    expect(first).toMatchObject({
      ...{ task: 'shell.run', queue: 'night', mode: 'async', priority: 7, tags: ['x'], timeoutMs: 9, maxAttempts: 2, payload: { a: 1 } },
      ...{ scheduleId: id, slotAt: '2026-01-31T09:32:00.000Z', runAt: '2026-01-31T09:32:00.000Z', state: 'executing' },
    });
    const schedule = await rig.backend.getSchedule(id);
    expect(schedule.lastRun).toMatchObject({ slotAt: '2026-01-31T09:34:00.000Z', state: 'blocked' });
    expect(schedule.nextRuns[0]).toBe('2026-01-31T09:36:00.000Z');
  });

  test('at an interval begins one interval after it was made', async () => {
    rig = await openQueueRig();
    const { id } = await make({ everyMs: 90 * second, overlap: 'queue' });
    await pass(4 * minute);
    expect(await slotsOf(id)).toEqual(['09:31:30', '09:33:00']);
  });

  test('that is paused makes nothing, and what passed meanwhile was not missed', async () => {
    rig = await openQueueRig();
    const { id } = await make({ missed: 'all', overlap: 'queue' });
    const paused = await rig.backend.patchSchedule(id, { paused: true });
    expect(paused).toMatchObject({ paused: true, nextRuns: { length: 5 } });
    await pass(5 * minute, 10 * second);
    expect(await jobsOf(id)).toEqual([]);
    await rig.backend.patchSchedule(id, { paused: false });
    await pass(minute);
    expect(await slotsOf(id)).toEqual(['09:36:00']);
  });

  test('that was changed goes by its new pattern from now on', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'queue' });
    const changed = await rig.backend.patchSchedule(id, { cron: '0 12 * * *', timeZone: 'America/New_York' });
    expect(changed).toMatchObject({ everyMs: null, cron: '0 12 * * *', nextRuns: { 0: '2026-01-31T17:00:00.000Z' } });
    await pass(2 * minute);
    expect(await jobsOf(id)).toEqual([]);
    expect(await rig.backend.patchSchedule(id, { everyMs: 5_000 })).toMatchObject({ everyMs: 5_000, cron: null });
  });

  test('that is deleted makes no more jobs; those that it made stay, and go on one after the other', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'queue' });
    await pass(2 * minute);
    const jobs = await jobsOf(id);
    await rig.backend.deleteSchedule(id);
    await pass(3 * minute);
    await expect(rig.backend.getSchedule(id)).rejects.toMatchObject({ code: 'not-found' });
    expect(rig.lanes.started).toHaveLength(1);
    endAll();
    await rig.turn();
    expect(rig.lanes.started.map(({ jobId }) => jobId)).toEqual(jobs.map((job) => job.id));
  });

  test('says what is wrong with it', async () => {
    rig = await openQueueRig({ tasks: { 'file.hash': { input: { type: 'object', required: ['paths'] } } } });
    await expect(make({ task: 'nothing' })).rejects.toMatchObject({ code: 'unknown-task' });
    await expect(make({ queue: 'nowhere' })).rejects.toMatchObject({ code: 'unknown-queue' });
    await expect(make({ task: 'file.hash' })).rejects.toMatchObject({ extras: { errors: [{ path: '/payload/paths' }] } });
    await expect(make({ cron: '61 * * * *' })).rejects.toMatchObject({ extras: { errors: [{ path: '/cron' }] } });
    await expect(make({ cron: '0 0 30 2 *' })).rejects.toMatchObject({ message: '/cron: never comes' });
    await expect(make({ timeZone: 'Mars/Olympus' })).rejects.toMatchObject({ extras: { errors: [{ path: '/timeZone' }] } });
    const { id } = await make({});
    await expect(rig.backend.patchSchedule(id, { everyMs: null })).rejects.toMatchObject({ extras: { errors: [{ path: '/everyMs' }] } });
    await expect(rig.backend.patchSchedule(id, { task: 'file.hash' })).rejects.toMatchObject({ code: 'invalid-request' });
    expect(await rig.backend.getSchedule(id)).toMatchObject({ task: 'shell.run', everyMs: minute });
  });

  test('leaves a slot out whose task is gone, and says so', async () => {
    rig = await openQueueRig();
    rig.writeTask('mine', {});
    const { id } = await make({ task: 'mine' });
    rmSync(join(rig.home, 'tasks', 'mine.js'));
    await pass(minute);
    expect(await rig.backend.getSchedule(id)).toMatchObject({
      ...{ lastRun: null, lastSkipped: { slotAt: '2026-01-31T09:31:00.000Z', reason: 'unknown-task' } },
    });
    rig.writeTask('mine', {});
    await pass(minute);
    expect(await slotsOf(id)).toEqual(['09:32:00']);
  });

  test('tells whoever watches', async () => {
    rig = await openQueueRig();
    const seen: string[] = [];
    rig.backend.subscribe({ kind: ['schedule'] }, null, (events) => seen.push(...events.map(({ event }) => event.type)));
    const { id } = await make({});
    await pass(2 * minute);
    await rig.backend.patchSchedule(id, { paused: true });
    await rig.backend.deleteSchedule(id);
    await rig.turn();
    expect(seen).toEqual(['schedule.created', 'schedule.ran', 'schedule.skipped', 'schedule.changed', 'schedule.deleted']);
  });

  test('is listed in the order of making, page by page, as are its jobs', async () => {
    rig = await openQueueRig();
    const names: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await make({ name, overlap: 'queue' });
      vi.advanceTimersByTime(1);
    }
    let cursor: string | undefined;
    do {
      const page = await rig.backend.listSchedules({ limit: 2, cursor });
      names.push(...page.schedules.map(({ name }) => name ?? ''));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
    await expect(rig.backend.listSchedules({ limit: 2, cursor: 'none of its' })).rejects.toThrow('"next" of an earlier page');

    await pass(5 * minute);
    const { schedules } = await rig.backend.listSchedules({ limit: 1, cursor: undefined });
    const id = schedules[0]?.id ?? '';
    await rig.backend.runSchedule(id);
    const found: (string | null)[] = [];
    do {
      const page = await rig.backend.listScheduleJobs(id, { limit: 2, cursor });
      found.push(...page.jobs.map(({ slotAt }) => slotAt?.slice(14, 16) ?? 'by hand'));
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    expect(found).toEqual(['by hand', '35', '34', '33', '32', '31']);
  });
});

describe('when a slot comes while the job before it is unfinished', () => {
  test('"skip" leaves it out and names the job', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'skip' });
    await pass(3 * minute);
    expect(await slotsOf(id)).toEqual(['09:31:00']);
    const [job] = await jobsOf(id);
    const { lastSkipped } = await rig.backend.getSchedule(id);
    expect(lastSkipped).toMatchObject({
      slotAt: '2026-01-31T09:33:00.000Z',
      reason: 'overlap',
      detail: expect.stringContaining(job?.id ?? '?'),
    });
    endAll();
    await pass(minute);
    expect(await slotsOf(id)).toEqual(['09:31:00', '09:34:00']);
  });

  test('"queue" lets one run after the other, however each ends', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'queue', retry: { maxAttempts: 1 } });
    await pass(5 * minute);
    const ids = (await jobsOf(id)).map((job) => job.id);
    expect(await statesOf(id)).toEqual(['executing', 'blocked', 'blocked', 'blocked', 'blocked']);
    rig.lanes.fail(ids[0] ?? '');
    await rig.turn();
    expect(await statesOf(id)).toEqual(['dead', 'executing', 'blocked', 'blocked', 'blocked']);
    await rig.backend.deleteJob(ids[2] ?? '');
    const cancelling = rig.backend.cancelJob(ids[1] ?? '');
    rig.lanes.finish(ids[1] ?? '', { kind: 'aborted', reason: 'cancelled', error: null });
    await cancelling;
    await rig.turn();
    expect(await statesOf(id)).toEqual(['dead', 'cancelled', 'executing', 'blocked']);
    rig.lanes.succeed(ids[3] ?? '');
    await rig.turn();
    expect(await statesOf(id)).toEqual(['dead', 'cancelled', 'completed', 'executing']);
  });

  test('"replace" tells the running one to end and starts when it has', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'replace' });
    await pass(minute);
    const [first] = await jobsOf(id);
    await pass(minute);
    expect(await rig.lanes.abortOf(first?.id ?? '')).toBe('cancelled');
    expect(await statesOf(id)).toEqual(['executing', 'blocked']);
    await pass(minute);
    expect(await statesOf(id)).toEqual(['executing', 'cancelled', 'blocked']);
    rig.lanes.finish(first?.id ?? '', { kind: 'aborted', reason: 'cancelled', error: null });
    await rig.turn();
    expect(await statesOf(id)).toEqual(['cancelled', 'cancelled', 'executing']);
  });

  test('"replace" takes the place of one that waits, or waits for its next attempt', async () => {
    rig = await openQueueRig();
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await make({ overlap: 'replace', retry: { maxAttempts: 3, baseMs: hour } });
    await pass(2 * minute);
    expect(await statesOf(id)).toEqual(['cancelled', 'available']);
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    rig.lanes.fail((await jobsOf(id))[1]?.id ?? '');
    await rig.turn();
    expect(await statesOf(id)).toEqual(['cancelled', 'retryable']);
    await pass(minute);
    expect(await statesOf(id)).toEqual(['cancelled', 'cancelled', 'executing']);
  });

  test('"replace" holds when the running one fails in the very turn in which it is told to end', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'replace', retry: { maxAttempts: 3, baseMs: hour } });
    await pass(minute);
    const [first] = await jobsOf(id);
    vi.advanceTimersByTime(minute);
    rig.lanes.fail(first?.id ?? '');
    await rig.turn();
    expect(await statesOf(id)).toEqual(['cancelled', 'executing']);
  });

  test('a line that is full takes no more', async () => {
    rig = await openQueueRig();
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await make({ everyMs: 100, overlap: 'queue', missed: 'all' });
    vi.advanceTimersByTime(99 * second);
    for (let turns = 0; turns < 10; turns++) await rig.turn();
    await pass(second, 100);
    expect((await rig.backend.stats()).counts).toMatchObject({ available: 1, blocked: 999 });
    await pass(second, 100);
    expect((await rig.backend.stats()).counts).toMatchObject({ available: 1, blocked: 999 });
    expect(await rig.backend.getSchedule(id)).toMatchObject({ lastSkipped: { reason: 'line-full' } });
  });
});

describe('a run by hand', () => {
  test('makes a job at once, of a paused schedule too, and moves no slot', async () => {
    rig = await openQueueRig();
    const { id, nextRuns } = await make({});
    const job = await rig.backend.runSchedule(id);
    expect(job).toMatchObject({ scheduleId: id, slotAt: null, state: 'available' });
    expect(await rig.backend.getSchedule(id)).toMatchObject({ nextRuns, lastRun: { jobId: job.id, slotAt: null } });
    rig.lanes.succeed(job.id);
    await rig.backend.patchSchedule(id, { paused: true });
    expect(await rig.backend.runSchedule(id)).toMatchObject({ scheduleId: id });
  });

  test('is held to the overlap rule', async () => {
    rig = await openQueueRig();
    const { id } = await make({ overlap: 'skip' });
    const job = await rig.backend.runSchedule(id);
    await expect(rig.backend.runSchedule(id)).rejects.toMatchObject({ code: 'wrong-state', extras: { jobId: job.id } });
    await rig.backend.patchSchedule(id, { overlap: 'queue' });
    expect(await rig.backend.runSchedule(id)).toMatchObject({ state: 'blocked' });
  });
});

describe('slots that passed while the machine slept, or that a clock set forward jumped over', () => {
  test.each([
    ['skip', []],
    ['once', ['10:00:00']],
    ['all', ['09:35:00', '09:40:00', '09:45:00', '09:50:00', '09:55:00', '10:00:00']],
  ] as const)('%s: %j', async (missed, slots) => {
    rig = await openQueueRig();
    const { id } = await make({ cron: '*/5 * * * *', timeZone: 'UTC', missed, overlap: 'skip' });
    await jump(31 * minute);
    expect(await slotsOf(id)).toEqual(slots);
    expect(rig.lanes.running.size, 'never two at once').toBe(Math.min(1, slots.length));
    while (rig.lanes.running.size > 0) {
      endAll();
      await rig.turn();
    }
    await pass(4 * minute);
    expect((await slotsOf(id)).at(-1)).toBe('10:05:00');
  });

  test('"all" and "replace" together run the newest only', async () => {
    rig = await openQueueRig();
    const { id } = await make({ missed: 'all', overlap: 'replace' });
    await jump(10 * minute + second);
    expect(await slotsOf(id)).toEqual(['09:40:00']);
  });

  test('a clock set back brings no slot twice', async () => {
    rig = await openQueueRig();
    const { id } = await make({ missed: 'all', overlap: 'queue' });
    await pass(3 * minute);
    await jump(-2 * minute);
    await pass(4 * minute);
    expect(await slotsOf(id)).toEqual(['09:31:00', '09:32:00', '09:33:00', '09:34:00', '09:35:00']);
  });

  test('a clock set back brings no slot twice, even when the schedule is paused and resumed then', async () => {
    rig = await openQueueRig();
    const { id } = await make({ cron: '* * * * *', overlap: 'queue' });
    await pass(3 * minute);
    vi.setSystemTime(start + minute);
    await rig.backend.patchSchedule(id, { paused: true });
    expect((await rig.backend.patchSchedule(id, { paused: false })).nextRuns[0]).toBe('2026-01-31T09:32:00.000Z');
    await pass(4 * minute);
    expect(await slotsOf(id)).toEqual(['09:31:00', '09:32:00', '09:33:00', '09:34:00', '09:35:00']);
  });
});

describe('over a weekend in which the clocks change', () => {
  test.each([
    ['02:30', 'Europe/Berlin', '2026-03-28T12:00:00Z', ['2026-03-29T01:00', '2026-03-30T00:30']],
    ['02:30', 'Europe/Berlin', '2026-10-24T12:00:00Z', ['2026-10-25T00:30', '2026-10-26T01:30']],
    ['02:30', 'America/New_York', '2026-03-07T12:00:00Z', ['2026-03-08T07:00', '2026-03-09T06:30']],
    ['01:30', 'America/New_York', '2026-10-31T12:00:00Z', ['2026-11-01T05:30', '2026-11-02T06:30']],
    ['02:15', 'Australia/Lord_Howe', '2026-10-03T12:00:00Z', ['2026-10-03T15:30', '2026-10-04T15:15']],
    ['01:45', 'Australia/Lord_Howe', '2026-04-04T12:00:00Z', ['2026-04-04T14:45', '2026-04-05T15:15']],
  ])('a job for %s in %s runs once a night (from %s)', async (time, timeZone, from, slots) => {
    vi.setSystemTime(Date.parse(from));
    rig = await openQueueRig();
    const [hours, minutes] = time.split(':');
    const { id } = await make({ cron: `0 ${minutes} ${hours} * * *`, timeZone });
    for (let passed = 0; passed < 46 * hour; passed += 10 * minute) {
      await pass(10 * minute, 10 * minute);
      endAll();
    }
    const jobs = await jobsOf(id);
    expect(jobs.map(({ slotAt }) => slotAt?.slice(0, 16))).toEqual(slots);
    for (const { createdAt, slotAt } of jobs) expect(Date.parse(createdAt)).toBeGreaterThanOrEqual(Date.parse(slotAt ?? ''));
  });
});

describe('an engine that went down', () => {
  test.each(['crash', 'stop'] as const)('(%s) has each slot made up for once, and none twice', async (how) => {
    await openHome();
    const { id } = await make({ missed: 'all', overlap: 'queue' });
    for (let life = 0; life < 4; life++) {
      await pass(90 * second);
      await goDown(how, 90 * second);
    }
    expect(await slotsOf(id)).toEqual(Array.from({ length: 12 }, (_, n) => new Date(start + (n + 1) * minute).toISOString().slice(11, 19)));
  });

  test('with "skip" leaves out what passed meanwhile, were it by a second', async () => {
    await openHome();
    const { id } = await make({ missed: 'skip' });
    await pass(59 * second);
    await goDown('crash', 2 * second);
    expect(await rig.backend.getSchedule(id)).toMatchObject({ lastRun: null, lastSkipped: { reason: 'missed' } });
    expect((await rig.backend.getSchedule(id)).nextRuns[0]).toBe('2026-01-31T09:32:00.000Z');
  });

  test('before it told the replaced job to end: the next one runs only the newer', async () => {
    await openHome();
    const { id } = await make({ overlap: 'replace' });
    await pass(2 * minute);
    expect(await statesOf(id)).toEqual(['executing', 'blocked']);
    await goDown('crash', second);
    expect(await statesOf(id)).toEqual(['cancelled', 'executing']);
  });

  test('lets the line go on where it stood', async () => {
    await openHome();
    const { id } = await make({ overlap: 'queue' });
    await pass(3 * minute);
    await goDown('crash', second);
    expect(await statesOf(id)).toEqual(['executing', 'blocked', 'blocked']);
    endAll();
    await rig.turn();
    expect(await statesOf(id)).toEqual(['completed', 'executing', 'blocked']);
  });
});

test('a full disk makes no slot lost: its job is made when there is room', async () => {
  rig = await openQueueRig();
  const { id } = await make({ missed: 'all', overlap: 'queue', payload: { text: 'x'.repeat(20_000) } });
  rig.diskFull(true);
  await pass(3 * minute);
  expect(await jobsOf(id)).toEqual([]);
  rig.diskFull(false);
  await pass(2 * second);
  expect(await slotsOf(id)).toEqual(['09:31:00', '09:32:00', '09:33:00']);
});

test('many schedules that are due at once are all dealt with, and the order of their slots is kept', async () => {
  rig = await openQueueRig();
  for (let n = 0; n < 250; n++) await make({ name: `n${n}` });
  await pass(minute);
  expect((await rig.backend.stats()).counts).toMatchObject({ executing: 2, available: 248 });
});

test('neither a claim nor a slot looks at all jobs or all schedules', async () => {
  rig = await openQueueRig();
  const plan = (sql: string) =>
    rig.db
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
      .all()
      .map(({ detail }) => detail)
      .join('; ');
  expect(plan('SELECT * FROM schedules WHERE next_at <= 1 ORDER BY next_at LIMIT 1')).toMatch(
    /^SEARCH schedules USING INDEX schedules_by_next/,
  );
  expect(plan("SELECT seq FROM jobs WHERE schedule_slot = 'x'")).toMatch(/SEARCH jobs USING COVERING INDEX jobs_by_schedule_slot/);
  expect(plan("SELECT seq FROM jobs WHERE schedule_slot >= 'x' AND schedule_slot < 'y' ORDER BY schedule_slot DESC LIMIT 1")).toMatch(
    /^SEARCH jobs USING COVERING INDEX jobs_by_schedule_slot \(schedule_slot>\? AND schedule_slot<\?\)$/,
  );
});
