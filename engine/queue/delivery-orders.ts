/** What a thread is told to send: filled in when the job starts, so that no job holds a secret and a changed one is used at once. */

import type { MailOrder, NoOrder, WebhookOrder } from '../../contract/delivery-order.ts';
import { MailNotSetUp, readMailServer } from '../notify/mail-settings.ts';
import { isDeliveryTask } from '../store/deliveries.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';

export class DeliveryOrders {
  readonly #store: Store;
  readonly #settingsFile: string;

  constructor(store: Store, settingsFile: string) {
    this.#store = store;
    this.#settingsFile = settingsFile;
  }

  /** What the job's task is given: of a delivery's own job its order, of any other its payload. */
  payloadOf(row: JobRow): string {
    return isDeliveryTask(row.task) ? JSON.stringify(this.#orderOf(row)) : row.payload;
  }

  #orderOf(row: JobRow): WebhookOrder | MailOrder | NoOrder {
    const { deliveries, endpoints } = this.#store;
    const delivery = deliveries.deliveryOfRun(row.seq);
    const body = delivery && deliveries.bodyOf(delivery.id);
    if (!delivery || body === null) return { refusal: 'The message is kept no longer.' };
    const { id, target, endpoint_id } = delivery;
    if (delivery.type === 'email') return this.#mailOrder(id, JSON.parse(target) as string[], body);
    const endpoint = endpoint_id === null ? null : endpoints.findEndpoint(endpoint_id);
    if (!endpoint) return { refusal: 'The endpoint was deleted.' };
    if (endpoint.enabled === 0) return { refusal: endpointIsOff(endpoint) };
    return { id, url: target, secret: endpoint.secret, body };
  }

  #mailOrder(id: string, to: string[], body: string): MailOrder | NoOrder {
    try {
      const { subject, text } = JSON.parse(body) as Pick<MailOrder, 'subject' | 'text'>;
      return { id, to, subject, text, server: readMailServer(this.#settingsFile) };
    } catch (error) {
      // Once it is mended the message can be sent again by hand.
      if (error instanceof MailNotSetUp) return { refusal: error.message };
      throw error;
    }
  }

  /** @throws MailNotSetUp */
  checkMail(): void {
    readMailServer(this.#settingsFile);
  }
}

export function endpointIsOff({ url, off_reason }: { url: string; off_reason: string | null }): string {
  return `The endpoint ${url} is turned off${off_reason === null ? '' : `: ${off_reason.replace(/\.$/, '')}`}`;
}
