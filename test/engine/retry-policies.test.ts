import { describe, expect, test } from 'vitest';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { pass, underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);

describe('a retry policy', () => {
  test('of listed delays waits as they say and ends with them', async () => {
    rig = await openQueueRig();
    const { id, maxAttempts } = await rig.add({ retry: { delaysMs: [100, 5_000] } });
    expect(maxAttempts).toBe(3);
    rig.lanes.fail(id);
    await rig.turn();
    await pass(rig, 100);
    rig.lanes.fail(id);
    await rig.turn();
    await pass(rig, 4_999);
    expect(await rig.stateOf(id)).toBe('retryable');
    await pass(rig, 1);
    rig.lanes.fail(id);
    await rig.turn();
    expect(await rig.stateOf(id)).toBe('dead');
  });

  test('with an age limit begins no attempt after it, be it for want of a place', async () => {
    rig = await openQueueRig({ sizes: { cpu: 1 } });
    const retry = { maxAttempts: 100, backoff: 'fixed' as const, baseMs: 1_000, jitter: 0, retryForMs: 2_500 };
    const { id } = await rig.add({ retry });
    for (let n = 0; n < 3; n++) {
      rig.lanes.fail(id);
      await rig.turn();
      await pass(rig, 1_000);
    }
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', attempt: 3, error: { message: 'it failed' } });

    const other = await rig.add({ retry });
    rig.lanes.fail(other.id);
    await rig.turn();
    const blocker = await rig.add();
    await pass(rig, 3_000);
    rig.lanes.succeed(blocker.id);
    await rig.turn();
    expect(await rig.backend.getJob(other.id)).toMatchObject({ state: 'dead', attempt: 1, error: { name: 'RetryTimeOver' } });
    await rig.backend.retryJob(other.id);
    await rig.turn();
    expect(await rig.stateOf(other.id)).toBe('executing');
  });

  test('with rules fails, snoozes or waits by the error', async () => {
    const rules = [
      { code: 'ENOENT', action: 'fail' as const },
      { message: 'busy', action: 'snooze' as const, afterMs: 700 },
      { name: 'Throttled', action: 'wait-as-asked' as const },
    ];
    rig = await openQueueRig({ tasks: { 'shell.run': { retry: { rules, maxAttempts: 2, jitter: 0 } } } });
    const { id } = await rig.add();
    rig.lanes.fail(id, 'the disk is BUSY');
    await rig.turn();
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'scheduled', maxAttempts: 3, error: { message: 'the disk is BUSY' } });
    await pass(rig, 700);
    rig.lanes.finish(id, { kind: 'failed', error: { name: 'Throttled', message: 'slow down' }, retryAfterMs: 4_000 });
    await rig.turn();
    await pass(rig, 4_000);
    rig.lanes.finish(id, { kind: 'failed', error: { name: 'Error', message: 'gone', code: 'ENOENT' } });
    await rig.turn();
    const { attempts } = await rig.backend.listAttempts(id, { limit: 10, cursor: undefined });
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['snoozed', 'snoozed', 'failed']);
    expect(await rig.backend.getJob(id)).toMatchObject({ state: 'dead', attempt: 3, error: { code: 'ENOENT' } });
  });
});
