import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import { DueTimer } from './due-timer.ts';
import { deadlineError } from './outcome.ts';

/** Deadlines looked at in one transaction. */
const pageJobs = 500;

/** Jobs whose deadline has passed: those that waited are dead, those that run are to be told. */
export type Overdue = { dead: JobRow[]; running: JobRow[] };

/** One timer for the first of all deadlines. */
export class Deadlines {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #timer: DueTimer;

  /** @param ring something is to be done in a transaction */
  constructor(store: Store, now: () => number, ring: () => void) {
    this.#store = store;
    this.#now = now;
    this.#timer = new DueTimer(now, ring);
  }

  open(): void {
    this.#timer.set(this.#store.jobs.nextDeadline() ?? Number.POSITIVE_INFINITY);
  }

  watch({ deadline_at }: JobRow): void {
    if (deadline_at !== null) this.#timer.setIfEarlier(deadline_at);
  }

  get isDue(): boolean {
    return this.#timer.isDue;
  }

  /** Inside a transaction. */
  enforce(): Overdue {
    const overdue: Overdue = { dead: [], running: [] };
    const { jobs } = this.#store;
    const now = this.#now();
    for (const row of jobs.passedDeadlines(now, pageJobs)) {
      if (row.state === 'executing') {
        jobs.dropDeadline(row);
        overdue.running.push(row);
      } else overdue.dead.push(jobs.buryWaiting(row, JSON.stringify(deadlineError(row)), now));
    }
    return overdue;
  }

  /** The transaction came to nothing. */
  retryAt(at: number): void {
    if (this.#timer.isDue) this.#timer.set(at);
  }

  close(): void {
    this.#timer.close();
  }
}
