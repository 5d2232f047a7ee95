import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { EngineEvent } from '../../contract/events.ts';
import { jobListSchema, workflowListSchema } from '../../contract/filter.ts';
import { workflowSchema } from '../../contract/workflow.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { fail, idOf, read, statesOf, submitWorkflow, succeed } from '../support/workflow-rig.ts';
import { brokenInvariants } from './invariants.ts';

let rig: QueueRig;
beforeEach(async () => {
  rig = await openQueueRig();
});
afterEach(async () => {
  expect(rig.failures).toEqual([]);
  expect(brokenInvariants(rig.db)).toEqual([]);
  await rig.dispose();
});

const diamond = [{ name: 'a' }, { name: 'b', dependsOn: ['a'] }, { name: 'c', dependsOn: ['a'] }, { name: 'd', dependsOn: ['b', 'c'] }];
const parentsOf = (run: { parents?: string }) => (run.parents === undefined ? null : JSON.parse(run.parents));

describe('jobs that wait for others', () => {
  test('start once all of them have completed, and are given their results by name', async () => {
    const workflow = await submitWorkflow(rig, diamond, { name: 'diamond' });
    expect(workflow).toMatchObject({ name: 'diamond', state: 'running', onFailure: 'block', finishedAt: null });
    expect(await statesOf(rig, workflow)).toEqual({ a: 'executing', b: 'blocked', c: 'blocked', d: 'blocked' });
    expect(parentsOf(await succeed(rig, workflow, 'a', { n: 1 }))).toBeNull();
    expect(await statesOf(rig, workflow)).toEqual({ a: 'completed', b: 'executing', c: 'executing', d: 'blocked' });
    expect(parentsOf(await succeed(rig, workflow, 'b', 'from b'))).toEqual({ results: { a: { n: 1 } }, failures: {} });
    expect((await read(rig, workflow)).jobs[3]).toMatchObject({ state: 'blocked', waitsFor: 1, dependsOn: ['b', 'c'] });
    await succeed(rig, workflow, 'c', null);
    expect(parentsOf(await succeed(rig, workflow, 'd'))).toEqual({ results: { b: 'from b', c: null }, failures: {} });
    expect(await read(rig, workflow)).toMatchObject({
      state: 'completed',
      counts: { completed: 4, blocked: 0, executing: 0 },
      finishedAt: expect.any(String),
    });
  });

  test('a job of no workflow is given no parents', async () => {
    const { id } = await rig.add();
    expect((await rig.lanes.startOf(id)).parents).toBeUndefined();
    rig.lanes.succeed(id);
    await rig.turn();
  });

  test('wait for their own time too', async () => {
    const workflow = await submitWorkflow(rig, [{ name: 'a' }, { name: 'b', dependsOn: ['a'], delayMs: 60_000 }]);
    await succeed(rig, workflow, 'a');
    expect(await statesOf(rig, workflow)).toEqual({ a: 'completed', b: 'scheduled' });
    expect((await read(rig, workflow)).state).toBe('running');
    await rig.backend.runJobNow(await idOf(rig, workflow, 'b'));
    await rig.turn();
    await succeed(rig, workflow, 'b');
    expect((await read(rig, workflow)).state).toBe('completed');
  });

  test('a retry of a parent is waited for', async () => {
    const workflow = await submitWorkflow(rig, [
      { name: 'a', retry: { maxAttempts: 2 } },
      { name: 'b', dependsOn: ['a'] },
    ]);
    await fail(rig, workflow, 'a');
    expect(await statesOf(rig, workflow)).toEqual({ a: 'retryable', b: 'blocked' });
    await rig.backend.runJobNow(await idOf(rig, workflow, 'a'));
    await rig.turn();
    await succeed(rig, workflow, 'a');
    expect(await statesOf(rig, workflow)).toMatchObject({ b: 'executing' });
    await succeed(rig, workflow, 'b');
  });

  test('a thousand between one and one', async () => {
    const names = Array.from({ length: 1_000 }, (_, n) => `part ${n}`);
    const workflow = await submitWorkflow(rig, [
      { name: 'first' },
      ...names.map((name) => ({ name, dependsOn: ['first'] })),
      { name: 'last', dependsOn: names },
    ]);
    await succeed(rig, workflow, 'first', 'go');
    const runs = [...rig.lanes.running.values()];
    expect(runs).toHaveLength(1_000);
    rig.lanes.end(runs.map((run, n) => ({ run, result: { kind: 'succeeded', result: String(n) } })));
    await rig.turn();
    const { results } = parentsOf(await succeed(rig, workflow, 'last'));
    expect(Object.keys(results)).toEqual(names);
    expect(new Set(Object.values(results)).size).toBe(1_000);
    expect(await read(rig, workflow)).toMatchObject({ state: 'completed', counts: { completed: 1_002 } });
  });
});

describe('a job that fails', () => {
  test('leaves those that wait for it blocked: the workflow has failed once nothing else can go on', async () => {
    const workflow = await submitWorkflow(rig, [...diamond, { name: 'other' }]);
    await fail(rig, workflow, 'a');
    expect((await read(rig, workflow)).state).toBe('running');
    await succeed(rig, workflow, 'other');
    expect(await statesOf(rig, workflow)).toEqual({ a: 'dead', b: 'blocked', c: 'blocked', d: 'blocked', other: 'completed' });
    const failed = await read(rig, workflow);
    expect(failed).toMatchObject({ state: 'failed', counts: { blocked: 3, dead: 1 }, finishedAt: expect.any(String) });
    expect(failed.jobs[0]).toMatchObject({ error: { name: 'Error', message: 'a failed' } });
  });

  test('that is redriven and completes lets them go on after all', async () => {
    const workflow = await submitWorkflow(rig, diamond);
    await fail(rig, workflow, 'a');
    expect((await read(rig, workflow)).state).toBe('failed');
    await rig.backend.redrive({ ids: [await idOf(rig, workflow, 'a')] });
    await rig.turn();
    expect(await read(rig, workflow)).toMatchObject({ state: 'running', finishedAt: null });
    for (const name of ['a', 'b', 'c', 'd']) await succeed(rig, workflow, name);
    expect((await read(rig, workflow)).state).toBe('completed');
  });

  test('cancels what waits for it, and what waits for that by its own policy, where that was asked for', async () => {
    const workflow = await submitWorkflow(
      rig,
      [
        { name: 'a' },
        { name: 'b', dependsOn: ['a'] },
        { name: 'c', dependsOn: ['b'] },
        { name: 'blocked', dependsOn: [{ job: 'b', onFailure: 'block' }] },
        { name: 'goes on', dependsOn: [{ job: 'b', onFailure: 'continue' }] },
      ],
      { onFailure: 'cancel' },
    );
    await fail(rig, workflow, 'a');
    expect(await statesOf(rig, workflow)).toEqual({
      a: 'dead',
      b: 'cancelled',
      c: 'cancelled',
      blocked: 'blocked',
      'goes on': 'executing',
    });
    expect((await rig.backend.getJob(await idOf(rig, workflow, 'c'))).error).toEqual({
      name: 'ParentFailed',
      message: 'Cancelled because "b", which it depends on, is cancelled.',
    });
    const run = await succeed(rig, workflow, 'goes on');
    expect(parentsOf(run)).toEqual({
      results: {},
      failures: {
        b: { state: 'cancelled', jobId: await idOf(rig, workflow, 'b'), error: expect.objectContaining({ name: 'ParentFailed' }) },
      },
    });
    expect((await read(rig, workflow)).state).toBe('failed');
  });

  test('does not hold up those that go on, which are told what it failed with', async () => {
    const workflow = await submitWorkflow(rig, [{ name: 'a' }, { name: 'b', dependsOn: [{ job: 'a', onFailure: 'continue' }] }]);
    await fail(rig, workflow, 'a');
    const run = await succeed(rig, workflow, 'b');
    expect(parentsOf(run).failures.a).toMatchObject({ state: 'dead', error: { message: 'a failed' } });
    expect((await read(rig, workflow)).state).toBe('failed');
  });

  test('a waiting job’s deadline ends it, and what that means for others happens in the same transaction', async () => {
    await rig.backend.patchQueue('default', { paused: true });
    const jobs = [
      { name: 'a', deadlineMs: 50 },
      { name: 'b', dependsOn: [{ job: 'a', onFailure: 'cancel' as const }] },
    ];
    const workflow = await submitWorkflow(rig, jobs);
    const ended = await rig.backend.waitForWorkflow(workflow.id, 30_000);
    expect(ended.state).toBe('failed');
    expect(await statesOf(rig, workflow)).toEqual({ a: 'dead', b: 'cancelled' });
  });
});

describe('a callback', () => {
  test('runs once all others have ended, whatever became of them, with its own payload and what became of them', async () => {
    const jobs = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    const onComplete = { task: 'shell.run', payload: { command: 'true' } };
    const workflow = await submitWorkflow(rig, jobs, { onComplete });
    expect(workflow).toMatchObject({ onComplete: 'onComplete' });
    await succeed(rig, workflow, 'a', 1);
    await fail(rig, workflow, 'b');
    expect(await statesOf(rig, workflow)).toMatchObject({ onComplete: 'blocked' });
    await succeed(rig, workflow, 'c', 3);
    const run = rig.lanes.runOf(await idOf(rig, workflow, 'onComplete'));
    expect(run.payloadJson).toEqual({ command: 'true' });
    expect(parentsOf(run)).toMatchObject({ results: { a: 1, c: 3 }, failures: { b: { state: 'dead' } } });
    await succeed(rig, workflow, 'onComplete');
    expect((await read(rig, workflow)).state).toBe('failed');
  });
});

describe('submitting', () => {
  const submit = (body: object) => rig.backend.submitWorkflow(workflowSchema.parse(body), undefined);
  const job = (name: string, more: object = {}) => ({ name, task: 'http.request', ...more });

  test.each([
    ['a cycle', [job('a', { dependsOn: ['b'] }), job('b', { dependsOn: ['a'] })], '/jobs/0/dependsOn/0'],
    ['a sync job', [job('a', { mode: 'sync' })], '/jobs/0/mode'],
    ['a wait', [job('a'), job('b', { waitMs: 5 })], '/jobs/1/waitMs'],
    ['the same unique key twice', [job('a', { unique: { key: 'k' } }), job('b', { unique: { key: 'k' } })], '/jobs/1/unique/key'],
  ])('%s is refused where it stands, and nothing is accepted', async (_, jobs, path) => {
    await expect(submit({ jobs })).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [expect.objectContaining({ path })] },
    });
    expect((await rig.backend.listJobs(jobListSchema.parse({}))).total).toBe(0);
    expect((await rig.backend.listWorkflows(workflowListSchema.parse({}))).workflows).toEqual([]);
  });

  test('an unknown task and a key that is taken refuse all of it', async () => {
    await expect(submit({ jobs: [job('a'), { name: 'b', task: 'nobody' }] })).rejects.toMatchObject({ code: 'unknown-task' });
    const holder = await rig.add({ task: 'http.request', unique: { key: 'k', scope: 'active' } });
    const refused = submit({ jobs: [job('a'), job('b', { unique: { key: 'k' } })] });
    await expect(refused).rejects.toMatchObject({ code: 'wrong-state', extras: { jobId: holder.id } });
    expect((await rig.backend.listJobs(jobListSchema.parse({}))).total).toBe(1);
  });

  test('the same idempotency key and body give the same workflow, another body is refused', async () => {
    const input = workflowSchema.parse({ jobs: [job('a')] });
    const first = await rig.backend.submitWorkflow(input, { key: 'k', bodyHash: 'h' });
    const again = await rig.backend.submitWorkflow(input, { key: 'k', bodyHash: 'h' });
    expect(again).toMatchObject({ replayed: true, workflow: { id: first.workflow.id } });
    expect(first.replayed).toBe(false);
    await expect(rig.backend.submitWorkflow(input, { key: 'k', bodyHash: 'other' })).rejects.toMatchObject({
      code: 'idempotency-mismatch',
    });
  });

  test('ten thousand jobs are taken at once', async () => {
    const jobs = Array.from({ length: 10_000 }, (_, n) => job(`j${n}`, n === 0 ? {} : { dependsOn: [`j${Math.floor((n - 1) / 10)}`] }));
    const { workflow } = await submit({ jobs, onComplete: { task: 'shell.run' } });
    expect(workflow.counts).toMatchObject({ executing: 1, blocked: 10_000 });
    expect(workflow.jobs[9_999]).toMatchObject({ dependsOn: ['j999'], state: 'blocked', waitsFor: 1 });
    await rig.backend.cancelJob(workflow.jobs[1]?.id ?? '');
  });
});

describe('what is asked of workflows', () => {
  test('they are listed newest first, page by page, and by state', async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.unshift((await submitWorkflow(rig, [{ name: 'a' }], { name: `w${n}` })).id);
    await succeed(rig, { id: made[1] ?? '' }, 'a');
    const list = async (query: object) => {
      const page = await rig.backend.listWorkflows(workflowListSchema.parse(query));
      return { ids: page.workflows.map(({ id }) => id), next: page.next };
    };
    const first = await list({ limit: '2' });
    expect(first.ids).toEqual(made.slice(0, 2));
    expect((await list({ limit: '3', cursor: first.next })).ids).toEqual(made.slice(2));
    expect((await list({ limit: '3', cursor: first.next })).next).toBeNull();
    expect((await list({ state: 'completed' })).ids).toEqual([made[1]]);
    expect((await list({ state: ['completed', 'running'], limit: '3' })).ids).toEqual(made.slice(0, 3));
    expect((await list({ state: 'failed' })).ids).toEqual([]);
  });

  test('the jobs of one are found among all', async () => {
    await rig.add();
    const workflow = await submitWorkflow(rig, diamond);
    const found = await rig.backend.listJobs(jobListSchema.parse({ workflow: workflow.id, order: 'createdAt' }));
    expect(found).toMatchObject({ total: 4, exact: true });
    expect(found.jobs.map(({ id }) => id)).toEqual(workflow.jobs.map(({ id }) => id));
    expect(found.jobs[0]?.workflowId).toBe(workflow.id);
    expect((await rig.backend.listJobs(jobListSchema.parse({ workflow: workflow.id, state: 'blocked' }))).total).toBe(3);
  });

  test('a wait for one ends when it does', async () => {
    const workflow = await submitWorkflow(rig, [{ name: 'a' }]);
    const waited = rig.backend.waitForWorkflow(workflow.id, 60_000);
    await succeed(rig, workflow, 'a');
    expect(await waited).toMatchObject({ id: workflow.id, state: 'completed' });
  });

  test('events tell of their beginning, each change of state and their end', async () => {
    const seen: EngineEvent[] = [];
    rig.backend.subscribe({ kind: ['workflow'] }, null, (events) => seen.push(...events.map(({ event }) => event)));
    const workflow = await submitWorkflow(rig, [{ name: 'a' }]);
    await fail(rig, workflow, 'a');
    await rig.backend.retryWorkflow(workflow.id, {});
    await rig.turn();
    await succeed(rig, workflow, 'a');
    await rig.backend.deleteWorkflow(workflow.id);
    await rig.turn();
    expect(seen.map((event) => [event.type, 'workflow' in event ? event.workflow.state : ''])).toEqual([
      ['workflow.created', 'running'],
      ['workflow.changed', 'failed'],
      ['workflow.changed', 'running'],
      ['workflow.changed', 'completed'],
      ['workflow.deleted', 'completed'],
    ]);
  });
});
