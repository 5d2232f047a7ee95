/** How long to wait before the engine is started or looked for again. Pure. */

const firstDelayMs = 500;
const longestDelayMs = 30_000;
const healthyMs = 60_000;

/** Failures in a row, this one included. An engine that was up for a minute starts the count anew. */
export function failuresInARow(before: number, livedMs: number): number {
  return livedMs >= healthyMs ? 1 : before + 1;
}

/** min(30 s, 0.5 s · 2^(n−1)) after the n-th failure in a row. */
export function restartDelayMs(failures: number): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 16));
}
