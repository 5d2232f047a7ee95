import { DueTimer } from './due-timer.ts';

/** How long after a caller's job began the next one is expected, in milliseconds. */
const heldMs = 1_000;
/** How long the end of a job may wait for a transaction of the callers', in milliseconds. */
const endWithinMs = 10;

/**
 * While callers wait for answers, the `cpu` lane leaves a core to them, and the ends of background jobs leave them the disk. The
 * lane's threads run at low priority, but that alone does not do: a scheduler lets a thread that computes finish its slice, and an
 * answer needs several threads to be woken in turn. Beside work on every core the 99th percentile of sync calls was 2.4 times as
 * long as without any, 1.9 with the core and 1.3 to 1.8 with both (`npm run bench -- --only sync-under-work`).
 */
export class CallersFirst {
  readonly #now: () => number;
  readonly #timer: DueTimer;
  #until = 0;

  /** @param ring the core is free for other work again */
  constructor(now: () => number, ring: () => void) {
    this.#now = now;
    this.#timer = new DueTimer(now, () => {
      this.#timer.set(Number.POSITIVE_INFINITY);
      // Calls that came since only moved the end: a timer for each would cost more than looking once a second.
      if (this.#come) this.#timer.set(this.#until);
      else ring();
    });
  }

  /** A job whose caller waits has begun. */
  called(): void {
    this.#until = this.#now() + heldMs;
    this.#timer.setIfEarlier(this.#until);
  }

  /**
   * How long the end of a background job may wait to be written with something of the callers', in milliseconds. Without callers
   * not at all. A transaction of its own holds up theirs for as long as the disk takes.
   */
  get endWithinMs(): number {
    return this.#come ? endWithinMs : 0;
  }

  get #come(): boolean {
    const left = this.#until - this.#now();
    // More than that is left only where the clock was set back.
    return left > 0 && left <= heldMs;
  }

  /**
   * @param free places on the `cpu` lane, each a thread of its own
   * @param taken places that jobs have or were promised
   * @returns those that may be taken now: one job may always run
   */
  placesBeside(free: number, taken: number): number {
    return this.#come && free + taken > 1 ? Math.max(0, free - 1) : free;
  }

  /** From now on nothing waits for callers. */
  close(): void {
    this.#until = 0;
    this.#timer.close();
  }
}
