import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deadShare, meanAttempts } from '../../../lab/attempts.ts';
import { erlangB, erlangC, fewestServers } from '../../../lab/erlang.ts';
import { meanNumber, waitingInLine } from '../../../lab/queueing.ts';

describe('Erlang’s formulas', () => {
  // Erlang B traffic tables as they are printed everywhere, e.g. Cooper, "Introduction to Queueing Theory", 2nd ed. 1981, appendix A.
  it.each([
    [1, 0.0101],
    [5, 1.361],
    [10, 4.461],
    [20, 12.031],
    [30, 20.337],
    [50, 37.901],
    [100, 84.064],
  ])('refuse 1 %% of the calls on %i lines at %f erlangs, as in the traffic tables', (lines, erlangs) => {
    expect(erlangB(lines, erlangs)).toBeCloseTo(0.01, 4);
  });

  it('agree with the closed forms for few servers', () => {
    expect(erlangB(2, 1)).toBeCloseTo(1 / 5, 12);
    expect(erlangB(3, 1)).toBeCloseTo(1 / 16, 12);
    expect(erlangC(1, 0.7)).toBeCloseTo(0.7, 12);
    expect(erlangC(2, 1)).toBeCloseTo(1 / 3, 12);
    expect(erlangC(3, 2)).toBeCloseTo(4 / 9, 12);
  });

  it('stay numbers for a hundred thousand servers and more, near the square-root rule of Halfin and Whitt', () => {
    // P(W > 0) for c = a + β√a with β = 1 tends to 0.2234 (Halfin and Whitt, "Heavy-traffic limits for queues with many exponential servers", 1981).
    const erlangs = 100_000;
    expect(erlangC(Math.round(erlangs + Math.sqrt(erlangs)), erlangs)).toBeCloseTo(0.2234, 2);
    expect(erlangB(1_000_000, 3)).toBe(0);
    expect(erlangC(10, 10)).toBe(1);
  });

  it('grow with the load and shrink with the servers; who waits is more than who would be refused', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (servers, load) => {
        const erlangs = servers * load;
        const [b, c] = [erlangB(servers, erlangs), erlangC(servers, erlangs)];
        return b >= 0 && c >= b && c <= 1 && erlangB(servers + 1, erlangs) <= b && erlangC(servers, erlangs * 0.99) <= c;
      }),
    );
  });

  it('find the fewest servers: one less would not do', () => {
    const found = fewestServers(84.064, 1000, (_, blocked) => blocked <= 0.010_01);
    expect(found).toBe(100);
    expect(fewestServers(5, 4, (_, blocked) => blocked < 0.01)).toBeNull();
  });
});

describe('waiting in line', () => {
  it('is as in the eye clinic of Gross and Harris, "Fundamentals of Queueing Theory" (three doctors, 20 minutes, 6 patients an hour)', () => {
    const line = waitingInLine({ servers: 3, erlangs: 2, meanServiceMs: 20 * 60_000 });
    expect(line.utilisation).toBeCloseTo(2 / 3, 12);
    expect(line.meanMs / 3_600_000).toBeCloseTo(4 / 27, 12);
    expect(meanNumber(6 / 3600, line.meanMs)).toBeCloseTo(8 / 9, 12);
  });

  it('is exponential in M/M/1: P(W > t) = ρ·e^(−(1−ρ)t/S)', () => {
    const line = waitingInLine({ servers: 1, erlangs: 0.8, meanServiceMs: 1000 });
    expect(line.meanMs).toBeCloseTo(4000, 9);
    const t = line.quantileMs(0.95);
    expect(0.8 * Math.exp(-0.2 * (t / 1000))).toBeCloseTo(0.05, 12);
    expect(line.quantileMs(0.1)).toBe(0);
  });

  it('meets Pollaczek and Khinchine for one server and Poisson arrivals', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.05, max: 0.98, noNaN: true }), fc.double({ min: 0, max: 20, noNaN: true }), (load, scv) => {
        const exact = ((1 + scv) / 2) * (load / (1 - load)) * 100;
        expect(waitingInLine({ servers: 1, erlangs: load, meanServiceMs: 100, serviceScv: scv }).meanMs / exact).toBeCloseTo(1, 9);
      }),
    );
  });

  it('has no bound when more comes than can be done', () => {
    expect(waitingInLine({ servers: 2, erlangs: 2, meanServiceMs: 1 })).toMatchObject({
      utilisation: 1,
      waits: 1,
      meanMs: Number.POSITIVE_INFINITY,
    });
  });
});

describe('failures', () => {
  it('multiply the load by 1/(1 − p), cut off at the last attempt', () => {
    expect(meanAttempts(0.5, 3)).toBe(1.75);
    expect(meanAttempts(0.05, 1000)).toBeCloseTo(1 / 0.95, 12);
    expect(meanAttempts(1, 7)).toBe(7);
    expect(meanAttempts(0, 5)).toBe(1);
    expect(deadShare(0.1, 3)).toBeCloseTo(0.001, 12);
  });
});
