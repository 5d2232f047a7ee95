import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { FakeTask } from '../support/fake-lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

const broken: FakeTask = { error: { name: 'SyntaxError', message: 'a comma is missing (line 3)' } };

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig();
});

/** As if the file was saved and then looked at. */
async function save(description: FakeTask): Promise<void> {
  rig.writeTask('mine', description);
  await rig.backend.getTask('mine');
  await rig.turn();
}

async function removeFile(): Promise<void> {
  rmSync(join(rig.home, 'tasks', 'mine.js'));
  await rig.backend.getTask('mine').catch(() => {});
  await rig.turn();
}

describe('jobs of a task file that does not load', () => {
  test('wait and show the reason', async () => {
    await save(broken);
    const { id } = await rig.add({ task: 'mine' });
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({
      state: 'available',
      attempt: 0,
      error: { message: 'a comma is missing (line 3)' },
    });
    expect(await rig.backend.getTask('mine')).toMatchObject({ error: 'a comma is missing (line 3)' });
    expect(rig.lanes.running.size).toBe(0);
  });

  test('start once it loads, without the reason, in their order', async () => {
    await save(broken);
    const ids = await rig.addMany([{ task: 'mine' }, { task: 'mine', priority: 5 }]);
    await rig.turn();
    await save({ lane: 'cpu' });
    expect(rig.lanes.started.map(({ jobId }) => jobId)).toEqual([ids[1], ids[0]]);
    expect(await rig.backend.getJob(ids[0] ?? '')).toMatchObject({ state: 'executing', error: null });
  });

  test('all start, also when there are more than are released in one transaction', async () => {
    await save(broken);
    await rig.addMany(Array.from({ length: 1_200 }, () => ({ task: 'mine' })));
    for (let turns = 0; turns < 4; turns++) await rig.turn();
    expect(rig.db.prepare('SELECT count(*) FROM held').pluck().get()).toBe(1_200);
    await save({ lane: 'io' });
    for (let turns = 0; turns < 4; turns++) await rig.turn();
    expect(rig.lanes.running.size).toBe(1_200);
  });

  test('are put aside together, also those that wait for a key of another', async () => {
    await save({ lane: 'cpu' });
    await rig.addMany(Array.from({ length: 1_200 }, () => ({ task: 'mine', concurrencyKey: 'one' })));
    await rig.turn();
    const parked = rig.db.prepare('SELECT count(*) FROM parked').pluck();
    expect([rig.lanes.running.size, parked.get()]).toEqual([1, 1_199]);
    await save(broken);
    rig.lanes.end([...rig.lanes.running.values()].map((run) => ({ run, result: { kind: 'succeeded', result: 'null' } })));
    for (let turns = 0; turns < 4; turns++) await rig.turn();
    expect([parked.get(), rig.db.prepare('SELECT count(*) FROM held').pluck().get()]).toEqual([0, 1_199]);
    await save({ lane: 'cpu' });
    for (let turns = 0; turns < 4; turns++) await rig.turn();
    expect([rig.lanes.running.size, parked.get()]).toEqual([1, 1_198]);
  });

  test('die when what they were given no longer fits, and say where', async () => {
    await save({});
    await rig.backend.patchQueue('default', { paused: true });
    const misfit = await rig.add({ task: 'mine', payload: { n: 'one' } });
    const fit = await rig.add({ task: 'mine', payload: { n: 1 } });
    await save(broken);
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    await save({ input: { type: 'object', properties: { n: { type: 'number' } } } });
    expect(await rig.backend.getJob(misfit.id)).toMatchObject({
      state: 'dead',
      error: { name: 'InvalidPayload', message: expect.stringContaining('/payload/n') },
    });
    expect(await rig.backend.getJob(fit.id)).toMatchObject({ state: 'executing' });
  });

  test('wait on when the file still does not load after a change', async () => {
    await save(broken);
    const { id } = await rig.add({ task: 'mine' });
    await rig.turn();
    await save({ error: { name: 'SyntaxError', message: 'now a bracket is missing' } });
    expect((await rig.backend.getJob(id)).state).toBe('available');
    expect(rig.lanes.running.size).toBe(0);
  });

  test('can be cancelled, changed and deleted', async () => {
    await save(broken);
    const ids = await rig.addMany([{ task: 'mine' }, { task: 'mine' }, { task: 'mine' }]);
    await rig.turn();
    const [first = '', second = '', third = ''] = ids;
    expect(await rig.backend.cancelJob(first)).toMatchObject({ state: 'cancelled' });
    await rig.backend.deleteJob(second);
    expect(await rig.backend.patchJob(third, { priority: 3 })).toMatchObject({ priority: 3, state: 'available' });
    await rig.turn();
    await save({});
    expect(rig.lanes.started.map(({ jobId }) => jobId)).toEqual([third]);
  });

  test('outlive a restart', async () => {
    await save(broken);
    const { id } = await rig.add({ task: 'mine' });
    await rig.turn();
    await rig.crash();
    rig = await openQueueRig({ home: rig.home, tasks: { mine: {} } });
    await rig.backend.getTask('mine');
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('do not hold up others', async () => {
    await save(broken);
    await rig.addMany(Array.from({ length: 700 }, () => ({ task: 'mine', priority: 100 })));
    const { id } = await rig.add();
    for (let turns = 0; turns < 3; turns++) await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('can’t be waited for in a sync call', async () => {
    await save(broken);
    await expect(rig.submit({ task: 'mine', mode: 'sync' })).rejects.toMatchObject({
      code: 'unknown-task',
      message: expect.stringContaining('a comma'),
    });
  });
});

describe('a task file that is removed', () => {
  test('leaves its jobs waiting for it, and takes no new ones', async () => {
    await save({});
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add({ task: 'mine' });
    await removeFile();
    await rig.backend.patchQueue('default', { paused: false });
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'available', error: { name: 'TaskNotFound' } });
    await expect(rig.add({ task: 'mine' })).rejects.toMatchObject({ code: 'unknown-task' });
    await save({});
    expect((await rig.backend.getJob(id)).state).toBe('executing');
  });

  test('with its whole folder stops nobody', async () => {
    await save({});
    rmSync(join(rig.home, 'tasks'), { recursive: true });
    vi.advanceTimersByTime(1_000);
    await rig.turn();
    expect(await rig.add()).toMatchObject({ state: 'executing' });
    await expect(rig.add({ task: 'mine' })).rejects.toMatchObject({ code: 'unknown-task' });
  });
});

describe('a changed task file', () => {
  test('is used by the next job, and a running one ends with what it began with', async () => {
    await save({ title: 'one' });
    const first = await rig.add({ task: 'mine' });
    await save({ title: 'two', timeoutMs: 77 });
    const second = await rig.add({ task: 'mine' });
    expect(second.timeoutMs).toBe(77);
    const urls = [first, second].map(({ id }) => (rig.lanes.runOf(id).module as { url: string }).url);
    expect(urls[0]).not.toBe(urls[1]);
  });

  test('is told to those who watch', async () => {
    const seen = rig.watch();
    await save({});
    expect(seen).toMatchObject([{ type: 'tasks.changed', names: ['mine'] }]);
  });

  test('can’t take a built-in task’s name', async () => {
    rig.writeTask('shell.run', { lane: 'io', title: 'mine' });
    const { id } = await rig.add();
    expect(rig.lanes.runOf(id).module).toEqual({ kind: 'built-in', name: 'shell.run' });
  });
});
