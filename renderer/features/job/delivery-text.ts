/** Messages and their tries in a few words. */

import type { Delivery, DeliveryAttempt } from '../../../contract/notify.ts';

/** @param clock how a time is written */
export function deliveryText({ state, nextAttemptAt, attempts, endedAt }: Delivery, clock: (at: string) => string): string {
  if (state === 'delivered') return endedAt === null ? 'Delivered' : `Delivered ${clock(endedAt)}`;
  if (state === 'failed') return 'Failed';
  return nextAttemptAt === null || attempts.length === 0 ? 'On its way' : `Again ${clock(nextAttemptAt)}`;
}

/** What the receiver said, or why it said nothing. */
export function attemptText({ outcome, status, error }: DeliveryAttempt): string {
  if (outcome === 'succeeded') return status === null ? 'taken' : `taken: ${status}`;
  if (outcome === 'timed-out') return 'no answer in time';
  return error?.message ?? outcome;
}
