import type { Store } from '../store/store.ts';
import type { QueueSettings } from './queue-settings.ts';
import { RateWindow } from './rate-window.ts';

/** What the queues' rate limits leave. A start is written with the claim that it pays for, so that a restart finds both or neither. */
export class RateLimits {
  readonly #store: Store;
  readonly #settings: QueueSettings;
  readonly #windows = new Map<string, RateWindow>();
  /** Taken inside the transaction that is open. */
  #pending: { queue: string; n: number; at: number }[] = [];

  constructor(store: Store, settings: QueueSettings) {
    this.#store = store;
    this.#settings = settings;
    for (const [queue, starts] of Map.groupBy(store.rateStarts.listStarts(), (row) => row.queue))
      this.#windows.set(queue, new RateWindow(starts));
  }

  /** Infinity without a limit. */
  room(queue: string, now: number): number {
    const limit = this.#settings.rateLimit(queue);
    if (limit) return this.#windowOf(queue).room(limit, now);
    this.#windows.delete(queue);
    return Number.POSITIVE_INFINITY;
  }

  /** Inside a transaction. @param now the time at which they are said to have started */
  take(queue: string, n: number, now: number): void {
    const limit = this.#settings.rateLimit(queue);
    if (!limit || n === 0) return;
    const window = this.#windowOf(queue);
    const slot = window.take(n, limit, now);
    this.#pending.push({ queue, n, at: slot.at });
    const { rateStarts } = this.#store;
    if (window.rewritten) rateStarts.dropStarts(queue);
    else rateStarts.dropStartsBefore(queue, window.starts[0]?.at ?? slot.at);
    for (const starts of window.rewritten ? window.starts : [slot]) rateStarts.putStarts({ queue, ...starts });
  }

  /** When the queue may start another; Infinity: no limit holds it up. */
  nextAt(queue: string): number {
    const limit = this.#settings.rateLimit(queue);
    return limit ? this.#windowOf(queue).nextAt(limit) : Number.POSITIVE_INFINITY;
  }

  committed(): void {
    for (const { queue } of this.#pending) this.#windowOf(queue).rewritten = false;
    this.#pending = [];
  }

  undone(): void {
    for (const { queue, n, at } of this.#pending) {
      const window = this.#windowOf(queue);
      window.giveBack(n, at);
      window.rewritten = true;
    }
    this.#pending = [];
  }

  #windowOf(queue: string): RateWindow {
    let window = this.#windows.get(queue);
    if (!window) {
      window = new RateWindow();
      this.#windows.set(queue, window);
    }
    return window;
  }
}
