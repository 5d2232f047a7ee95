/** The normal and the gamma distribution, which JavaScript does not bring. */

/**
 * The value below which a standard normal variable lies with probability `p`: Wichura, algorithm AS 241 (PPND7), Applied
 * Statistics 37 (1988); about 7 digits. @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (
      (q * (((5.910937472e1 * r + 1.5929113202e2) * r + 5.0434271938e1) * r + 3.3871327179)) /
      (((6.71875636e1 * r + 7.8757757664e1) * r + 1.7895169469e1) * r + 1)
    );
  }
  const tail = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  let size: number;
  if (tail <= 5) {
    const r = tail - 1.6;
    size = (((1.7023821103e-1 * r + 1.3067284816) * r + 2.75681539) * r + 1.4234372777) / ((1.2021132975e-1 * r + 7.370016425e-1) * r + 1);
  } else {
    const r = tail - 5;
    size =
      (((1.7337203997e-2 * r + 4.2868294337e-1) * r + 3.081226386) * r + 6.657905115) / ((1.2258202635e-2 * r + 2.4197894225e-1) * r + 1);
  }
  return q < 0 ? -size : size;
}

/** Probability that a standard normal variable is below `z`: through the incomplete gamma function, Φ(z) = ½(1 ± P(½, z²/2)). */
export function normalCdf(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return 1;
  if (z === Number.NEGATIVE_INFINITY) return 0;
  const upper = 0.5 * (1 - gammaCdf(0.5, (z * z) / 2));
  return z < 0 ? upper : 1 - upper;
}

const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905, -0.13857109526572012,
  9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0: Lanczos' approximation (g = 7, n = 9). */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const shifted = x - 1;
  let sum = 0.99999999999980993;
  for (const [at, coefficient] of lanczos.entries()) sum += coefficient / (shifted + at + 1);
  const t = shifted + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** P(shape, x), the probability that a gamma variable of this shape and scale 1 is below x: series and continued fraction, Numerical Recipes § 6.2. */
export function gammaCdf(shape: number, x: number): number {
  if (x <= 0) return 0;
  const factor = Math.exp(shape * Math.log(x) - x - logGamma(shape));
  if (x < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let n = 1; n < 10_000 && term > sum * 1e-15; n++) {
      term *= x / (shape + n);
      sum += term;
    }
    return Math.min(1, sum * factor);
  }
  let b = x + 1 - shape;
  let c = 1e300;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < 10_000; n++) {
    const a = -n * (n - shape);
    b += 2;
    d = 1 / (a * d + b);
    c = b + a / c;
    const change = c * d;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return Math.max(0, 1 - factor * fraction);
}

/** Where `cdf`, which grows from 0 to 1 on [0, ∞), reaches `p`: by halving, to 12 digits. */
export function inverted(cdf: (x: number) => number, p: number, guess: number): number {
  let high = Math.max(guess, Number.MIN_VALUE);
  while (cdf(high) < p && high < 1e300) high *= 2;
  let low = 0;
  for (let step = 0; step < 200 && high - low > high * 1e-12; step++) {
    const middle = (low + high) / 2;
    if (cdf(middle) < p) low = middle;
    else high = middle;
  }
  return high;
}
