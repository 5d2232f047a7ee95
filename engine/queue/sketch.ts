/**
 * Percentiles of durations in constant memory: counts in buckets that grow by a fixed ratio (as DDSketch, Masson et al.,
 * VLDB 2019), so that each answer is within 2 % of a value that was measured. With a memory, old values weigh less.
 */

const growth = 1.04;
const logGrowth = Math.log(growth);
/** Below it everything is one bucket: a hundredth of a millisecond. */
const smallestMs = 0.01;

export type SketchJson = { total: number; buckets: [index: number, weight: number][] };

export class Sketch {
  readonly #buckets = new Map<number, number>();
  readonly #memory: number;
  #total = 0;

  /** @param memory past this total weight all weights are halved; Infinity never forgets */
  constructor(memory = Number.POSITIVE_INFINITY) {
    this.#memory = memory;
  }

  get total(): number {
    return this.#total;
  }

  add(ms: number, weight = 1): void {
    const index = Math.ceil(Math.log(Math.max(ms, smallestMs) / smallestMs) / logGrowth);
    this.#put(index, weight);
    if (this.#total > this.#memory) this.#halve();
  }

  merge(other: Sketch): void {
    for (const [index, weight] of other.#buckets) this.#put(index, weight);
  }

  /** The value below which a share of `quantile` (0…1) lies, in milliseconds; null when empty. */
  quantile(quantile: number): number | null {
    if (this.#total === 0) return null;
    const rank = quantile * this.#total;
    let seen = 0;
    let last = 0;
    for (const index of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      seen += this.#buckets.get(index) ?? 0;
      last = index;
      if (seen >= rank) break;
    }
    // The middle of the bucket, in ratio.
    const value = smallestMs * growth ** (last - 0.5);
    return Math.round(value * 100) / 100;
  }

  toJSON(): SketchJson {
    return { total: this.#total, buckets: [...this.#buckets] };
  }

  static from(json: SketchJson, memory?: number): Sketch {
    const sketch = new Sketch(memory);
    for (const [index, weight] of json.buckets) sketch.#put(index, weight);
    return sketch;
  }

  #put(index: number, weight: number): void {
    this.#buckets.set(index, (this.#buckets.get(index) ?? 0) + weight);
    this.#total += weight;
  }

  #halve(): void {
    this.#total = 0;
    for (const [index, weight] of this.#buckets) {
      const half = weight / 2;
      if (half < 0.01) this.#buckets.delete(index);
      else {
        this.#buckets.set(index, half);
        this.#total += half;
      }
    }
  }
}
