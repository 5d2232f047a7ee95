import { Problem } from '../../contract/errors.ts';
import type { Queue, QueuePatch, RateLimit } from '../../contract/resources.ts';
import { noCounts } from '../store/counters.ts';
import type { QueueRow } from '../store/queues.ts';
import type { Store } from '../store/store.ts';
import type { EventStream } from './event-stream.ts';

/** The queues and their limits, in memory as they stand in the store. */
export class QueueSettings {
  readonly #store: Store;
  readonly #events: EventStream;
  readonly #now: () => number;
  readonly #queues = new Map<string, QueueRow>();

  constructor(store: Store, events: EventStream, now: () => number) {
    this.#store = store;
    this.#events = events;
    this.#now = now;
    for (const queue of store.queues.listQueues()) this.#queues.set(queue.name, queue);
  }

  has(name: string): boolean {
    return this.#queues.has(name);
  }

  isPaused(name: string): boolean {
    return this.#queues.get(name)?.paused === 1;
  }

  /** Infinity without a limit. */
  concurrency(name: string): number {
    return this.#queues.get(name)?.concurrency ?? Number.POSITIVE_INFINITY;
  }

  rateLimit(name: string): RateLimit | null {
    const queue = this.#queues.get(name);
    return queue ? rateLimitOf(queue) : null;
  }

  /** Infinity without a limit. */
  maxBacklog(name: string): number {
    return this.#queues.get(name)?.max_backlog ?? Number.POSITIVE_INFINITY;
  }

  list(): Queue[] {
    const counts = this.#store.counters.by('queue');
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((queue) => this.#shown(queue, counts[queue.name]));
  }

  /** @throws Problem not-found */
  get(name: string): Queue {
    return this.#shown(this.#existing(name), this.#store.counters.by('queue')[name]);
  }

  /** Makes the queue, or sets all of its options. */
  async put(name: string, options: QueuePatch): Promise<Queue> {
    await this.#keep(() => changed(plainQueue(name), options));
    return this.get(name);
  }

  async patch(name: string, patch: QueuePatch): Promise<Queue> {
    const known = this.#existing(name);
    await this.#keep(() => {
      // As it stands in this transaction: two who change different options at once both get their way.
      return changed(this.#store.queues.findQueue(name) ?? known, patch);
    });
    return this.get(name);
  }

  async #keep(change: () => QueueRow): Promise<void> {
    const write = () => {
      const row = change();
      this.#store.queues.putQueue(row);
      if (row.rate_max === null) this.#store.rateStarts.dropStarts(row.name);
      return row;
    };
    await this.#store.commit.write('may', write, (queue) => {
      this.#queues.set(queue.name, queue);
      this.#events.emit({ type: 'queue.changed', at: new Date(this.#now()).toISOString(), queue: optionsOf(queue) });
      // Something may be claimed that could not be before.
      this.#store.commit.request();
    });
  }

  #existing(name: string): QueueRow {
    const queue = this.#queues.get(name);
    if (!queue) throw new Problem('not-found', `There is no queue "${name}". Make it with PUT /v1/queues/${name}.`);
    return queue;
  }

  #shown(queue: QueueRow, counts = noCounts()): Queue {
    const nextReadyAt = this.#store.queues.nextReadyAt(queue.name);
    const oldestAvailableMs = nextReadyAt === null ? null : Math.max(0, this.#now() - nextReadyAt);
    return { ...optionsOf(queue), counts, oldestAvailableMs };
  }
}

function plainQueue(name: string): QueueRow {
  return { name, paused: 0, concurrency: null, rate_max: null, rate_per_ms: null, max_backlog: null };
}

function changed(queue: QueueRow, { paused, concurrency, rateLimit, maxBacklog }: QueuePatch): QueueRow {
  return {
    name: queue.name,
    paused: paused === undefined ? queue.paused : paused ? 1 : 0,
    concurrency: concurrency === undefined ? queue.concurrency : concurrency,
    rate_max: rateLimit === undefined ? queue.rate_max : (rateLimit?.max ?? null),
    rate_per_ms: rateLimit === undefined ? queue.rate_per_ms : (rateLimit?.perMs ?? null),
    max_backlog: maxBacklog === undefined ? queue.max_backlog : maxBacklog,
  };
}

function optionsOf(queue: QueueRow): Pick<Queue, 'name' | 'paused' | 'concurrency' | 'rateLimit' | 'maxBacklog'> {
  const { name, paused, concurrency, max_backlog: maxBacklog } = queue;
  return { name, paused: paused === 1, concurrency, rateLimit: rateLimitOf(queue), maxBacklog };
}

function rateLimitOf({ rate_max: max, rate_per_ms: perMs }: QueueRow): RateLimit | null {
  return max === null || perMs === null ? null : { max, perMs };
}
