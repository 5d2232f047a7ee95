import { afterEach, beforeEach, expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
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

test('operations are listed in pages, the newest first, as each is read by itself', async () => {
  const begun: string[] = [];
  for (let n = 0; n < 5; n++) begun.push((await rig.backend.actOnJobs({ action: 'cancel', filter: { task: [`none-${n}`] } })).id);
  const first = await rig.backend.listOperations({ limit: 3, cursor: undefined });
  const second = await rig.backend.listOperations({ limit: 3, cursor: first.next ?? undefined });
  expect([...first.operations, ...second.operations].map(({ id }) => id)).toEqual(begun.reverse());
  expect(first.operations[0]).toEqual(await rig.backend.getOperation(begun[0] ?? ''));
  expect(second.next).toBeNull();
  await expect(rig.backend.listOperations({ limit: 3, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid-request' });
});
