/**
 * Who asked to be told of a job's end is told by jobs of the engine's own: they are inserted in the transaction that ends the
 * job, so that no crash loses a message, and are retried, limited, logged and shown like any other job.
 */

import { receiverGoneCode } from '../../contract/delivery-order.ts';
import { Problem } from '../../contract/errors.ts';
import type { DeliveryListQuery } from '../../contract/filter.ts';
import type { JobError } from '../../contract/job.ts';
import type { Delivery, DeliveryEvent, DeliveryType, NotificationRequest } from '../../contract/notify.ts';
import type { Submission } from '../../contract/submission.ts';
import { mailText, webhookBody } from '../notify/message.ts';
import { type DeliveryRow, deliveryTasks, type NewDelivery } from '../store/deliveries.ts';
import { type JobRow, jobIdOf, jobOf, summaryOf, timeOf } from '../store/job-row.ts';
import { requestsIn } from '../store/notify-text.ts';
import type { Store } from '../store/store.ts';
import { ownEntries } from './catalog.ts';
import { cursorNumber } from './cursor.ts';
import { endpointIsOff } from './delivery-orders.ts';
import { deliveryQueue } from './delivery-tasks.ts';
import { deliveryOf } from './delivery-view.ts';
import type { Endpoints } from './endpoints.ts';
import type { EventStream } from './event-stream.ts';
import type { Submit } from './submit.ts';
import { timeOrderedId } from './time-ordered-id.ts';

export type DeliveriesParts = {
  store: Store;
  submit: Submit;
  endpoints: Endpoints;
  events: EventStream;
  now: () => number;
};

type Message = Pick<NewDelivery, 'type' | 'endpoint_id' | 'target' | 'body'> & { offBecause: string | null };

export class Deliveries {
  readonly #parts: DeliveriesParts;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
  }

  /** Inside each turn's transaction, after everything that may end a job. @returns what to do after the commit */
  settle(): (() => void) | null {
    const ended = this.#parts.store.deliveries.takeEnded();
    if (ended.length === 0) return null;
    const after: (() => void)[] = [];
    for (const { row, delivery } of ended) {
      if (delivery) this.#runEnded(row, delivery);
      else this.#tell(row, after);
    }
    return () => {
      for (const act of after) act();
    };
  }

  list({ job, state, limit, cursor }: DeliveryListQuery): { deliveries: Delivery[]; next: string | null } {
    const { store } = this.#parts;
    const rows = store.deliveries.deliveriesBefore(cursorNumber(cursor, Number.MAX_SAFE_INTEGER), limit + 1, { job, state });
    const page = rows.slice(0, limit);
    return { deliveries: page.map((row) => deliveryOf(row, store)), next: rows.length > limit ? String(page.at(-1)?.number) : null };
  }

  /** @throws Problem not-found */
  get(id: string): Delivery {
    return deliveryOf(this.#find(id), this.#parts.store);
  }

  /** @throws Problem not-found; wrong-state while it is pending, or its endpoint is off or gone */
  async redeliver(id: string): Promise<Delivery> {
    const { store, submit } = this.#parts;
    await store.commit.write(
      'may',
      () => {
        const row = this.#find(id);
        if (row.state === 'pending')
          throw new Problem('wrong-state', `Delivery ${id} is on its way already. switchyard run-now sends a waiting one at once.`);
        const endpoint = row.endpoint_id === null ? null : store.endpoints.findEndpoint(row.endpoint_id);
        if (row.type === 'webhook' && !endpoint) throw new Problem('wrong-state', `The endpoint of delivery ${id} was deleted.`);
        if (endpoint?.enabled === 0) throw new Problem('wrong-state', `${endpointIsOff(endpoint)}. Turn it on first.`);
        store.deliveries.reopenDelivery(row.number);
        return this.#send(row);
      },
      (run) => submit.announcePlaced(run),
    );
    return this.get(id);
  }

  #tell(row: JobRow, after: (() => void)[]): void {
    const { submit, events, now } = this.#parts;
    for (const request of requestsIn(row.notify)) {
      if (!request.on.some((state) => state === row.state)) continue;
      if (request.type === 'desktop') {
        after.push(() =>
          events.emitLazily(() => ({ type: 'notification.desktop', at: timeOf(now()), notification: { job: summaryOf(row) } })),
        );
        continue;
      }
      const run = this.#write(row, this.#messageOf(row, request));
      if (run) after.push(() => submit.announcePlaced(run));
    }
  }

  #messageOf(row: JobRow, request: Extract<NotificationRequest, { type: DeliveryType }>): Message {
    if (request.type === 'email') {
      const body = JSON.stringify(mailText(jobOf(row)));
      return { type: 'email', endpoint_id: null, target: JSON.stringify(request.to), body, offBecause: null };
    }
    const endpoint = this.#parts.endpoints.endpointFor(request.url, request.secret);
    const offBecause = endpoint.enabled === 1 ? null : endpointIsOff(endpoint);
    return { type: 'webhook', endpoint_id: endpoint.id, target: request.url, body: webhookBody(eventOf(row), jobOf(row)), offBecause };
  }

  /** @returns the job that sends it; null: nobody wants it */
  #write(row: JobRow, { offBecause, ...message }: Message): JobRow | null {
    const { store, now } = this.#parts;
    const at = now();
    const error: JobError | null = offBecause === null ? null : { name: 'EndpointOff', message: offBecause };
    const delivery: NewDelivery = {
      ...{ ...message, id: `msg_${timeOrderedId(at)}`, job_id: jobIdOf(row), event: eventOf(row), created_at: at },
      ...(error ? { state: 'failed', ended_at: at, error: JSON.stringify(error) } : { state: 'pending', ended_at: null, error: null }),
    };
    const number = store.deliveries.insertDelivery(delivery);
    return error ? null : this.#send({ ...delivery, number });
  }

  #send({ number, id, type, event, job_id: job }: Pick<DeliveryRow, 'number' | 'id' | 'type' | 'event' | 'job_id'>): JobRow {
    const { store, submit } = this.#parts;
    const entry = ownEntries[deliveryTasks[type]];
    const submission: Submission = {
      ...{ task: entry.name, payload: { delivery: id, event, job }, mode: 'async', queue: deliveryQueue },
      ...{ priority: 0, delayMs: 0, runAt: null, tags: [] },
    };
    const run = submit.placeOwn(submission, entry);
    store.deliveries.keepRun(number, run.seq);
    return run;
  }

  #runEnded(run: JobRow, { number, job_id, endpoint_id }: DeliveryRow): void {
    const { store, now } = this.#parts;
    const error = run.error === null ? null : (JSON.parse(run.error) as JobError);
    if (error?.code === receiverGoneCode && endpoint_id !== null) store.endpoints.turnEndpointOff(endpoint_id, error.message, now());
    // A person may have retried an earlier run beside it: the one that ends last decides.
    if (store.deliveries.hasUnfinishedRun(number)) return;
    // Its job was deleted while it was on its way.
    if (!store.jobs.findJob(job_id)) store.deliveries.deleteDelivery(number);
    else if (run.state === 'completed') store.deliveries.endDelivery(number, 'delivered', null, now());
    else store.deliveries.endDelivery(number, 'failed', run.error ?? JSON.stringify(givenUp), now());
  }

  #find(id: string): DeliveryRow {
    const row = this.#parts.store.deliveries.findDelivery(id);
    if (!row) throw new Problem('not-found', `There is no delivery ${id}. It is kept as long as its job.`);
    return row;
  }
}

const givenUp: JobError = { name: 'Cancelled', message: 'The job that was to send it was cancelled or deleted.' };

function eventOf({ state }: JobRow): DeliveryEvent {
  return state === 'completed' ? 'job.completed' : state === 'dead' ? 'job.dead' : 'job.cancelled';
}
