/**
 * Timers count neither the time that the machine slept nor a clock that was set: the clock is looked at again so often,
 * in milliseconds.
 */
const longestTimerMs = 10_000;

/** Rings when the first of those that wait for their time is due. */
export class DueTimer {
  readonly #now: () => number;
  readonly #ring: () => void;
  readonly #setBack: () => void;
  #timer: NodeJS.Timeout | null = null;
  #at = Number.POSITIVE_INFINITY;
  #closed = false;

  /** @param setBack the clock was, and it is not due yet */
  constructor(now: () => number, ring: () => void, setBack: () => void = () => {}) {
    this.#now = now;
    this.#ring = ring;
    this.#setBack = setBack;
  }

  get isDue(): boolean {
    return this.#at <= this.#now();
  }

  /** @param at milliseconds since 1970; Infinity: nothing waits */
  set(at: number): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#at = at;
    if (at === Number.POSITIVE_INFINITY || this.#closed) return;
    const setAt = this.#now();
    const wait = Math.min(Math.max(0, at - setAt), longestTimerMs);
    this.#timer = setTimeout(() => {
      if (this.isDue) return this.#ring();
      this.set(this.#at);
      if (this.#now() < setAt) this.#setBack();
    }, wait);
  }

  /** As `set`, unless something earlier is awaited already. */
  setIfEarlier(at: number): void {
    if (at < this.#at) this.set(at);
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
