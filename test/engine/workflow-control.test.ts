import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { fail, idOf, read, statesOf, submitWorkflow, succeed } from '../support/workflow-rig.ts';
import { brokenInvariants } from './invariants.ts';

let home: string;
let rig: QueueRig;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'switchyard-workflows-'));
  rig = await openQueueRig({ home });
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  expect(brokenInvariants(rig.db)).toEqual([]);
  await rig.dispose();
  rmSync(home, { recursive: true, force: true });
});

const chain = [{ name: 'a' }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: ['b'] }];
const parentsOf = (run: { parents?: string }) => (run.parents === undefined ? null : JSON.parse(run.parents).results);

describe('a workflow that is cancelled', () => {
  test('has told what runs to end, and answers once it has; what waits is cancelled at once', async () => {
    const workflow = await submitWorkflow(rig, [...chain, { name: 'other' }]);
    const [a, other] = [await idOf(rig, workflow, 'a'), await idOf(rig, workflow, 'other')];
    const cancelled = rig.backend.cancelWorkflow(workflow.id);
    for (const id of [a, other]) {
      expect(await rig.lanes.abortOf(id)).toBe('cancelled');
      rig.lanes.finish(id, { kind: 'aborted', reason: 'cancelled', error: null });
    }
    expect(await cancelled).toMatchObject({ state: 'cancelled', counts: { cancelled: 4 } });
    await expect(rig.backend.cancelWorkflow(workflow.id)).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('stays so when its engine goes down before what ran has ended', async () => {
    const workflow = await submitWorkflow(rig, chain);
    const asked = rig.backend.cancelWorkflow(workflow.id);
    asked.catch(() => {});
    await rig.lanes.abortOf(await idOf(rig, workflow, 'a'));
    await rig.crash();
    rig = await openQueueRig({ home });
    await rig.turn();
    expect(rig.lanes.started).toEqual([]);
    expect(await read(rig, workflow)).toMatchObject({ state: 'cancelled', counts: { cancelled: 3 } });
  });

  test('runs again when it is told to retry, one job or all', async () => {
    const workflow = await submitWorkflow(rig, [...chain, { name: 'delayed', delayMs: 60_000 }]);
    await succeed(rig, workflow, 'a');
    const cancelled = rig.backend.cancelWorkflow(workflow.id);
    await rig.lanes.abortOf(await idOf(rig, workflow, 'b'));
    rig.lanes.finish(await idOf(rig, workflow, 'b'), { kind: 'aborted', reason: 'cancelled', error: null });
    await cancelled;
    expect((await rig.backend.retryJob(await idOf(rig, workflow, 'c'))).state).toBe('blocked');
    expect((await rig.backend.retryJob(await idOf(rig, workflow, 'b'))).state).toBe('available');
    await rig.turn();
    await succeed(rig, workflow, 'b');
    await succeed(rig, workflow, 'c');
    expect(await statesOf(rig, workflow)).toEqual({ a: 'completed', b: 'completed', c: 'completed', delayed: 'cancelled' });
    expect((await read(rig, workflow)).state).toBe('cancelled');
    await rig.backend.retryWorkflow(workflow.id, {});
    await rig.turn();
    await succeed(rig, workflow, 'delayed');
    expect((await read(rig, workflow)).state).toBe('completed');
  });
});

describe('a retry', () => {
  test('renews what is dead or cancelled, and those that depend on each other wait again', async () => {
    const workflow = await submitWorkflow(rig, chain, { onFailure: 'cancel' });
    const before = await read(rig, workflow);
    await fail(rig, workflow, 'a');
    expect(await statesOf(rig, workflow)).toEqual({ a: 'dead', b: 'cancelled', c: 'cancelled' });
    expect(await rig.backend.retryWorkflow(workflow.id, {})).toMatchObject({ state: 'running', finishedAt: null });
    await rig.turn();
    expect(await statesOf(rig, workflow)).toEqual({ a: 'executing', b: 'blocked', c: 'blocked' });
    for (const name of ['a', 'b', 'c']) await succeed(rig, workflow, name);
    const after = await read(rig, workflow);
    expect(after.state).toBe('completed');
    expect(after.jobs.map(({ id }) => id)).toEqual(before.jobs.map(({ id }) => id));
    await expect(rig.backend.retryWorkflow(workflow.id, {})).rejects.toMatchObject({ code: 'wrong-state' });
  });

  test('of one job whose parent is still dead leaves it blocked, or cancels it again where the policy says so', async () => {
    const workflow = await submitWorkflow(rig, [
      { name: 'a' },
      { name: 'b', dependsOn: [{ job: 'a', onFailure: 'cancel' }] },
      { name: 'c', dependsOn: ['a'] },
    ]);
    await fail(rig, workflow, 'a');
    await rig.backend.cancelJob(await idOf(rig, workflow, 'c'));
    for (const name of ['b', 'c']) await rig.backend.retryJob(await idOf(rig, workflow, name));
    await rig.turn();
    expect(await statesOf(rig, workflow)).toEqual({ a: 'dead', b: 'cancelled', c: 'blocked' });
  });

  test('lets children that go on in any case wait for their parent again', async () => {
    const workflow = await submitWorkflow(rig, [
      { name: 'a' },
      { name: 'q' },
      { name: 'b', dependsOn: [{ job: 'a', onFailure: 'continue' }, 'q'] },
    ]);
    await fail(rig, workflow, 'a');
    await rig.backend.retryJob(await idOf(rig, workflow, 'a'));
    await rig.turn();
    await succeed(rig, workflow, 'q');
    expect(await statesOf(rig, workflow)).toMatchObject({ a: 'executing', b: 'blocked' });
    await succeed(rig, workflow, 'a', 'at last');
    expect(parentsOf(await succeed(rig, workflow, 'b'))).toEqual({ a: 'at last', q: null });
  });

  test('from a step makes new jobs of what has completed, and leaves the old ones as they ended', async () => {
    const workflow = await submitWorkflow(rig, [...chain, { name: 'other' }]);
    await succeed(rig, workflow, 'a', 'a1');
    await succeed(rig, workflow, 'b', 'b1');
    await fail(rig, workflow, 'c');
    await succeed(rig, workflow, 'other');
    const before = await read(rig, workflow);
    await rig.backend.retryWorkflow(workflow.id, { from: 'b' });
    await rig.turn();
    const after = await read(rig, workflow);
    expect(after.jobs.map(({ name, state }) => [name, state])).toEqual([
      ['a', 'completed'],
      ['b', 'executing'],
      ['c', 'blocked'],
      ['other', 'completed'],
    ]);
    expect(after.jobs.map(({ id }, index) => id === before.jobs[index]?.id)).toEqual([true, false, true, true]);
    const old = await rig.backend.getJob(before.jobs[1]?.id ?? '');
    expect(old).toMatchObject({ state: 'completed', result: 'b1', workflowId: null, attempt: 1 });
    expect(parentsOf(await succeed(rig, workflow, 'b', 'b2'))).toEqual({ a: 'a1' });
    expect(parentsOf(await succeed(rig, workflow, 'c'))).toEqual({ b: 'b2' });
    expect(await read(rig, workflow)).toMatchObject({ state: 'completed', counts: { completed: 4 } });
  });

  test('from a step is refused while something after it runs, where its own parent failed, and for a name that is not there', async () => {
    const workflow = await submitWorkflow(rig, chain);
    const refused = (from: string) => rig.backend.retryWorkflow(workflow.id, { from });
    await succeed(rig, workflow, 'a');
    await expect(refused('a')).rejects.toMatchObject({ code: 'wrong-state', message: expect.stringContaining('"b" is executing') });
    await fail(rig, workflow, 'b');
    await expect(refused('c')).rejects.toMatchObject({
      message: expect.stringContaining('waits for "b", which is dead; retry from there'),
    });
    await expect(refused('nobody')).rejects.toMatchObject({ code: 'invalid-request', extras: { errors: [{ path: '/from' }] } });
    await refused('b');
  });

  test('is refused as a whole when the unique key of one was taken meanwhile', async () => {
    const workflow = await submitWorkflow(rig, [{ name: 'a', unique: { key: 'k' } }, { name: 'b' }]);
    await fail(rig, workflow, 'a');
    await fail(rig, workflow, 'b');
    const holder = await rig.add({ task: 'http.request', unique: { key: 'k', scope: 'active' } });
    await expect(rig.backend.retryWorkflow(workflow.id, {})).rejects.toMatchObject({ message: expect.stringContaining(holder.id) });
    expect(await statesOf(rig, workflow)).toEqual({ a: 'dead', b: 'dead' });
  });

  test('from a step is refused while the time holds the key of a completed job', async () => {
    const workflow = await submitWorkflow(rig, [{ name: 'a', unique: { key: 'k', forMs: 3_600_000 } }]);
    await succeed(rig, workflow, 'a');
    await expect(rig.backend.retryWorkflow(workflow.id, { from: 'a' })).rejects.toMatchObject({ code: 'wrong-state' });
    expect(await statesOf(rig, workflow)).toEqual({ a: 'completed' });
  });
});

describe('a deletion', () => {
  test('takes a workflow that has ended and all of its jobs, and is refused before', async () => {
    const workflow = await submitWorkflow(rig, chain);
    await expect(rig.backend.deleteWorkflow(workflow.id)).rejects.toMatchObject({ code: 'wrong-state' });
    for (const name of ['a', 'b', 'c']) await succeed(rig, workflow, name);
    const ids = (await read(rig, workflow)).jobs.map(({ id }) => id);
    await rig.backend.deleteWorkflow(workflow.id);
    await expect(read(rig, workflow)).rejects.toMatchObject({ code: 'not-found' });
    for (const id of ids) await expect(rig.backend.getJob(id)).rejects.toMatchObject({ code: 'not-found' });
    expect(rig.db.prepare('SELECT count(*) FROM workflow_edges').pluck().get()).toBe(0);
  });

  test('of a single job that belongs to one is refused, alone and among many', async () => {
    const workflow = await submitWorkflow(rig, chain);
    await fail(rig, workflow, 'a');
    const id = await idOf(rig, workflow, 'a');
    await expect(rig.backend.deleteJob(id)).rejects.toMatchObject({ code: 'wrong-state', message: expect.stringContaining(workflow.id) });
    expect(await rig.backend.discard({ ids: [id] })).toMatchObject({ done: 0, failed: 1 });
  });
});

test('what an engine that went down had running is tried again, and its children wait for that', async () => {
  const workflow = await submitWorkflow(rig, [
    { name: 'a', retry: { maxAttempts: 3 } },
    { name: 'b', dependsOn: ['a'] },
  ]);
  await rig.crash();
  rig = await openQueueRig({ home });
  await rig.turn();
  expect(await statesOf(rig, workflow)).toEqual({ a: 'executing', b: 'blocked' });
  await succeed(rig, workflow, 'a', 'second time');
  await rig.crash();
  rig = await openQueueRig({ home });
  await rig.turn();
  expect(parentsOf(await succeed(rig, workflow, 'b'))).toEqual({ a: 'second time' });
  expect((await read(rig, workflow)).state).toBe('completed');
});
