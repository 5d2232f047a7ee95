import { expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { call, findDown, service, withCircuit } from './down-service.ts';
import { pass, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
const oneAtATime = { 'shell.run': { lane: 'cpu', concurrency: 1 } } as const;
const job = (label: string, more: object = {}) => ({ payload: { label }, ...more });

test('a task’s place goes to the next job when the one that was let in for it has to wait for its key', async () => {
  rig = await openQueueRig({ sizes: { cpu: 8 }, tasks: { 'shell.run': { lane: 'cpu', concurrency: 2 } } });
  const keyed = ['a', 'b', 'a', 'c'].map((concurrencyKey, n) => job(`${concurrencyKey}${n}`, { concurrencyKey }));
  const ids = await rig.addMany(keyed);
  await rig.turn();
  expect(rig.startedLabels()).toEqual(['a0', 'b1']);
  rig.lanes.succeed(ids[1] ?? '');
  await rig.turn();
  expect(rig.startedLabels()).toEqual(['a0', 'b1', 'c3']);
});

test.each([
  ['task', { tasks: oneAtATime }, {}],
  ['key', {}, { concurrencyKey: 'one' }],
])('queues that wait for the same %s take turns', async (_, options, more) => {
  rig = await openQueueRig({ sizes: { cpu: 8 }, ...options });
  for (const queue of ['a', 'b']) await rig.backend.makeQueue(queue, {});
  const jobsOf = (queue: string, count: number) => Array.from({ length: count }, (_, n) => job(`${queue}${n}`, { queue, ...more }));
  await rig.addMany([...jobsOf('a', 6), ...jobsOf('b', 2)]);
  await rig.runAll();
  expect(rig.startedLabels().indexOf('b1')).toBeLessThanOrEqual(4);
});

test('a queue that is always fed starves no other', async () => {
  rig = await openQueueRig({ sizes: { cpu: 8 }, tasks: oneAtATime });
  for (const queue of ['a', 'b']) await rig.backend.makeQueue(queue, {});
  await rig.addMany([job('a-first', { queue: 'a' }), job('a-second', { queue: 'a' }), job('b', { queue: 'b', priority: 100 })]);
  for (let n = 0; n < 5; n++) {
    await rig.add(job(`a${n}`, { queue: 'a', priority: -100 }));
    for (const run of [...rig.lanes.running.values()]) rig.lanes.succeed(run.jobId);
    await pass(rig, 60_000);
  }
  expect(rig.startedLabels()).toContain('b');
});

test('more jobs of a key start once the file says that they may', async () => {
  rig = await openQueueRig({ sizes: { cpu: 8 } });
  rig.writeTask('mine', { concurrencyPerKey: 1 });
  await rig.addMany([1, 2, 3].map((n) => ({ task: 'mine', ...job(`${n}`, { concurrencyKey: 'one' }) })));
  await rig.turn();
  expect(rig.lanes.running.size).toBe(1);
  rig.writeTask('mine', { concurrencyPerKey: 3, title: 'changed' });
  await rig.backend.getTask('mine');
  await rig.turn();
  expect(rig.lanes.running.size).toBe(3);
});

test('one transaction lets in as many as it can look at, however many queues wait', async () => {
  rig = await openQueueRig(withCircuit);
  await findDown(rig, { retry: { maxAttempts: 1 } });
  for (let n = 0; n < 20; n++) {
    await rig.backend.makeQueue(`q${n}`, { concurrency: 1 });
    await rig.addMany(Array.from({ length: 200 }, () => ({ ...call(), queue: `q${n}` })));
  }
  const parked = () => rig.db.prepare<[], number>('SELECT count(*) FROM parked').pluck().get() ?? 0;
  while (parked() < 4_000) await rig.turn();
  let before = parked();
  let most = 0;
  rig.store.commit.afterCommit(() => {
    most = Math.max(most, before - parked());
    before = parked();
  });
  await rig.backend.resetCircuit(service);
  for (let n = 0; n < 5; n++) await rig.turn();
  expect(most).toBeGreaterThan(0);
  expect(most).toBeLessThanOrEqual(2_048);
});
