import type { LaneName } from '../../contract/job.ts';
import type { JobRow } from '../store/job-row.ts';
import type { QueueSettings } from './queue-settings.ts';

/** How many more jobs of a queue may run at once. */
export class Concurrency {
  readonly #settings: QueueSettings;
  readonly #running = new Map<string, number>();

  constructor(settings: QueueSettings) {
    this.#settings = settings;
  }

  room(queue: string, lane?: LaneName): number {
    if (lane === 'interactive') return Number.POSITIVE_INFINITY;
    return this.#settings.concurrency(queue) - (this.#running.get(queue) ?? 0);
  }

  take(row: JobRow): void {
    this.#count(row, 1);
  }

  giveBack(row: JobRow): void {
    this.#count(row, -1);
  }

  /** Sync work answers a caller who waits: no queue's limit holds it up, and it takes nothing from one. */
  #count(row: JobRow, by: 1 | -1): void {
    if (row.lane === 'interactive') return;
    const count = (this.#running.get(row.queue) ?? 0) + by;
    if (count === 0) this.#running.delete(row.queue);
    else this.#running.set(row.queue, count);
  }
}
