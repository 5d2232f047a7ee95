/** What happens to a job twice in one transaction, or in one that is undone. */

import { expect, test, vi } from 'vitest';
import { jobListSchema } from '../../contract/filter.ts';
import { scheduleSchema } from '../../contract/schedule.ts';
import type { RunResult } from '../../engine/queue/lanes.ts';
import { StorageError } from '../../engine/store/storage-error.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { fail, statesOf, submitWorkflow } from '../support/workflow-rig.ts';
import { call, findDown, withCircuit } from './down-service.ts';
import { pass, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
const crashed: RunResult = { kind: 'crashed', error: { name: 'ThreadDied', message: 'x' }, blame: 1 };

test('who waits for a job that dies in the transaction of its insert is told at once', async () => {
  rig = await openQueueRig({ sizes: { cpu: 1 } });
  await rig.add();
  await rig.turn();
  const answer = rig.submit({ task: 'shell.run', mode: 'async', deadlineMs: 5, waitMs: 60_000 });
  for (let n = 0; n < 2; n++) await Promise.resolve();
  vi.setSystemTime(Date.now() + 10);
  await rig.turn();
  expect((await rig.backend.listJobs(jobListSchema.parse({ state: 'dead' }))).total).toBe(1);
  expect(await answer).toMatchObject({ status: 200, job: { state: 'dead' } });
});

test('a schedule’s line goes on when its first job comes back and is past its retries in one transaction', async () => {
  rig = await openQueueRig({ sizes: { cpu: 4 } });
  const retry = { maxAttempts: 5, retryForMs: 15_000 };
  const { id } = await rig.backend.makeSchedule(scheduleSchema.parse({ task: 'shell.run', everyMs: 10_000, overlap: 'queue', retry }));
  for (let n = 0; n < 35; n++) await pass(rig, 1_000);
  const jobs = async () => (await rig.backend.listScheduleJobs(id, { limit: 100, cursor: undefined })).jobs.reverse();
  expect((await jobs()).map(({ state }) => state)).toEqual(['executing', 'blocked', 'blocked']);
  rig.lanes.finish((await jobs())[0]?.id ?? '', crashed);
  await pass(rig, 1_000);
  expect((await jobs()).map(({ state }) => state)).toEqual(['dead', 'executing', 'blocked']);
});

test('that a circuit is tried again is told once, also when that transaction was undone', async () => {
  rig = await openQueueRig(withCircuit);
  const events = rig.watch();
  await findDown(rig, { retry: { maxAttempts: 1 } });
  await rig.addMany(Array.from({ length: 3 }, () => call()));
  await rig.turn();
  const flush = rig.store.counters.flush.bind(rig.store.counters);
  let failures = 3;
  rig.store.counters.flush = () => {
    flush();
    if (failures-- > 0) throw new StorageError('full', 'The disk is full');
  };
  for (let n = 0; n < 40; n++) await pass(rig, 500);
  expect(failures).toBeLessThan(0);
  expect(events.filter(({ type }) => type === 'circuit.half-opened')).toHaveLength(1);
});

test('the deadline of a job that waits for others is kept, also when it was blocked anew', async () => {
  rig = await openQueueRig();
  const jobs = [{ name: 'first' }, { name: 'second', dependsOn: [{ job: 'first', onFailure: 'cancel' as const }], deadlineMs: 60_000 }];
  const [fresh, retried] = [await submitWorkflow(rig, jobs), await submitWorkflow(rig, jobs)];
  await fail(rig, retried, 'first');
  await rig.backend.retryWorkflow(retried.id, {});
  await rig.turn();
  for (let n = 0; n < 7; n++) await pass(rig, 10_000);
  for (const workflow of [fresh, retried]) expect(await statesOf(rig, workflow)).toEqual({ first: 'executing', second: 'dead' });
});
