import { Problem } from '../../contract/errors.ts';
import type { Queue, QueuePatch } from '../../contract/resources.ts';
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

  list(): Queue[] {
    const counts = this.#store.counters.by('queue');
    return [...this.#queues.values()].sort((a, b) => (a.name < b.name ? -1 : 1)).map((queue) => this.#shown(queue, counts[queue.name]));
  }

  /** @throws Problem not-found */
  get(name: string): Queue {
    return this.#shown(this.#existing(name), this.#store.counters.by('queue')[name]);
  }

  /** Makes the queue, or sets all of its options. */
  async put(name: string, { paused = false, concurrency = null }: QueuePatch): Promise<Queue> {
    await this.#keep(() => ({ name, paused: paused ? 1 : 0, concurrency }));
    return this.get(name);
  }

  async patch(name: string, patch: QueuePatch): Promise<Queue> {
    const known = this.#existing(name);
    await this.#keep(() => {
      // As it stands in this transaction: two who change different options at once both get their way.
      const queue = this.#store.queues.findQueue(name) ?? known;
      const paused = patch.paused === undefined ? queue.paused : patch.paused ? 1 : 0;
      return { name, paused, concurrency: patch.concurrency === undefined ? queue.concurrency : patch.concurrency };
    });
    return this.get(name);
  }

  async #keep(change: () => QueueRow): Promise<void> {
    const write = () => {
      const changed = change();
      this.#store.queues.putQueue(changed);
      return changed;
    };
    await this.#store.commit.write('may', write, (queue) => {
      this.#queues.set(queue.name, queue);
      this.#events.emit({
        type: 'queue.changed',
        at: new Date(this.#now()).toISOString(),
        queue: { name: queue.name, paused: queue.paused === 1, concurrency: queue.concurrency },
      });
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
    return { name: queue.name, paused: queue.paused === 1, concurrency: queue.concurrency, counts, oldestAvailableMs };
  }
}
