/**
 * The token bucket of a rate limit: it holds `max` tokens, a start takes one, and each comes back `perMs` after it was taken.
 * Rejected: tokens that trickle back at a steady rate. A full bucket is then spent at once and refilled while it is, so that
 * nearly twice `max` starts fall into one window of `perMs`; whoever sets a limit for a service that counts so is over it.
 */

import type { RateLimit } from '../../contract/resources.ts';

/** `n` starts, none of them later than `at` (milliseconds since 1970). */
export type Starts = { at: number; n: number };

/** Starts of a window are kept in so many slots, whatever `max` is; each counts from its slot's end, so a token is up to 1/256 of `perMs` late and never early. */
const slotsInWindow = 256;

export class RateWindow {
  /** Oldest first. */
  #slots: Starts[];
  #used: number;
  /** More has changed than what `take` answered: whoever keeps the slots must write all of them. */
  rewritten = false;

  constructor(starts: Starts[] = []) {
    this.#slots = starts.map((slot) => ({ ...slot }));
    this.#used = starts.reduce((sum, { n }) => sum + n, 0);
  }

  get starts(): readonly Readonly<Starts>[] {
    return this.#slots;
  }

  /** How many may start at `now`. */
  room({ max, perMs }: RateLimit, now: number): number {
    this.#forget(now, perMs);
    return Math.max(0, max - this.#used);
  }

  /** @returns the slot that counts them */
  take(n: number, { perMs }: RateLimit, now: number): Readonly<Starts> {
    const width = slotWidth(perMs);
    const at = (Math.floor(now / width) + 1) * width - 1;
    const last = this.#slots.at(-1);
    const slot = last && last.at >= at ? last : { at, n: 0 };
    if (slot !== last) this.#slots.push(slot);
    slot.n += n;
    this.#used += n;
    return slot;
  }

  /** Starts that did not come about. @param at of the slot that counts them */
  giveBack(n: number, at: number): void {
    const slot = this.#slots.find((candidate) => candidate.at === at);
    if (!slot) return;
    slot.n -= n;
    this.#used -= n;
    if (slot.n === 0) this.#slots.splice(this.#slots.indexOf(slot), 1);
  }

  /** When the next token comes back: Infinity when all are there. */
  nextAt({ perMs }: RateLimit): number {
    const first = this.#slots[0];
    return first ? first.at + perMs + 1 : Number.POSITIVE_INFINITY;
  }

  #forget(now: number, perMs: number): void {
    const width = slotWidth(perMs);
    const last = this.#slots.at(-1);
    // The clock was set back. When they really were is no longer known, so all of them count from now.
    if (last && last.at - now > width) {
      this.#slots = [{ at: now, n: this.#used }];
      this.rewritten = true;
    }
    for (let first = this.#slots[0]; first && first.at + perMs < now; first = this.#slots[0]) {
      this.#slots.shift();
      this.#used -= first.n;
    }
  }
}

function slotWidth(perMs: number): number {
  return Math.max(1, Math.ceil(perMs / slotsInWindow));
}
