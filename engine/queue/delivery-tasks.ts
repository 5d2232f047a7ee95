/** The tasks that send messages, as the line and the lanes see them. They are not in the catalog: nobody else may submit them. */

import type { DeliveryType } from '../../contract/notify.ts';
import { deliveryRetry, emailTimeoutMs, webhookTimeoutMs } from '../notify/delivery-policy.ts';
import { deliveryTasks } from '../store/deliveries.ts';
import type { CatalogEntry } from './catalog.ts';

/** Of the engine's own. A user's task of such a name is not loaded. */
export const ownTaskPrefix = 'switchyard.';

/** Where the jobs that send stand in line, apart from the jobs that they tell of. */
export const deliveryQueue = 'switchyard.deliveries';
/** A receiver that hangs takes a place for 15 s at a time: so many at once leave the lane to others. */
export const deliveryConcurrency = 64;

function entryOf(name: string, timeoutMs: number): CatalogEntry {
  return {
    ...{ name, module: { kind: 'built-in', name }, source: 'built-in', error: null },
    // What it holds is the engine's own.
    check: () => [],
    description: {
      ...{ title: '', description: '', lane: 'io', input: {}, result: {}, timeoutMs, retry: deliveryRetry, declares: {} },
      ...{ concurrency: null, concurrencyPerKey: 1, examples: [], hasPredict: false, hasRollback: false },
    },
  };
}

export const deliveryEntries: Readonly<Record<DeliveryType, CatalogEntry>> = {
  webhook: entryOf(deliveryTasks.webhook, webhookTimeoutMs),
  email: entryOf(deliveryTasks.email, emailTimeoutMs),
};

export function ownTask(name: string): CatalogEntry | undefined {
  if (!name.startsWith(ownTaskPrefix)) return undefined;
  return Object.values(deliveryEntries).find((entry) => entry.name === name);
}
