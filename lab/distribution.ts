import type { Random } from './random.ts';

/** How long something takes, in milliseconds. */
export type Distribution = {
  meanMs: number;
  /** Squared coefficient of variation: variance / mean². 0 for a constant, 1 for an exponential. */
  scv: number;
  /** @param share in (0, 1) @returns milliseconds below which this share of attempts lies */
  quantile(share: number): number;
  /** Milliseconds of one attempt. */
  sample(random: Random): number;
};
