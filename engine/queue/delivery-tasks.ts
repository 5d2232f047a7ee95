/** The tasks that send messages, and the queue that they run in. */

import type { TaskDescription } from '../../contract/thread.ts';
import { deliveryRetry, emailTimeoutMs, webhookTimeoutMs } from '../notify/delivery-policy.ts';
import type { DeliveryTask } from '../store/deliveries.ts';

/** Of the engine's own. A user's task of such a name is not loaded. */
export const ownTaskPrefix = 'switchyard.';

/** Where the jobs that send stand in line, apart from the jobs that they tell of. */
export const deliveryQueue = 'switchyard.deliveries';
/** A receiver that hangs takes a place for 15 s at a time: so many at once leave the lane to others. */
export const deliveryConcurrency = 64;

function descriptionOf(timeoutMs: number): TaskDescription {
  return {
    ...{ title: '', description: '', lane: 'io', input: {}, result: {}, timeoutMs, retry: deliveryRetry, declares: {} },
    ...{ concurrency: null, concurrencyPerKey: 1, circuit: null, examples: [], hasPredict: false, hasRollback: false },
  };
}

/** Known without asking a thread, which would load what most engines never need. */
export const deliveryDescriptions: Readonly<Record<DeliveryTask, TaskDescription>> = {
  'switchyard.webhook': descriptionOf(webhookTimeoutMs),
  'switchyard.email': descriptionOf(emailTimeoutMs),
};
