/**
 * A distribution through measured percentiles. Between two of them ln(time) grows straight with the normal score of the
 * quantile, so that a lognormal is met exactly by any two of its percentiles, and mean and variance have closed forms.
 * Rejected: straight lines in time, which make the mean of the usual skewed run times far too large between p95 and p99.
 */

import type { Distribution } from './distribution.ts';
import { normalCdf, normalQuantile } from './special-functions.ts';

/** Times below a hundredth of a millisecond are measured as that. */
const smallestMs = 0.01;
/** Beyond this normal score (one in ten thousand) nothing longer is assumed: no measurement tells of it. */
const farthest = normalQuantile(0.9999);

/** ln(time) = intercept + slope · score, for scores between `from` and `to`. */
type Piece = { from: number; to: number; intercept: number; slope: number };

/** @param points at least one; quantiles in (0, 1) and times in milliseconds, both growing */
export function measuredPercentiles(points: readonly { quantile: number; ms: number }[]): Distribution {
  const pieces = piecesThrough(
    points.map(({ quantile, ms }) => ({ score: normalQuantile(quantile), log: Math.log(Math.max(ms, smallestMs)) })),
  );
  const meanMs = momentOf(pieces, 1);
  const at = (score: number) => {
    const piece = pieces[pieceAt(pieces, score)];
    return piece === undefined ? 0 : Math.exp(piece.intercept + piece.slope * Math.min(score, farthest));
  };
  return {
    meanMs,
    scv: Math.max(0, momentOf(pieces, 2) / meanMs ** 2 - 1),
    quantile: (share) => at(normalQuantile(share)),
    sample: (random) => at(normalQuantile(Math.max(random(), Number.EPSILON))),
  };
}

function piecesThrough(points: readonly { score: number; log: number }[]): Piece[] {
  const pieces: Piece[] = [];
  for (const [at, point] of points.entries()) {
    const next = points[at + 1];
    if (!next) continue;
    const slope = (next.log - point.log) / (next.score - point.score);
    pieces.push({ from: point.score, to: next.score, slope, intercept: point.log - slope * point.score });
  }
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) throw new RangeError('Percentiles need at least one point');
  // The tail goes on as steeply as the whole: a last step from fast to slow runs would otherwise go on to absurd times.
  const overall = first === last ? 0 : (last.log - first.log) / (last.score - first.score);
  const before = pieces[0]?.slope ?? 0;
  const after = Math.min(pieces.at(-1)?.slope ?? 0, overall);
  pieces.unshift({ from: Number.NEGATIVE_INFINITY, to: first.score, slope: before, intercept: first.log - before * first.score });
  const turn = Math.max(last.score, farthest);
  pieces.push({ from: last.score, to: turn, slope: after, intercept: last.log - after * last.score });
  pieces.push({ from: turn, to: Number.POSITIVE_INFINITY, slope: 0, intercept: last.log + after * (turn - last.score) });
  return pieces;
}

/** The first piece that reaches up to the score: by halving, as each draw asks. */
function pieceAt(pieces: readonly Piece[], score: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((pieces[middle]?.to ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * E[X^order]: over a piece e^(a+bz) integrates against the normal density to e^(a+b²/2) (Φ(to − b) − Φ(from − b)). A steep piece,
 * such as the step from a fast case to a slow one, would be an overflow times nothing; it is summed up instead.
 */
function momentOf(pieces: readonly Piece[], order: number): number {
  let moment = 0;
  for (const { from, to, intercept, slope } of pieces) {
    const [a, b] = [intercept * order, slope * order];
    moment +=
      b > steep ? summedUp(a, b, Math.max(from, to - 40 / b), to) : Math.exp(a + (b * b) / 2) * (normalCdf(to - b) - normalCdf(from - b));
  }
  return moment;
}

const steep = 5;

/** ∫ e^(a+bz) φ(z) dz by Simpson's rule. */
function summedUp(a: number, b: number, from: number, to: number): number {
  const steps = 256;
  const width = (to - from) / steps;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const z = from + step * width;
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(a + b * z - (z * z) / 2);
  }
  return (sum * width) / (3 * Math.sqrt(2 * Math.PI));
}
