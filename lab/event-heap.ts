/** The events of a simulation, the earliest first: a binary heap in flat arrays, without an object an event. */
export class EventHeap {
  #times = new Float64Array(1024);
  #values = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** When the next event is; Infinity when there is none. */
  get nextAt(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#times[0] ?? 0);
  }

  push(at: number, value: number): void {
    if (this.#size === this.#times.length) this.#grow();
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const time = this.#times[parent] ?? 0;
      if (time <= at) break;
      this.#move(parent, hole);
      hole = parent;
    }
    this.#times[hole] = at;
    this.#values[hole] = value;
  }

  /** Takes the next event out. Only when there is one. */
  pop(): number {
    const first = this.#values[0] ?? 0;
    const size = --this.#size;
    const at = this.#times[size] ?? 0;
    const value = this.#values[size] ?? 0;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      if (child + 1 < size && (this.#times[child + 1] ?? 0) < (this.#times[child] ?? 0)) child++;
      if ((this.#times[child] ?? 0) >= at) break;
      this.#move(child, hole);
      hole = child;
    }
    this.#times[hole] = at;
    this.#values[hole] = value;
    return first;
  }

  #move(from: number, to: number): void {
    this.#times[to] = this.#times[from] ?? 0;
    this.#values[to] = this.#values[from] ?? 0;
  }

  #grow(): void {
    const times = new Float64Array(this.#size * 2);
    const values = new Int32Array(this.#size * 2);
    times.set(this.#times);
    values.set(this.#values);
    this.#times = times;
    this.#values = values;
  }
}
