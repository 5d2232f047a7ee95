/** What a submission asks to be told is looked at before it is accepted. */

import { invalid } from '../../contract/errors.ts';
import type { NotificationRequest } from '../../contract/notify.ts';
import { MailNotSetUp } from '../notify/mail-settings.ts';
import type { JobRow } from '../store/job-row.ts';
import { requestsIn } from '../store/notify-text.ts';
import type { DeliveryOrders } from './delivery-orders.ts';
import { deliveryConcurrency, deliveryQueue } from './delivery-tasks.ts';
import type { Endpoints } from './endpoints.ts';
import type { QueueSettings } from './queue-settings.ts';

export type NotifyRequestsParts = { settings: QueueSettings; orders: DeliveryOrders; endpoints: Endpoints };

export class NotifyRequests {
  readonly #parts: NotifyRequestsParts;

  constructor(parts: NotifyRequestsParts) {
    this.#parts = parts;
  }

  /**
   * Before a job, or a schedule, is accepted that tells somebody of an end. @param path of the submission in the request
   * @throws Problem invalid-request when there is no mail server to tell them by; storage-full
   */
  async prepare(requests: readonly NotificationRequest[] | undefined, path = ''): Promise<void> {
    const { settings, orders } = this.#parts;
    if (requests === undefined || requests.length === 0) return;
    const mail = requests.findIndex(({ type }) => type === 'email');
    try {
      if (mail !== -1) orders.checkMail();
    } catch (error) {
      if (error instanceof MailNotSetUp) throw invalid(`${path}/notify/${mail}`, error.message);
      throw error;
    }
    if (!settings.has(deliveryQueue)) await settings.put(deliveryQueue, { concurrency: deliveryConcurrency });
  }

  /** Inside the transaction that inserts the job: its endpoints are there from now on, so that their secrets can be read before the first message comes. */
  accept(row: JobRow): void {
    for (const request of requestsIn(row.notify))
      if (request.type === 'webhook') this.#parts.endpoints.endpointFor(request.url, request.secret);
  }
}
