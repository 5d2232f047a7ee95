import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';

let rig: QueueRig;
let heard: string[];
beforeEach(async () => {
  rig = await openQueueRig();
  heard = [];
  rig.backend.subscribe({ kind: ['job'] }, null, (events) => heard.push(...events.map(({ event }) => event.type)));
});
afterEach(() => rig.dispose());

/** Until all events of what was done were delivered. */
async function settled(): Promise<void> {
  await rig.turn();
  await rig.turn();
}

describe('events', () => {
  test('tell that a job is there before they tell that it runs, in whichever transaction it is claimed', async () => {
    await rig.backend.makeQueue('elsewhere', { concurrency: 1 });
    await rig.add({ queue: 'elsewhere' });
    const second = rig.add({ queue: 'elsewhere' });
    const patched = rig.backend.patchQueue('elsewhere', { concurrency: 2 });
    await Promise.all([second, patched]);
    await settled();
    expect(heard).toEqual(['job.created', 'job.started', 'job.created', 'job.started']);
  });

  test('of a job that is run now say first that it is due and then that it runs', async () => {
    const { id } = await rig.add({ delayMs: 60_000 });
    await rig.backend.runJobNow(id);
    await settled();
    expect(heard).toEqual(['job.created', 'job.available', 'job.started']);
  });

  test('of a dead job that is redriven end with its new attempt', async () => {
    const { id } = await rig.add({ retry: { maxAttempts: 1 } });
    rig.lanes.fail(id);
    await settled();
    await rig.backend.redrive({ ids: [id] });
    await settled();
    expect(heard).toEqual(['job.created', 'job.started', 'job.dead', 'job.available', 'job.started']);
  });
});
