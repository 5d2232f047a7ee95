/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021), its
 * state filled by splitmix32 so that neighbouring seeds have nothing in common. The same seed gives the same numbers on every
 * machine. Not for secrets.
 */

/** Uniform in [0, 1), with 53 random bits. */
export type Random = () => number;

/** @param seed any integer; its lowest 32 bits count */
export function seededRandom(seed: number): Random {
  const fill = splitmix32(seed);
  const next = xoshiro128([fill(), fill(), fill(), fill()]);
  return () => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
}

/** The generator itself: 32 random bits at a time. @param state not all zero */
export function xoshiro128([a, b, c, d]: [number, number, number, number]): () => number {
  return () => {
    const scrambled = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return scrambled;
  };
}

/**
 * A stream of its own for each purpose, so that more draws for one (another failure rate) leave the others (the arrival times)
 * as they were.
 */
export function randomStream(seed: number, purpose: string): Random {
  // FNV-1a of the purpose.
  let hash = 0x811c_9dc5;
  for (let at = 0; at < purpose.length; at++) hash = Math.imul(hash ^ purpose.charCodeAt(at), 0x0100_0193);
  return seededRandom(splitmix32(seed ^ hash)());
}

/** Exponential with mean 1. */
export function exponentialDraw(random: Random): number {
  return -Math.log(1 - random());
}

function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0_aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
