import { describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../contract/events.ts';
import type { RunResult } from '../../engine/queue/lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { call, down, findDown, service, withCircuit } from './down-service.ts';
import { pass, restarted, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

const up: RunResult = { kind: 'succeeded', result: 'null' };
const count = (table: string) => rig.db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get();
const circuits = async () => (await rig.backend.listCircuits({ limit: 100, cursor: undefined })).circuits;
const typesOf = (events: EngineEvent[]) => events.map(({ type }) => type).filter((type) => type.startsWith('circuit.'));

async function endAll(result: RunResult): Promise<number> {
  const runs = [...rig.lanes.running.values()];
  rig.lanes.end(runs.map((run) => ({ run, result })));
  await rig.turn();
  return runs.length;
}

describe('a service that is down', () => {
  test('is called no more: ten thousand jobs wait for it without an attempt, each looked at once, and other services’ pass', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    expect(await circuits()).toMatchObject([
      { name: service, state: 'open', faults: 5, calls: 5, openings: 1, lastFault: { name: 'NetworkError' } },
    ]);
    const before = rig.lanes.started.length;
    for (let batch = 0; batch < 5; batch++) await rig.addMany(Array.from({ length: 2_000 }, () => call()));
    const other = await rig.add(call('https://other.example/'));
    for (let turns = 0; turns < 10; turns++) await rig.turn();
    expect(rig.lanes.started.slice(before).map(({ jobId }) => jobId)).toEqual([other.id]);
    expect([count('parked'), count('ready')]).toEqual([10_000, 0]);
    const total = () => rig.db.prepare<[], number>("SELECT count(*) FROM jobs WHERE attempt > 1 OR state = 'executing'").pluck().get();
    expect(total()).toBe(1);
    expect((await circuits())[0]?.waiting).toBe(1_000);
  });

  test('is tried by one job at a time, the first in line, which uses no attempt; when it answers the rest follow', async () => {
    rig = await openQueueRig(withCircuit);
    const events = rig.watch();
    await findDown(rig);
    const waiting = await rig.addMany(Array.from({ length: 4 }, () => call()));
    await pass(rig, 9_999);
    expect(rig.lanes.running.size).toBe(0);
    await pass(rig, 200);
    expect(rig.lanes.running.size).toBe(1);
    expect((await circuits())[0]).toMatchObject({ state: 'half-open' });
    const [probe] = [...rig.lanes.running.values()];
    await endAll(down);
    const tried = await rig.backend.getJob(probe?.jobId ?? '');
    expect(tried).toMatchObject({ state: 'available', error: { name: 'NetworkError' } });
    expect([probe?.jobId, tried.attempt, tried.maxAttempts]).toEqual([waiting[0], 1, 6]);
    await pass(rig, 20_200);
    expect([...rig.lanes.running.values()].map(({ jobId }) => jobId)).toEqual([probe?.jobId]);
    await endAll(up);
    expect((await circuits())[0]).toMatchObject({ state: 'closed', openedAt: null });
    expect(rig.lanes.running.size).toBe(8);
    await endAll(up);
    for (const id of waiting) expect((await rig.backend.getJob(id)).state).toBe('completed');
    expect(count('circuits')).toBe(0);
    expect(typesOf(events)).toEqual(['circuit.opened', 'circuit.half-opened', 'circuit.opened', 'circuit.half-opened', 'circuit.closed']);
  });

  test('costs no attempt to the jobs that were on their way when it was found out', async () => {
    rig = await openQueueRig(withCircuit);
    const ids = await rig.addMany(Array.from({ length: 50 }, () => call()));
    await rig.turn();
    expect(rig.lanes.running.size).toBe(50);
    await endAll(down);
    const jobs = await Promise.all(ids.map((id) => rig.backend.getJob(id)));
    expect(jobs.filter(({ state }) => state === 'retryable')).toHaveLength(5);
    const spared = jobs.filter(({ state }) => state === 'available');
    expect(spared).toHaveLength(45);
    for (const { attempt, maxAttempts, error } of spared) expect([attempt, maxAttempts, error?.name]).toEqual([1, 6, 'NetworkError']);
    const { attempts } = await rig.backend.listAttempts(spared[0]?.id ?? '', { limit: 10, cursor: undefined });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['snoozed']);
  });

  test('is still known to be after a restart, and tried when it was to be', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    const waiting = await rig.add(call());
    await rig.turn();
    const [before] = await circuits();
    rig = await restarted(rig, withCircuit);
    expect((await circuits())[0]).toMatchObject({
      name: service,
      state: 'open',
      openedAt: before?.openedAt,
      probeAt: before?.probeAt,
      waiting: 1,
    });
    expect(rig.lanes.running.size).toBe(0);
    await pass(rig, 10_200);
    expect(rig.lanes.running.size).toBe(1);
    rig = await restarted(rig, withCircuit);
    expect(rig.lanes.running.size, 'the job that was trying it tries again').toBe(1);
    await endAll(up);
    await endAll(up);
    await pass(rig, 10_000);
    await endAll(up);
    expect((await rig.backend.getJob(waiting.id)).state).toBe('completed');
    expect(count('circuits')).toBe(0);
  });

  test('lets another job try when the one that did says nothing of it, or does not come back', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    await rig.addMany([call(), call(), call()]);
    await pass(rig, 10_200);
    const [first] = [...rig.lanes.running.values()];
    rig.lanes.finish(first?.jobId ?? '', { kind: 'snoozed', ms: 3_600_000 });
    await rig.turn();
    const [second] = [...rig.lanes.running.values()];
    expect(rig.lanes.running.size).toBe(1);
    expect(second?.jobId).not.toBe(first?.jobId);
    await pass(rig, 60_200);
    expect(rig.lanes.running.size).toBe(2);
    await rig.backend.deleteJob((await rig.add(call())).id);
    await endAll(up);
    expect((await circuits())[0]?.state).toBe('closed');
  });

  test('refuses a sync call with the time to come back, and one of another service not', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    const refused = rig.submit({ ...call(), mode: 'sync' });
    await expect(refused).rejects.toMatchObject({ code: 'circuit-open', status: 503, extras: { retryAfterMs: 10_000 } });
    const answer = rig.submit({ ...call('https://other.example'), mode: 'sync' });
    await rig.lanes.nextStart();
    await endAll(up);
    expect((await answer).status).toBe(200);
    await pass(rig, 10_200);
    await endAll(up);
  });

  test('is not waited for by a caller who left the choice to the engine', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    const { status, job } = await rig.submit({ ...call(), mode: 'auto' });
    expect({ status, decision: job.decision }).toMatchObject({ status: 202, decision: { mode: 'async', waitMs: null } });
    expect(job.decision?.reason).toContain(`${service} failed too often of late`);
    await rig.backend.cancelJob(job.id);
  });

  test('is called again at once when a person says so', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    await rig.addMany([call(), call()]);
    await rig.turn();
    expect(await rig.backend.resetCircuit(service)).toMatchObject({ state: 'closed', faults: 0 });
    await rig.turn();
    expect(rig.lanes.running.size).toBe(2);
    expect(count('circuits')).toBe(0);
    await expect(rig.backend.resetCircuit('https://unknown.example')).rejects.toMatchObject({ code: 'not-found' });
  });

  test('does not keep a job that is moved to another address, cancelled or past its deadline', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig);
    const [moved = '', cancelled = '', late = ''] = await rig.addMany([call(), call(), { ...call(), deadlineMs: 5_000 }]);
    await rig.turn();
    expect(count('parked')).toBe(3);
    expect(await rig.backend.patchJob(moved, { payload: { url: 'https://other.example' } })).toMatchObject({
      circuit: 'https://other.example',
    });
    await rig.backend.cancelJob(cancelled);
    await pass(rig, 5_100);
    expect((await rig.backend.getJob(late)).state).toBe('dead');
    rig.lanes.succeed(moved);
    await rig.turn();
    // The five that found it out, whose next attempts are due by now.
    expect(count('parked')).toBe(5);
  });
});

describe('a job whose service is down', () => {
  const keyed = (url: string) => ({ ...call(url), concurrencyKey: 'k' });
  const urls = () => rig.lanes.started.map(({ payloadJson }) => payloadJson.url);

  test('does not hold up those behind it that wait for the same key and call another', async () => {
    rig = await openQueueRig(withCircuit);
    const first = await rig.add(keyed('https://first.example'));
    await rig.addMany([...Array.from({ length: 700 }, () => keyed(`${service}/behind`)), keyed('https://last.example')]);
    await rig.turn();
    await findDown(rig, { retry: { maxAttempts: 1 } });
    rig.lanes.succeed(first.id);
    for (let turns = 0; turns < 4; turns++) await rig.turn();
    expect(urls().at(-1)).toBe('https://last.example');
    expect(rig.lanes.running.size).toBe(1);
  });

  test('and that may not try it, as its key is taken, lets another one try', async () => {
    rig = await openQueueRig(withCircuit);
    await findDown(rig, { retry: { maxAttempts: 1 } });
    await rig.add(keyed(`${service}/first`));
    await rig.turn();
    const holder = await rig.add(keyed('https://other.example'));
    await rig.add(call(`${service}/second`));
    await pass(rig, 10_200);
    expect(urls().slice(-2)).toEqual(['https://other.example', `${service}/second`]);
    rig.lanes.succeed(holder.id);
  });
});

test('a service that fails now and then, or whose jobs fail for reasons of their own, is called on', async () => {
  rig = await openQueueRig(withCircuit);
  const own: RunResult = { kind: 'failed-for-good', error: { name: 'Error', message: 'status 404' } };
  for (let n = 0; n < 40; n++) {
    await rig.add({ ...call(), retry: { maxAttempts: 1 } });
    await rig.turn();
    await endAll(n % 5 === 0 ? down : own);
  }
  expect(await circuits()).toMatchObject([{ state: 'closed', faults: 4, calls: 20 }]);
  expect(rig.lanes.started).toHaveLength(40);
});

test('a circuit that nobody used for a day is forgotten, and what waits for it runs', async () => {
  rig = await openQueueRig(withCircuit);
  await findDown(rig);
  await rig.backend.makeQueue('paused', { paused: false });
  const waiting = await rig.add({ ...call(), queue: 'paused' });
  await rig.turn();
  await rig.backend.patchQueue('paused', { paused: true });
  await pass(rig, 2_000);
  // The five of the beginning end, so that nothing but the paused queue is left.
  for (let n = 0; n < 5; n++) {
    const { jobs } = await rig.backend.listJobs({ limit: 10, order: 'createdAt', queue: ['default'], state: ['available', 'retryable'] });
    for (const { id } of jobs) await rig.backend.cancelJob(id);
  }
  await pass(rig, 90_000_000);
  await rig.turn();
  expect(await circuits()).toEqual([]);
  expect(count('circuits')).toBe(0);
  await rig.backend.patchQueue('paused', { paused: false });
  await rig.turn();
  rig.lanes.succeed(waiting.id);
});
