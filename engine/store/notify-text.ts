/** The column `notify` of jobs and schedules: who is to be told, as it was asked for. */

import type { JobNotification } from '../../contract/job.ts';
import type { NotificationRequest } from '../../contract/notify.ts';

/** null: nobody. */
export function notifyText(requests: readonly NotificationRequest[] | undefined): string | null {
  return requests === undefined || requests.length === 0 ? null : JSON.stringify(requests);
}

/** With the secrets, for those who send. */
export function requestsIn(notify: string | null): NotificationRequest[] {
  return notify === null ? [] : (JSON.parse(notify) as NotificationRequest[]);
}

/** Without the secrets, for those who look. */
export function notificationsIn(notify: string | null): JobNotification[] {
  return requestsIn(notify).map((request) =>
    request.type === 'webhook' ? { type: 'webhook', url: request.url, on: request.on } : request,
  );
}
