import { expect, test } from 'vitest';
import type { Delivery, DeliveryAttempt } from '../../../contract/notify.ts';
import { attemptText, deliveryText } from '../../../renderer/features/job/delivery-text.ts';

const at = '2026-01-31T09:30:00.000Z';
const attempt = (changes: Partial<DeliveryAttempt>): DeliveryAttempt => ({
  ...{ runId: 'r', attempt: 1, startedAt: at, finishedAt: at, outcome: 'failed', status: null, error: null },
  ...changes,
});
const delivery = (changes: Partial<Delivery>): Delivery => ({
  ...{ id: 'msg_1', jobId: 'j', event: 'job.dead', type: 'webhook', target: 'http://x', endpointId: 'e', state: 'pending' },
  ...{ createdAt: at, endedAt: null, nextAttemptAt: null, runId: 'r', error: null, attempts: [] },
  ...changes,
});
const text = (changes: Partial<Delivery>) => deliveryText(delivery(changes), () => '09:30');

test('a message is on its way, comes again, was delivered or has failed', () => {
  expect(text({})).toBe('On its way');
  expect(text({ nextAttemptAt: at })).toBe('On its way');
  expect(text({ nextAttemptAt: at, attempts: [attempt({})] })).toBe('Again 09:30');
  expect(text({ state: 'delivered', endedAt: at })).toBe('Delivered 09:30');
  expect(text({ state: 'failed', endedAt: at })).toBe('Failed');
});

test('a try says what the receiver said, or why it said nothing', () => {
  expect(attemptText(attempt({ outcome: 'succeeded', status: 204 }))).toBe('taken: 204');
  expect(attemptText(attempt({ outcome: 'timed-out', error: { name: 'TimedOut', message: 'It did not end within …' } }))).toBe(
    'no answer in time',
  );
  expect(attemptText(attempt({ status: 500, error: { name: 'WebhookError', message: 'status 500' } }))).toBe('status 500');
  expect(attemptText(attempt({ outcome: 'interrupted' }))).toBe('interrupted');
});
