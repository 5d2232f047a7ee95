/**
 * Counts of durations in buckets that are linear within each doubling (as HdrHistogram): 128 a doubling, so a percentile is
 * within 0.8 % of a value that was recorded, in memory that grows with the logarithm of the longest.
 */

const perDoubling = 128;
/** Durations are told apart from a microsecond on. */
const unitsPerMs = 1000;

export type HistogramJson = { total: number; sumMs: number; maxMs: number; buckets: [index: number, count: number][] };

export class Histogram {
  #counts = new Float64Array(perDoubling * 8);
  #total = 0;
  #sumMs = 0;
  #maxMs = 0;

  get total(): number {
    return this.#total;
  }

  get maxMs(): number {
    return this.#maxMs;
  }

  /** Milliseconds; null when empty. */
  get meanMs(): number | null {
    return this.#total === 0 ? null : this.#sumMs / this.#total;
  }

  add(ms: number, count = 1): void {
    const shown = Math.max(0, ms);
    this.#put(indexOf(shown * unitsPerMs), count);
    this.#sumMs += shown * count;
    if (shown > this.#maxMs) this.#maxMs = shown;
  }

  merge(other: Histogram): void {
    for (const [index, count] of other.#filled()) this.#put(index, count);
    this.#sumMs += other.#sumMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  /** Milliseconds that a share (0…1) of the durations does not exceed; null when empty. */
  quantile(share: number): number | null {
    if (this.#total === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.#total));
    let seen = 0;
    for (const [index, count] of this.#filled()) {
      seen += count;
      if (seen >= rank) return Math.min(this.#maxMs, middleOf(index) / unitsPerMs);
    }
    return this.#maxMs;
  }

  /** Durations in milliseconds, each as the middle of its bucket, and how many there are; the shortest first. */
  *counted(): Generator<[ms: number, count: number]> {
    for (const [index, count] of this.#filled()) yield [middleOf(index) / unitsPerMs, count];
  }

  toJSON(): HistogramJson {
    return { total: this.#total, sumMs: this.#sumMs, maxMs: this.#maxMs, buckets: [...this.#filled()] };
  }

  static from({ sumMs, maxMs, buckets }: HistogramJson): Histogram {
    const histogram = new Histogram();
    for (const [index, count] of buckets) histogram.#put(index, count);
    histogram.#sumMs = sumMs;
    histogram.#maxMs = maxMs;
    return histogram;
  }

  #put(index: number, count: number): void {
    if (index >= this.#counts.length) {
      const longer = new Float64Array(Math.max(index + 1, this.#counts.length * 2));
      longer.set(this.#counts);
      this.#counts = longer;
    }
    this.#counts[index] = (this.#counts[index] ?? 0) + count;
    this.#total += count;
  }

  *#filled(): Generator<[index: number, count: number]> {
    for (const [index, count] of this.#counts.entries()) if (count > 0) yield [index, count];
  }
}

/** The first doubling holds single units; each later one starts at 128, 256, 512 … units. */
function indexOf(units: number): number {
  const whole = Math.floor(units);
  if (whole < perDoubling) return whole;
  const doubling = Math.floor(Math.log2(whole)) - 7;
  return (doubling + 1) * perDoubling + Math.floor(whole / 2 ** doubling - perDoubling);
}

function middleOf(index: number): number {
  if (index < perDoubling) return index;
  const doubling = Math.floor(index / perDoubling) - 1;
  return ((index % perDoubling) + perDoubling + 0.5) * 2 ** doubling;
}
