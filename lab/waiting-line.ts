/** First in, first out, at constant cost: a ring of numbers that grows when it is full. */
class Ring {
  #slots = new Float64Array(64);
  #first = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get first(): number | undefined {
    return this.#size === 0 ? undefined : this.#slots[this.#first];
  }

  push(value: number): void {
    const capacity = this.#slots.length;
    if (this.#size === capacity) {
      const longer = new Float64Array(capacity * 2);
      for (let at = 0; at < this.#size; at++) longer[at] = this.#slots[(this.#first + at) % capacity] ?? 0;
      this.#slots = longer;
      this.#first = 0;
    }
    this.#slots[(this.#first + this.#size++) % this.#slots.length] = value;
  }

  shift(): number | undefined {
    const value = this.first;
    if (value === undefined) return undefined;
    this.#first = (this.#first + 1) % this.#slots.length;
    this.#size--;
    return value;
  }
}

/** Jobs that are due: the higher priority first, equal ones in the order in which they came. */
export class WaitingLine {
  readonly #rings: Ring[];
  #size = 0;

  /** @param classes priorities are 0 (first) … classes − 1 */
  constructor(classes: number) {
    this.#rings = Array.from({ length: classes }, () => new Ring());
  }

  get size(): number {
    return this.#size;
  }

  push(job: number, priorityClass: number): void {
    const ring = this.#rings[priorityClass];
    if (!ring) throw new RangeError(`There is no priority class ${priorityClass}`);
    ring.push(job);
    this.#size++;
  }

  shift(): number | undefined {
    for (const ring of this.#rings) {
      const job = ring.shift();
      if (job === undefined) continue;
      this.#size--;
      return job;
    }
    return undefined;
  }
}

/** The engine's rate limit: no more than `max` starts in any window of `perMs`. */
export class StartWindow {
  readonly #max: number;
  readonly #perMs: number;
  readonly #starts = new Ring();

  constructor({ max, perMs }: { max: number; perMs: number }) {
    this.#max = max;
    this.#perMs = perMs;
  }

  /** When another may start; not later than `now` when one may at once. */
  nextAt(now: number): number {
    for (let oldest = this.#starts.first; oldest !== undefined && oldest + this.#perMs <= now; oldest = this.#starts.first)
      this.#starts.shift();
    return this.#starts.size < this.#max ? now : (this.#starts.first ?? now) + this.#perMs;
  }

  take(now: number): void {
    this.#starts.push(now);
  }
}
