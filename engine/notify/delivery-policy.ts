/** How messages are sent: how long one try may take, and when it is tried again. */

import type { RetryPolicy } from '../../contract/retry.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Standard Webhooks: a receiver has 15 s to answer. */
export const webhookTimeoutMs = 15 * second;
/** A mail server may take its time to greet and to accept (RFC 5321, 4.5.3.2, allows minutes); a minute is what people wait. */
export const emailTimeoutMs = minute;

/**
 * The schedule that Standard Webhooks recommends, with two early tries in front: a receiver that restarts is back in
 * seconds, one that is broken is mended within days. In all about three and a half days; varied by a tenth so that
 * messages that failed together do not return together.
 */
export const deliveryRetry: Pick<RetryPolicy, 'delaysMs' | 'jitter'> = {
  delaysMs: [second, 5 * second, 30 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour],
  jitter: 0.1,
};
