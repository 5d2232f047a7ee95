/** Messages and their endpoints as people read them. */

import type { Delivery, DeliveryState, Endpoint } from '../contract/notify.ts';
import { formatRelative } from './durations.ts';
import type { Paint } from './paint.ts';
import type { Cell, Column } from './table.ts';
import { renderTable } from './table.ts';
import { oneLine } from './text.ts';

const deliveryColumns: readonly Column[] = [
  { title: 'ID' },
  { title: 'STATE' },
  { title: 'EVENT' },
  { title: 'TO', least: 16 },
  { title: 'TRIES' },
  { title: 'WHEN' },
  { title: 'LAST', least: 10 },
];

const styles = { pending: 'yellow', delivered: 'green', failed: 'red' } as const satisfies Record<DeliveryState, string>;

export function renderDeliveries(deliveries: readonly Delivery[], now: number, paint: Paint): string {
  const rows = deliveries.map((delivery): Cell[] => [
    delivery.id,
    { text: delivery.state, style: styles[delivery.state] },
    delivery.event,
    oneLine(delivery.target),
    String(delivery.attempts.length),
    formatRelative(delivery.endedAt ?? delivery.nextAttemptAt ?? delivery.createdAt, now),
    oneLine(lastOf(delivery)),
  ]);
  return renderTable(deliveryColumns, rows, paint).join('\n');
}

/** What came of the last try, or why there was none. */
function lastOf({ attempts, error }: Delivery): string {
  const last = attempts.at(-1);
  if (!last) return error?.message ?? '–';
  return last.error?.message ?? (last.status === null ? last.outcome : String(last.status));
}

const endpointColumns: readonly Column[] = [
  { title: 'ID' },
  { title: 'URL', least: 16 },
  { title: 'STATE' },
  { title: 'SECRET' },
  { title: 'ABOUT', least: 6 },
];

export function renderEndpoints(endpoints: readonly Endpoint[], paint: Paint): string {
  const rows = endpoints.map(({ id, url, enabled, offReason, secret, description, registered }): Cell[] => [
    id,
    oneLine(url),
    enabled ? { text: 'on', style: 'green' } : { text: 'off', style: 'red' },
    secret,
    oneLine(offReason ?? description ?? (registered ? '–' : 'made by a submission')),
  ]);
  return renderTable(endpointColumns, rows, paint).join('\n');
}
