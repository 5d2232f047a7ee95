/** One figure, measured in several rounds. */
export type Samples = { unit: string; rounds: number[] };

export function median(rounds: readonly number[]): number {
  const sorted = [...rounds].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? at(sorted, Math.floor(middle)) : (at(sorted, middle - 1) + at(sorted, middle)) / 2;
}

/** Nearest-rank quantile of a sorted list. */
export function quantile(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

function at(sorted: readonly number[], index: number): number {
  return sorted[index] ?? Number.NaN;
}
