/** Progress of one run: at most ten a second go out, and the last one always. */

import type { Outbox } from './outbox.ts';
import { startOfText } from './text-limits.ts';

const betweenMs = 100;
const messageBytes = 500;

export class JobProgress {
  readonly #run: number;
  readonly #outbox: Outbox;
  #pending: { percent: number; message: string | null } | null = null;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(run: number, outbox: Outbox) {
    this.#run = run;
    this.#outbox = outbox;
  }

  /** @param percent cut to 0…100; one that is not a number is refused with a TypeError */
  set(percent: number, message: string | undefined): void {
    if (typeof percent !== 'number' || Number.isNaN(percent))
      throw new TypeError(`progress needs a number from 0 to 100, not ${String(percent)}`);
    this.#pending = {
      percent: Math.min(100, Math.max(0, percent)),
      message: message === undefined || message === null ? null : startOfText(String(message), messageBytes),
    };
    const wait = this.#sentAt + betweenMs - performance.now();
    if (wait <= 0) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), wait);
  }

  end(): void {
    this.#send();
  }

  #send(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending === null) return;
    this.#outbox.addOutput({ run: this.#run, kind: 'progress', ...this.#pending }, 32);
    this.#pending = null;
    this.#sentAt = performance.now();
  }
}
