import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Ballast } from '../../engine/store/ballast.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { call, findDown, withCircuit } from './down-service.ts';
import { pass, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
const hour = 3_600_000;
const setBack = () => vi.setSystemTime(Date.now() - hour);

test('what waits for an open circuit is let try it', async () => {
  rig = await openQueueRig(withCircuit);
  await findDown(rig, { retry: { maxAttempts: 1 } });
  const waiting = await rig.add(call());
  await rig.turn();
  expect(rig.lanes.running.size).toBe(0);
  setBack();
  for (let n = 0; n < 30; n++) await pass(rig, 10_000);
  expect([...rig.lanes.running.values()].map(({ jobId }) => jobId)).toEqual([waiting.id]);
});

test('no core is kept for callers who do not come', async () => {
  rig = await openQueueRig({ sizes: { cpu: 2, interactive: 1 } });
  const answer = rig.submit({ task: 'shell.run', mode: 'sync' });
  rig.lanes.succeed((await rig.lanes.nextStart()).jobId);
  await answer;
  setBack();
  await rig.addMany([{}, {}]);
  for (let n = 0; n < 3; n++) await pass(rig, 10_000);
  expect(rig.lanes.running.size).toBe(2);
});

test('a job whose tags are changed stays due', async () => {
  rig = await openQueueRig({ sizes: { cpu: 1 } });
  await rig.add();
  const { id } = await rig.add();
  await rig.turn();
  setBack();
  await rig.backend.patchJob(id, { tags: ['x'] });
  expect(await rig.stateOf(id)).toBe('available');
});

test('jobs are accepted again once there is room on the disk', async () => {
  rig = await openQueueRig();
  const folder = mkdtempSync(join(tmpdir(), 'switchyard-ballast-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  let now = Date.now();
  const ballast = new Ballast(join(folder, 'ballast'), () => now);
  ballast.drop();
  now -= hour;
  ballast.isMissing();
  now += 60_000;
  expect(ballast.isMissing()).toBe(false);
});
