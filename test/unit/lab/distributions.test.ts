import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ServiceTime, serviceTimeSchema } from '../../../contract/lab.ts';
import { arrivalScv, arrivalTimes } from '../../../lab/arrivals.ts';
import { percentilesOf } from '../../../lab/measured-load.ts';
import { randomStream, seededRandom, xoshiro128 } from '../../../lab/random.ts';
import { distributionOf } from '../../../lab/service-time.ts';
import { gammaCdf, logGamma, normalCdf, normalQuantile } from '../../../lab/special-functions.ts';

describe('the random generator', () => {
  it('gives the published numbers of xoshiro128**', () => {
    const next = xoshiro128([1, 2, 3, 4]);
    expect([next(), next(), next(), next()]).toEqual([11_520, 0, 5_927_040, 70_819_200]);
  });

  it('repeats itself for a seed, and gives each purpose numbers of its own', () => {
    const draws = (purpose: string) => {
      const random = randomStream(7, purpose);
      return Array.from({ length: 5 }, random);
    };
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
  });

  it('stays in [0, 1) and is even over it, for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = seededRandom(seed);
        const draws = Array.from({ length: 2000 }, random);
        const mean = draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
        return draws.every((draw) => draw >= 0 && draw < 1) && Math.abs(mean - 0.5) < 0.04;
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});

describe('the normal and the gamma distribution', () => {
  it.each([
    [0.5, 0],
    [0.95, 1.6448536],
    [0.975, 1.959964],
    [0.99, 2.3263479],
    [0.999999, 4.7534243],
  ])('has its %f quantile at %f, as in the tables', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 5);
    expect(normalQuantile(1 - p)).toBeCloseTo(-z, 4);
    expect(normalCdf(z)).toBeCloseTo(p, 6);
  });

  it('knows ln Γ at whole numbers, and the gamma distribution of shape 1 as the exponential', () => {
    expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 9);
    for (const x of [0.01, 0.5, 1, 3, 20]) expect(gammaCdf(1, x)).toBeCloseTo(1 - Math.exp(-x), 10);
  });
});

const examples: ServiceTime[] = [
  { kind: 'constant', ms: 40 },
  { kind: 'uniform', fromMs: 10, toMs: 90 },
  { kind: 'exponential', meanMs: 50 },
  { kind: 'lognormal', meanMs: 50, scv: 1.5 },
  { kind: 'gamma', meanMs: 50, scv: 0.25 },
  { kind: 'gamma', meanMs: 50, scv: 2 },
  { kind: 'bimodal', fastMs: 10, slowMs: 500, slowShare: 0.2 },
  {
    kind: 'hyperexponential',
    branches: [
      { share: 9, meanMs: 20 },
      { share: 1, meanMs: 300 },
    ],
  },
  {
    kind: 'percentiles',
    points: [
      { quantile: 0.5, ms: 30 },
      { quantile: 0.95, ms: 120 },
      { quantile: 0.99, ms: 220 },
    ],
  },
];

describe.each(examples)('the $kind distribution', (service) => {
  const distribution = distributionOf(service);
  const count = 200_000;
  const random = seededRandom(42);
  const draws = Float64Array.from({ length: count }, () => distribution.sample(random)).sort();
  const mean = draws.reduce((sum, draw) => sum + draw, 0) / count;
  const variance = draws.reduce((sum, draw) => sum + (draw - mean) ** 2, 0) / count;

  it('is one that the contract takes', () => expect(serviceTimeSchema.parse(service)).toEqual(service));

  it('has the mean and the variability of its draws', () => {
    expect(Math.abs(mean / distribution.meanMs - 1)).toBeLessThan(0.015);
    expect(Math.abs(variance / mean ** 2 - distribution.scv)).toBeLessThan(0.03 + 0.08 * distribution.scv);
  });

  it('has as many draws below each quantile as it says', () => {
    for (const share of [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]) {
      const at = distribution.quantile(share);
      const below = draws.filter((draw) => draw < at - 1e-9).length / count;
      const upTo = draws.filter((draw) => draw <= at + 1e-9).length / count;
      expect(below).toBeLessThan(share + 0.004);
      expect(upTo).toBeGreaterThan(share - 0.004);
    }
  });
});

describe('measured percentiles', () => {
  it('give back a lognormal that they were taken of: its percentiles, mean and variability', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 10_000, noNaN: true }), fc.double({ min: 0.01, max: 2, noNaN: true }), (meanMs, scv) => {
        const truth = distributionOf({ kind: 'lognormal', meanMs, scv });
        const points = [0.5, 0.95, 0.99].map((quantile) => ({ quantile, ms: truth.quantile(quantile) }));
        const found = distributionOf({ kind: 'percentiles', points });
        expect(found.meanMs / truth.meanMs).toBeCloseTo(1, 2);
        expect(Math.abs(found.scv / truth.scv - 1)).toBeLessThan(0.1);
        for (const share of [0.05, 0.5, 0.9, 0.95, 0.99]) expect(found.quantile(share) / truth.quantile(share)).toBeCloseTo(1, 3);
      }),
      { seed: 2 },
    );
  });

  it('come near the mean of an exponential', () => {
    const truth = distributionOf({ kind: 'exponential', meanMs: 100 });
    const points = [0.5, 0.95, 0.99].map((quantile) => ({ quantile, ms: truth.quantile(quantile) }));
    expect(Math.abs(distributionOf({ kind: 'percentiles', points }).meanMs / 100 - 1)).toBeLessThan(0.06);
  });

  it('do not run away beyond a last step from fast to slow', () => {
    const points = [
      { quantile: 0.5, ms: 10 },
      { quantile: 0.95, ms: 12 },
      { quantile: 0.99, ms: 2000 },
    ];
    const found = distributionOf({ kind: 'percentiles', points });
    expect(found.meanMs).toBeLessThan(150);
    expect(found.quantile(0.99999)).toBeLessThan(60_000);
  });

  it.each([
    { kind: 'bimodal', fastMs: 50, slowMs: 500, slowShare: 0.1 } as const,
    { kind: 'uniform', fromMs: 20, toMs: 180 } as const,
    { kind: 'exponential', meanMs: 100 } as const,
  ])('of a few hundred runs come near the mean of a $kind service', (service) => {
    const truth = distributionOf(service);
    const random = seededRandom(8);
    const runs = Array.from({ length: 400 }, () => truth.sample(random)).sort((a, b) => a - b);
    const mean = runs.reduce((sum, run) => sum + run, 0) / runs.length;
    expect(Math.abs(distributionOf({ kind: 'percentiles', points: percentilesOf(runs) }).meanMs / mean - 1)).toBeLessThan(0.03);
  });

  it('have the mean of their draws however steep a step between two of them is', () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 0.4, noNaN: true }), (slowMs, step) => {
        const points = [
          { quantile: 0.5, ms: 1 },
          { quantile: 0.5 + step, ms: slowMs },
          { quantile: 0.99, ms: slowMs },
        ];
        const { meanMs, scv } = distributionOf({ kind: 'percentiles', points });
        expect(Number.isFinite(scv)).toBe(true);
        // Between a step at its beginning and one at its end; half of the runs are at most 1 ms.
        expect(meanMs).toBeGreaterThan(slowMs * (0.5 - step) * 0.999);
        expect(meanMs).toBeLessThan(slowMs * 0.5 * 1.001 + 0.5);
      }),
      { seed: 4 },
    );
  });

  it('of one value are that value', () => {
    const found = distributionOf({ kind: 'percentiles', points: [{ quantile: 0.5, ms: 80 }] });
    expect(found.meanMs).toBeCloseTo(80, 6);
    expect(found.scv).toBeCloseTo(0, 6);
  });
});

describe('arrivals', () => {
  it.each([{ kind: 'poisson' } as const, { kind: 'constant' } as const, { kind: 'bursts', onMs: 100, offMs: 300 } as const])(
    'of kind $kind come at the mean rate, in order and with gaps as variable as the formula says',
    (pattern) => {
      const next = arrivalTimes(pattern, 20, seededRandom(5));
      const count = 400_000;
      let inOrder = true;
      let [last, sum, squares] = [0, 0, 0];
      for (let n = 0; n < count; n++) {
        const at = next();
        inOrder &&= at >= last;
        sum += at - last;
        squares += (at - last) ** 2;
        last = at;
      }
      expect(inOrder).toBe(true);
      const mean = sum / count;
      expect(Math.abs(mean / 50 - 1)).toBeLessThan(0.02);
      const scv = squares / count / mean ** 2 - 1;
      expect(Math.abs(scv - arrivalScv(pattern, 20))).toBeLessThan(0.01 + 0.05 * scv);
    },
  );
});
