import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { WebhookOrder } from '../../contract/delivery-order.ts';
import { receiverGoneCode } from '../../contract/delivery-order.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { Delivery } from '../../contract/notify.ts';
import type { SubmissionInput } from '../../contract/submission.ts';
import { deliveryRetry } from '../../engine/notify/delivery-policy.ts';
import type { FakeRun } from '../support/fake-lanes.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig, Date.UTC(2026, 0, 31));
beforeEach(async () => {
  rig = await openQueueRig();
});

const url = 'http://127.0.0.1:9/hook?job=7';
const hook = (on: ('completed' | 'dead' | 'cancelled')[] = ['completed', 'dead', 'cancelled']) => ({ type: 'webhook' as const, url, on });
const isWebhook = ({ module }: FakeRun) => module.name === 'switchyard.webhook';

/** Runs a job to its end, and answers with its id and the run that tells of it. */
async function endAndSend(notify: SubmissionInput['notify'] = [hook()]): Promise<{ id: string; run: FakeRun }> {
  const { id } = await rig.add({ notify });
  await rig.lanes.startOf(id);
  const sent = rig.lanes.nextStart(isWebhook);
  rig.lanes.succeed(id, { answer: 42 });
  return { id, run: await sent };
}

async function deliveries(query: { job?: string; state?: Delivery['state']; limit?: number; cursor?: string } = {}): Promise<Delivery[]> {
  const { deliveries } = await rig.backend.listDeliveries({ job: undefined, state: undefined, cursor: undefined, limit: 50, ...query });
  return deliveries;
}

const order = (run: FakeRun) => run.payloadJson as unknown as WebhookOrder;

describe('a job that tells of its end', () => {
  test('is told of by a job of the engine’s own, with the job as it ended', async () => {
    const { id, run } = await endAndSend();
    expect(run).toMatchObject({ lane: 'io', timeoutMs: 15_000 });
    const [delivery] = await deliveries();
    expect(delivery).toMatchObject({ jobId: id, event: 'job.completed', type: 'webhook', target: url, state: 'pending', attempts: [] });
    expect(order(run)).toMatchObject({ id: delivery?.id, url });
    expect(JSON.parse(order(run).body)).toMatchObject({
      type: 'job.completed',
      timestamp: (await rig.backend.getJob(id)).finishedAt,
      data: { job: { id, state: 'completed', result: { answer: 42 } } },
    });
    rig.lanes.succeed(run.jobId, { status: 204 });
    await rig.turn();
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: [{ attempt: 1, outcome: 'succeeded', status: 204 }] }]);
    expect(await rig.backend.getJob(run.jobId)).toMatchObject({ queue: 'switchyard.deliveries', notify: [] });
  });

  test('tells nobody who else is told', async () => {
    const { run } = await endAndSend([hook(), { type: 'webhook', url: 'http://me:secret@127.0.0.1:9/other' }]);
    expect(order(run).body).not.toContain('127.0.0.1:9');
  });

  test('shows no secret, in neither of the two jobs', async () => {
    const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const { id, run } = await endAndSend([{ ...hook(), secret }]);
    expect(order(run).secret).toBe(secret);
    for (const shown of [id, run.jobId]) expect(JSON.stringify(await rig.backend.getJob(shown))).not.toContain('whsec_');
    expect(order(run).body).not.toContain('whsec_');
  });

  test.each([
    ['cancelled while it waits', 'cancelled', async (id: string) => void (await rig.backend.cancelJob(id))],
    ['dead by its deadline', 'dead', async () => void (await vi.advanceTimersByTimeAsync(10_000))],
  ] as const)('is told of when it is %s', async (_, state, end) => {
    await rig.backend.patchQueue('default', { paused: true });
    const { id } = await rig.add({ notify: [hook()], deadlineMs: 5_000 });
    const sent = rig.lanes.nextStart(isWebhook);
    await end(id);
    expect(JSON.parse(order(await sent).body)).toMatchObject({ type: `job.${state}`, data: { job: { id, state } } });
  });

  test('tells only of the ends that were asked for', async () => {
    const { id } = await rig.add({ notify: [hook(['dead']), hook(['completed', 'cancelled'])] });
    await rig.lanes.startOf(id);
    rig.lanes.succeed(id);
    await rig.turn();
    expect(await deliveries()).toMatchObject([{ event: 'job.completed' }]);
  });

  test('tells of each end anew when it is run again', async () => {
    const { id } = await rig.add({ notify: [hook(['dead'])], retry: { maxAttempts: 1 } });
    await rig.lanes.startOf(id);
    rig.lanes.fail(id);
    await rig.turn();
    await rig.backend.retryJob(id);
    await rig.lanes.startOf(id);
    rig.lanes.fail(id);
    await rig.turn();
    const told = await deliveries();
    expect(told.map(({ event }) => event)).toEqual(['job.dead', 'job.dead']);
    expect(new Set(told.map((delivery) => delivery.id)).size).toBe(2);
  });

  test('of which nobody wants to hear writes nothing about messages', async () => {
    const { id } = await rig.add();
    await rig.lanes.startOf(id);
    rig.lanes.succeed(id);
    await rig.turn();
    expect(rig.db.prepare('SELECT count(*) FROM deliveries').pluck().get()).toBe(0);
    expect((await rig.backend.listQueues()).map(({ name }) => name)).toEqual(['default']);
  });

  test('asks the desktop by an event, which filters on jobs do not hide', async () => {
    const seen: EngineEvent[] = [];
    rig.backend.subscribe({ kind: ['job', 'notification'], state: ['dead'] }, null, (events) =>
      seen.push(...events.map(({ event }) => event)),
    );
    const { id } = await rig.add({ notify: [{ type: 'desktop', on: ['completed'] }] });
    await rig.lanes.startOf(id);
    rig.lanes.succeed(id);
    await rig.turn();
    expect(seen).toMatchObject([{ type: 'notification.desktop', notification: { job: { id, state: 'completed' } } }]);
    expect(await deliveries()).toEqual([]);
  });
});

describe('a message', () => {
  test('is tried again with growing delays under the same id, and then given up', async () => {
    const { run } = await endAndSend();
    const delays: number[] = [];
    let current = run;
    for (;;) {
      const at = Date.now();
      rig.lanes.fail(current.jobId, 'status 500');
      await rig.turn();
      const { state } = await rig.backend.getJob(run.jobId);
      if (state === 'dead') break;
      const started = rig.lanes.nextStart(isWebhook);
      await vi.advanceTimersToNextTimerAsync();
      while (rig.lanes.running.size === 0) await vi.advanceTimersByTimeAsync(1_000);
      current = await started;
      delays.push(Date.now() - at);
      expect(order(current)).toEqual(order(run));
    }
    expect(delays).toHaveLength(deliveryRetry.delaysMs?.length ?? 0);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(await deliveries()).toMatchObject([{ state: 'failed', error: { message: 'status 500' }, nextAttemptAt: null }]);
  });

  test('that failed is sent again on request, as it was', async () => {
    const { run } = await endAndSend();
    await expect(rig.backend.redeliver(order(run).id)).rejects.toMatchObject({ code: 'wrong-state' });
    rig.lanes.finish(run.jobId, { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } });
    await rig.turn();
    const again = rig.lanes.nextStart(isWebhook);
    expect(await rig.backend.redeliver(order(run).id)).toMatchObject({ state: 'pending', attempts: [{ outcome: 'failed' }] });
    const second = await again;
    expect(order(second)).toEqual(order(run));
    rig.lanes.succeed(second.jobId, { status: 200 });
    await rig.turn();
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: [{ outcome: 'failed' }, { outcome: 'succeeded' }] }]);
  });

  test('whose own job is retried by a person is on its way again', async () => {
    const { run } = await endAndSend();
    rig.lanes.finish(run.jobId, { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } });
    await rig.turn();
    expect(await deliveries()).toMatchObject([{ state: 'failed' }]);
    await rig.backend.retryJob(run.jobId);
    expect(await deliveries()).toMatchObject([{ state: 'pending' }]);
  });

  test('whose own job is deleted while it waits has failed', async () => {
    await rig.backend.makeQueue('switchyard.deliveries', { paused: true });
    const { id } = await rig.add({ notify: [hook()] });
    await rig.lanes.startOf(id);
    rig.lanes.succeed(id);
    await rig.turn();
    const [delivery] = await deliveries();
    await rig.backend.deleteJob(delivery?.runId ?? '');
    expect(await deliveries()).toMatchObject([{ state: 'failed', runId: null }]);
  });

  test('goes with its job, but one on its way arrives first', async () => {
    const { id, run } = await endAndSend();
    await rig.backend.deleteJob(id);
    expect(await deliveries({ job: id })).toHaveLength(1);
    rig.lanes.succeed(run.jobId, { status: 200 });
    await rig.turn();
    expect(await deliveries()).toEqual([]);
    const second = await endAndSend();
    rig.lanes.succeed(second.run.jobId, { status: 200 });
    await rig.turn();
    await rig.backend.deleteJob(second.id);
    expect(await deliveries()).toEqual([]);
  });

  test('is found by its job and its state, page by page', async () => {
    const jobs: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { id, run } = await endAndSend();
      jobs.unshift(id);
      if (n !== 2) rig.lanes.succeed(run.jobId, { status: 200 });
      await rig.turn();
    }
    const first = await rig.backend.listDeliveries({ limit: 3 });
    expect(first.deliveries.map(({ jobId }) => jobId)).toEqual(jobs.slice(0, 3));
    const second = await rig.backend.listDeliveries({ limit: 3, cursor: first.next ?? '' });
    expect(second).toMatchObject({ deliveries: [{ jobId: jobs[3] }, { jobId: jobs[4] }], next: null });
    expect(await deliveries({ state: 'pending' })).toMatchObject([{ jobId: jobs[2] }]);
    expect(await deliveries({ state: 'delivered' })).toHaveLength(4);
    expect(await deliveries({ job: jobs[2] ?? '', state: 'delivered' })).toEqual([]);
    expect(await deliveries({ job: jobs[1] ?? '', state: 'delivered' })).toHaveLength(1);
  });
});

describe('the end of a job and the message about it', () => {
  test('survive a crash together', async () => {
    await rig.backend.makeQueue('switchyard.deliveries', { paused: true });
    const { id } = await rig.add({ notify: [hook()] });
    await rig.lanes.startOf(id);
    rig.lanes.succeed(id);
    await rig.turn();
    const { home } = rig;
    await rig.crash();
    rig = await openQueueRig({ home });
    expect(await deliveries()).toMatchObject([{ jobId: id, state: 'pending' }]);
    const sent = rig.lanes.nextStart(isWebhook);
    await rig.backend.patchQueue('switchyard.deliveries', { paused: false });
    expect(JSON.parse(order(await sent).body)).toMatchObject({ data: { job: { id } } });
  });

  test('are both undone on a full disk, and then happen once', async () => {
    const { id } = await rig.add({ notify: [hook()] });
    await rig.lanes.startOf(id);
    rig.diskFull(true);
    rig.lanes.succeed(id, 'r'.repeat(20_000));
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('executing');
    rig.diskFull(false);
    await vi.advanceTimersByTimeAsync(1_000);
    await rig.turn();
    expect((await rig.backend.getJob(id)).state).toBe('completed');
    expect(await deliveries()).toHaveLength(1);
  });

  test('a job that the engine took down too often is told of by the next one', async () => {
    const { id } = await rig.add({ notify: [hook()] });
    const { home } = rig;
    for (let crash = 0; crash < 3; crash++) {
      await rig.lanes.startOf(id);
      await rig.crash();
      rig = await openQueueRig({ home });
    }
    expect(await deliveries()).toMatchObject([{ jobId: id, event: 'job.dead' }]);
  });
});

describe('an endpoint', () => {
  test('is made with the job that names its address, and its secret signs what goes there, whatever the query', async () => {
    await rig.add({ notify: [hook()], delayMs: 60_000 });
    const { endpoints } = await rig.backend.listEndpoints({ limit: 10, cursor: undefined });
    expect(endpoints).toMatchObject([{ url: 'http://127.0.0.1:9/hook', enabled: true, registered: false }]);
    const { run } = await endAndSend([{ type: 'webhook', url: 'http://127.0.0.1:9/hook?other=1' }]);
    expect(order(run)).toMatchObject({ url: 'http://127.0.0.1:9/hook?other=1', secret: endpoints[0]?.secret });
    expect((await rig.backend.listEndpoints({ limit: 10, cursor: undefined })).endpoints).toHaveLength(1);
  });

  test('that a person registers stands for its address', async () => {
    const made = await rig.backend.makeEndpoint({ url, description: 'mine' });
    expect(made).toMatchObject({ url: 'http://127.0.0.1:9/hook', registered: true, secret: expect.stringMatching(/^whsec_/) });
    await expect(rig.backend.makeEndpoint({ url })).rejects.toMatchObject({ code: 'wrong-state' });
    expect(order((await endAndSend()).run).secret).toBe(made.secret);
    const secret = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
    expect(await rig.backend.patchEndpoint(made.id, { secret })).toMatchObject({ secret });
    expect(order((await endAndSend()).run).secret).toBe(secret);
  });

  test('is turned off by a receiver that wants no more; what comes then is kept as failed and sent again once it is on', async () => {
    const { run } = await endAndSend();
    const error = { name: 'Error', message: 'The receiver answered 410', code: receiverGoneCode, details: { status: 410 } };
    rig.lanes.finish(run.jobId, { kind: 'failed-for-good', error });
    await rig.turn();
    const [endpoint] = (await rig.backend.listEndpoints({ limit: 10, cursor: undefined })).endpoints;
    expect(endpoint).toMatchObject({ enabled: false, offReason: 'The receiver answered 410' });
    expect(await deliveries()).toMatchObject([{ state: 'failed', attempts: [{ status: 410 }] }]);

    const { id } = await rig.add({ notify: [hook()] });
    await rig.lanes.startOf(id);
    rig.lanes.succeed(id);
    await rig.turn();
    const [late] = await deliveries({ job: id });
    expect(late).toMatchObject({ state: 'failed', runId: null, error: { name: 'EndpointOff' } });
    await expect(rig.backend.redeliver(late?.id ?? '')).rejects.toMatchObject({ code: 'wrong-state' });
    await rig.backend.patchEndpoint(endpoint?.id ?? '', { enabled: true });
    const sent = rig.lanes.nextStart(isWebhook);
    await rig.backend.redeliver(late?.id ?? '');
    expect(order(await sent).id).toBe(late?.id);
  });

  test('that is turned off or deleted meanwhile gets nothing', async () => {
    await rig.backend.makeQueue('switchyard.deliveries', { paused: true });
    const first = await rig.add({ notify: [hook()] });
    await rig.lanes.startOf(first.id);
    rig.lanes.succeed(first.id);
    await rig.turn();
    const [endpoint] = (await rig.backend.listEndpoints({ limit: 10, cursor: undefined })).endpoints;
    await rig.backend.deleteEndpoint(endpoint?.id ?? '');
    await expect(rig.backend.getEndpoint(endpoint?.id ?? '')).rejects.toMatchObject({ code: 'not-found' });
    const sent = rig.lanes.nextStart(isWebhook);
    await rig.backend.patchQueue('switchyard.deliveries', { paused: false });
    expect((await sent).payloadJson).toEqual({ refusal: 'The endpoint was deleted.' });
  });
});

describe('mail', () => {
  const notify = [{ type: 'email' as const, to: 'ops@example.org' }];

  test('is refused while no server is set up, with where to do that', async () => {
    await expect(rig.add({ notify })).rejects.toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path: '/notify/0', message: expect.stringContaining('settings.json') }] },
    });
    await expect(rig.addMany([{}, { notify }])).rejects.toMatchObject({ extras: { errors: [{ path: '/jobs/1/notify/0' }] } });
  });

  test('tells what happened, and the password comes from its file when it is sent', async () => {
    writeFileSync(join(rig.home, 'password'), 'geheim\n');
    const mail = { host: 'mail.example.org', user: 'me', passwordFile: 'password', from: 'Switchyard <yard@example.org>' };
    writeFileSync(join(rig.home, 'settings.json'), JSON.stringify({ mail }));
    const { id } = await rig.add({ notify, retry: { maxAttempts: 1 }, tags: ['nightly'] });
    await rig.lanes.startOf(id);
    const sent = rig.lanes.nextStart(({ module }) => module.name === 'switchyard.email');
    rig.lanes.fail(id, 'disk\r\nBcc: evil@example.org');
    const run = await sent;
    expect(run.payloadJson).toMatchObject({
      to: ['ops@example.org'],
      subject: 'shell.run dead: disk',
      text: expect.stringContaining(id),
      server: { host: 'mail.example.org', port: 587, secure: false, user: 'me', password: 'geheim' },
    });
    expect(JSON.stringify(await rig.backend.getJob(run.jobId))).not.toContain('geheim');
    expect(await deliveries()).toMatchObject([{ type: 'email', target: 'ops@example.org', event: 'job.dead', endpointId: null }]);
  });
});

describe('a schedule', () => {
  test('tells of the ends of its jobs', async () => {
    const schedule = await rig.backend.makeSchedule({ everyMs: 60_000, task: 'shell.run', payload: {}, notify: [hook(['dead'])] });
    expect(schedule.notify).toEqual([hook(['dead'])]);
    const { id } = await rig.backend.runSchedule(schedule.id);
    await rig.lanes.startOf(id);
    const sent = rig.lanes.nextStart(isWebhook);
    rig.lanes.finish(id, { kind: 'failed-for-good', error: { name: 'Error', message: 'no' } });
    expect(JSON.parse(order(await sent).body)).toMatchObject({ type: 'job.dead', data: { job: { id, scheduleId: schedule.id } } });
  });
});

describe('the tasks that send', () => {
  test('are nobody else’s to submit', async () => {
    await expect(rig.add({ task: 'switchyard.webhook' })).rejects.toMatchObject({ code: 'unknown-task' });
    rig.writeTask('switchyard.webhook', { lane: 'io' });
    await expect(rig.add({ task: 'switchyard.webhook' })).rejects.toMatchObject({ code: 'unknown-task' });
    expect((await rig.backend.listTasks()).map(({ name }) => name)).not.toContain('switchyard.webhook');
  });
});
