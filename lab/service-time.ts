/** How long attempts take: mean, variability, percentiles and draws of each distribution of the contract. */

import type { ServiceTime } from '../contract/lab.ts';
import type { Distribution } from './distribution.ts';
import { measuredPercentiles } from './measured-percentiles.ts';
import { exponentialDraw, type Random } from './random.ts';
import { gammaCdf, inverted, normalQuantile } from './special-functions.ts';

export function distributionOf(service: ServiceTime): Distribution {
  switch (service.kind) {
    case 'constant':
      return { meanMs: service.ms, scv: 0, quantile: () => service.ms, sample: () => service.ms };
    case 'uniform':
      return uniform(service.fromMs, service.toMs);
    case 'exponential':
      return exponential(service.meanMs);
    case 'lognormal':
      return lognormal(service.meanMs, service.scv);
    case 'gamma':
      return gamma(service.meanMs, service.scv);
    case 'bimodal':
      return bimodal(service.fastMs, service.slowMs, service.slowShare);
    case 'hyperexponential':
      return hyperexponential(service.branches);
    case 'percentiles':
      return measuredPercentiles(service.points);
  }
}

function uniform(fromMs: number, toMs: number): Distribution {
  const meanMs = (fromMs + toMs) / 2;
  const quantile = (share: number) => fromMs + share * (toMs - fromMs);
  return { meanMs, scv: ratio((toMs - fromMs) ** 2 / 12, meanMs), quantile, sample: (random) => quantile(random()) };
}

function exponential(meanMs: number): Distribution {
  return {
    meanMs,
    scv: 1,
    quantile: (share) => -meanMs * Math.log(1 - share),
    sample: (random) => meanMs * exponentialDraw(random),
  };
}

/** ln X is normal with variance ln(1 + scv). */
function lognormal(meanMs: number, scv: number): Distribution {
  const sigma = Math.sqrt(Math.log(1 + scv));
  const mu = Math.log(meanMs) - (sigma * sigma) / 2;
  const quantile = (share: number) => Math.exp(mu + sigma * normalQuantile(share));
  return { meanMs, scv, quantile, sample: (random) => quantile(inside(random())) };
}

/** Shape 1/scv. Draws: Marsaglia and Tsang, "A simple method for generating gamma variables", 2000. */
function gamma(meanMs: number, scv: number): Distribution {
  const shape = 1 / scv;
  const scale = meanMs * scv;
  const d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  const sample = (random: Random) => {
    for (;;) {
      const x = normalQuantile(inside(random()));
      const v = (1 + c * x) ** 3;
      if (v <= 0 || Math.log(1 - random()) >= 0.5 * x * x + d - d * v + d * Math.log(v)) continue;
      // A shape below 1 is drawn one higher and brought down by U^(1/shape).
      return scale * d * v * (shape < 1 ? (1 - random()) ** (1 / shape) : 1);
    }
  };
  return { meanMs, scv, quantile: (share) => scale * inverted((x) => gammaCdf(shape, x), share, shape), sample };
}

function bimodal(fastMs: number, slowMs: number, slowShare: number): Distribution {
  const meanMs = fastMs + slowShare * (slowMs - fastMs);
  const scv = ratio(slowShare * (1 - slowShare) * (slowMs - fastMs) ** 2, meanMs);
  const [shorter, longer, longerShare] = fastMs <= slowMs ? [fastMs, slowMs, slowShare] : [slowMs, fastMs, 1 - slowShare];
  const quantile = (share: number) => (share <= 1 - longerShare ? shorter : longer);
  return { meanMs, scv, quantile, sample: (random) => (random() < slowShare ? slowMs : fastMs) };
}

function hyperexponential(given: { share: number; meanMs: number }[]): Distribution {
  const total = given.reduce((sum, { share }) => sum + share, 0);
  const branches = given.map(({ share, meanMs }) => ({ share: share / total, meanMs }));
  const meanMs = branches.reduce((sum, branch) => sum + branch.share * branch.meanMs, 0);
  const secondMoment = branches.reduce((sum, branch) => sum + branch.share * 2 * branch.meanMs ** 2, 0);
  const cdf = (x: number) => branches.reduce((sum, branch) => sum - branch.share * Math.expm1(-x / branch.meanMs), 0);
  const sample = (random: Random) => {
    let left = random();
    const chosen = branches.find(({ share }) => {
      left -= share;
      return left < 0;
    });
    return (chosen ?? branches.at(-1) ?? { meanMs }).meanMs * exponentialDraw(random);
  };
  return { meanMs, scv: ratio(secondMoment - meanMs ** 2, meanMs), quantile: (share) => inverted(cdf, share, meanMs), sample };
}

function ratio(variance: number, mean: number): number {
  return mean === 0 ? 0 : variance / mean ** 2;
}

/** 0, which a generator may give, has no normal score. */
function inside(uniform: number): number {
  return Math.max(uniform, Number.EPSILON);
}
