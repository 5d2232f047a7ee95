import type { JobRow } from '../store/job-row.ts';
import { BriefMap } from './brief-map.ts';

/** What a waiter hears: the job in its final state, null when it was deleted, `timeout` when it took too long. */
export type Wakeup<Row = JobRow> = { row: Row | null } | 'timeout';

/** Those who wait for the end of a job, or of something else that has a number. */
export class Waiters<Row = JobRow> {
  readonly #waiting = new BriefMap<Set<(wakeup: Wakeup<Row>) => void>>();

  /** @param ms Infinity: as long as it takes */
  wait(seq: number, ms: number): Promise<Wakeup<Row>> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(seq) ?? new Set();
      this.#waiting.set(seq, waiting);
      const settle = (wakeup: Wakeup<Row>) => {
        clearTimeout(timer);
        waiting.delete(settle);
        if (waiting.size === 0 && this.#waiting.get(seq) === waiting) this.#waiting.delete(seq);
        resolve(wakeup);
      };
      const timer = Number.isFinite(ms) ? setTimeout(() => settle('timeout'), ms) : undefined;
      waiting.add(settle);
    });
  }

  wake(seq: number, row: Row | null): void {
    for (const settle of this.#waiting.get(seq) ?? []) settle({ row });
  }

  /** The engine stops: everyone is answered with the job as it is. */
  releaseAll(): void {
    for (const waiting of [...this.#waiting.values()]) for (const settle of [...waiting]) settle('timeout');
  }
}
