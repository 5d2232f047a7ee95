/**
 * A Map from numbers to objects that stay for a moment: thousands come and go every second. A Map that is full of deletions moves to a
 * new table, which V8 makes in the old generation, and the table that it leaves there keeps all that it still held from being
 * collected as young: half of all jobs, 4 KB each. Here the tables hold numbers only, and objects stand in places that are used again.
 */
export class BriefMap<Value> {
  readonly #places = new Map<number, number>();
  readonly #values: (Value | undefined)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#places.size;
  }

  has(key: number): boolean {
    return this.#places.has(key);
  }

  get(key: number): Value | undefined {
    const place = this.#places.get(key);
    return place === undefined ? undefined : this.#values[place];
  }

  set(key: number, value: Value): void {
    const place = this.#places.get(key) ?? this.#free.pop() ?? this.#values.length;
    this.#places.set(key, place);
    this.#values[place] = value;
  }

  delete(key: number): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#values[place] = undefined;
    this.#free.push(place);
  }

  /** In no order. */
  *values(): IterableIterator<Value> {
    for (const value of this.#values) if (value !== undefined) yield value;
  }

  keys(): IterableIterator<number> {
    return this.#places.keys();
  }
}
