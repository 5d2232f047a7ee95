/**
 * Percentiles of durations in constant memory: counts in buckets that grow by a fixed ratio (as DDSketch, Masson et al.,
 * VLDB 2019), so that each answer is within 2 % of a value that was measured. With a memory, each new value weighs a little
 * more than the one before (forward decay, Cormode et al., ICDE 2009): old ones fade run by run, and nothing is rescaled.
 */

const growth = 1.04;
const logGrowth = Math.log(growth);
/** Below it everything is one bucket: a hundredth of a millisecond. */
const smallestMs = 0.01;
/** A bucket that weighs less than this share of one new value is let go. */
const negligible = 0.01;
/** Buckets that a bar of the distribution spans: each bar is 1.37 times as wide as the one before. */
const bucketsPerBar = 8;

/** `unit`: what a new value weighs; 1 where it is left out. */
export type SketchJson = { total: number; unit?: number; buckets: [index: number, weight: number][] };

export class Sketch {
  readonly #buckets = new Map<number, number>();
  readonly #memory: number;
  #total = 0;
  #unit = 1;

  /** @param memory what all values weigh together at the most, in new values; Infinity never forgets */
  constructor(memory = Number.POSITIVE_INFINITY) {
    this.#memory = memory;
  }

  /** What all values weigh, in new values: their number until the memory is full. */
  get total(): number {
    return this.#total / this.#unit;
  }

  add(ms: number, weight = 1): void {
    const heaviest = this.#memory - weight;
    if (this.#total > heaviest * this.#unit) this.#unit = this.#total / heaviest;
    this.#put(indexOf(ms), weight * this.#unit);
    if (this.#unit >= 2) this.#halve();
  }

  merge(other: Sketch): void {
    for (const [index, weight] of other.#buckets) this.#put(index, (weight / other.#unit) * this.#unit);
  }

  /** The value below which a share of `quantile` (0…1) lies, in milliseconds; null when empty. */
  quantile(quantile: number): number | null {
    if (this.#total === 0) return null;
    const rank = quantile * this.#total;
    let seen = 0;
    let last = 0;
    for (const index of this.#indexes()) {
      seen += this.#buckets.get(index) ?? 0;
      last = index;
      if (seen >= rank) break;
    }
    // The middle of the bucket, in ratio.
    const value = smallestMs * growth ** (last - 0.5);
    return Math.round(value * 100) / 100;
  }

  /** The share of the values that are longer than `ms`, 0…1; 0 when empty. */
  shareOver(ms: number): number {
    if (this.#total === 0) return 0;
    const position = positionOf(ms);
    const bucket = Math.ceil(position);
    let over = 0;
    for (const [index, weight] of this.#buckets) {
      if (index > bucket) over += weight;
      // Within a bucket values are taken to lie evenly.
      else if (index === bucket) over += weight * (bucket - position);
    }
    return Math.min(1, over / this.#total);
  }

  /** The distribution as bars without gaps, from the shortest value to the longest. */
  bars(): { fromMs: number; toMs: number; share: number }[] {
    const weights = new Map<number, number>();
    for (const [index, weight] of this.#buckets) {
      const bar = Math.floor((index - 1) / bucketsPerBar);
      weights.set(bar, (weights.get(bar) ?? 0) + weight);
    }
    const first = Math.min(...weights.keys());
    const last = Math.max(...weights.keys());
    const bars = [];
    for (let bar = first; bar <= last; bar++) {
      const edge = (at: number) => Math.round(smallestMs * growth ** (at * bucketsPerBar) * 100) / 100;
      const share = Math.round(((weights.get(bar) ?? 0) / this.#total) * 10_000) / 10_000;
      bars.push({ fromMs: edge(bar), toMs: edge(bar + 1), share });
    }
    return bars;
  }

  toJSON(): SketchJson {
    return { total: this.#total, unit: this.#unit, buckets: [...this.#buckets] };
  }

  static from({ total, unit = 1, buckets }: SketchJson, memory?: number): Sketch {
    const sketch = new Sketch(memory);
    for (const [index, weight] of buckets) sketch.#buckets.set(index, weight);
    sketch.#total = total;
    sketch.#unit = unit;
    return sketch;
  }

  #indexes(): number[] {
    return [...this.#buckets.keys()].sort((a, b) => a - b);
  }

  #put(index: number, weight: number): void {
    this.#buckets.set(index, (this.#buckets.get(index) ?? 0) + weight);
    this.#total += weight;
  }

  /** Keeps the weights small, and by a power of two, so that no answer changes by it. */
  #halve(): void {
    this.#unit /= 2;
    this.#total = 0;
    for (const [index, weight] of this.#buckets) {
      const half = weight / 2;
      if (half < negligible * this.#unit) this.#buckets.delete(index);
      else {
        this.#buckets.set(index, half);
        this.#total += half;
      }
    }
  }
}

function positionOf(ms: number): number {
  return Math.log(Math.max(ms, smallestMs) / smallestMs) / logGrowth;
}

function indexOf(ms: number): number {
  return Math.ceil(positionOf(ms));
}
