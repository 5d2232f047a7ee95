import { describe, expect, it } from 'vitest';
import { defaultRetry } from '../../../contract/retry.ts';
import { defaultLaneSizes } from '../../../engine/lanes/lanes.ts';
import { ioRoom, threadRoom } from '../../../engine/queue/lanes.ts';
import { compare } from '../../../lab/comparison.ts';
import { fleetFor, placesOf } from '../../../lab/fleet.ts';
import { loadOf, retrySpanMs } from '../../../lab/load.ts';
import { overheadOf } from '../../../lab/overhead.ts';
import { type Plan, plan } from '../../../lab/plan.ts';
import { waitingInLine } from '../../../lab/queueing.ts';

const exponential = { kind: 'exponential', meanMs: 100 } as const;
const lognormal = { kind: 'lognormal', meanMs: 100, scv: 2 } as const;

describe('a plan', () => {
  it('takes the formula where it is exact, and says so', () => {
    const planned = plan({ arrivalsPerSecond: 30, service: exponential, workers: 4, overheadMs: 0 });
    const exact = waitingInLine({ servers: 4, erlangs: 3, meanServiceMs: 100 });
    expect(planned).toMatchObject({ method: 'formula', stable: true, utilisation: 0.75, growthPerMinute: 0, drainMs: 0 });
    expect(planned.why).toContain('M/M/c');
    expect(planned.wait?.p95Ms).toBe(exact.quantileMs(0.95));
    expect(planned.waiting).toBeCloseTo(exact.meanMs * 0.03, 9);
  });

  it.each([
    [{ failureRate: 0.05 }, 'retries'],
    [{ limits: { rateLimit: { max: 50, perMs: 1000 } } }, 'a rate limit'],
    [{ limits: { maxBacklog: 10 } }, 'a bounded backlog'],
    [{ service: lognormal }, 'lognormal service'],
    [{ arrivals: { kind: 'constant' } as const }, 'constant arrivals'],
    [
      {
        priorities: [
          { priority: 1, share: 1 },
          { priority: 0, share: 1 },
        ],
      },
      'priorities',
    ],
  ])('simulates what no formula is exact for: %o', (given, why) => {
    const planned = plan({ arrivalsPerSecond: 30, service: exponential, workers: 4, overheadMs: 0, ...given });
    expect(planned.method).toBe('simulation');
    expect(planned.why).toContain(why);
    expect(planned.latency?.p95Ms).toBeGreaterThan(planned.wait?.p95Ms ?? Number.POSITIVE_INFINITY);
  });

  it('says by how much an unstable line grows, and how many workers would carry it', () => {
    const planned = plan({ arrivalsPerSecond: 50, service: { kind: 'constant', ms: 100 }, workers: 4, overheadMs: 0, backlog: 7 });
    expect(planned).toMatchObject({ stable: false, wait: null, waiting: null, drainMs: null, utilisation: 1, workersToCarry: 6 });
    expect(planned.growthPerMinute).toBeCloseTo(600, 9);
    expect(planned.backlogOverTime.at(-1)).toEqual({ atMs: 3_600_000, waiting: 36_007 });
  });

  it('counts retries as load: what is stable without them need not be with them', () => {
    const asked = { arrivalsPerSecond: 35, service: exponential, workers: 4, overheadMs: 0 };
    expect(plan(asked).stable).toBe(true);
    const planned = plan({ ...asked, failureRate: 0.2 });
    expect(planned.stable).toBe(false);
    expect(planned.attemptsPerSecond).toBeCloseTo((35 * (1 - 0.2 ** 5)) / 0.8, 9);
  });

  it('is unstable under a rate limit that lets too few start, whatever the workers', () => {
    const planned = plan({
      arrivalsPerSecond: 20,
      service: exponential,
      workers: 100,
      limits: { rateLimit: { max: 10, perMs: 1000 } },
      target: { waitP95Ms: 1000 },
    });
    expect(planned).toMatchObject({ stable: false, capacityPerSecond: 10, workersForTarget: null });
    expect(planned.growthPerMinute).toBeCloseTo(600, 9);
  });

  it.each([
    ['by formula', exponential, 0],
    ['by simulation', lognormal, 2],
  ])('names the fewest workers for a target, found %s: one less would miss it', (_, service, overheadMs) => {
    const asked = { arrivalsPerSecond: 30, service, overheadMs };
    const { workersForTarget } = plan({ ...asked, workers: 1, target: { waitP95Ms: 150 } });
    const p95With = (workers: number) => plan({ ...asked, workers }).wait?.p95Ms ?? Number.POSITIVE_INFINITY;
    expect(p95With(workersForTarget ?? 0)).toBeLessThanOrEqual(155);
    expect(p95With((workersForTarget ?? 0) - 1)).toBeGreaterThan(145);
  });

  it('says when a backlog is gone', () => {
    const planned = plan({ arrivalsPerSecond: 20, service: lognormal, workers: 4, overheadMs: 0, backlog: 20_000 });
    expect((planned.drainMs ?? 0) / 1_000_000).toBeCloseTo(1, 1);
    expect(planned.backlogOverTime[0]?.waiting).toBe(19_996);
    expect(planned.backlogOverTime.at(-1)?.waiting).toBeLessThan(50);
    expect(plan({ arrivalsPerSecond: 0, service: exponential, workers: 10, overheadMs: 0, backlog: 6000 }).drainMs).toBeGreaterThan(59_000);
    expect(plan({ arrivalsPerSecond: 20, service: exponential, workers: 4, overheadMs: 0, backlog: 100_000_000 }).drainMs).toBeCloseTo(
      5e9,
      -3,
    );
  });

  it('reckons a run of a given length from idle: shorter waits than in the steady state', () => {
    const asked = { arrivalsPerSecond: 38, service: exponential, workers: 4, overheadMs: 0 };
    const short = plan({ ...asked, durationMs: 3000 });
    expect(short.method).toBe('simulation');
    expect(short.wait?.p95Ms).toBeLessThan((plan(asked).wait?.p95Ms ?? 0) / 2);
    expect(plan({ ...asked, arrivalsPerSecond: 60, durationMs: 60_000 }).wait?.p99Ms).toBeGreaterThan(15_000);
  });

  it('holds a queue’s concurrency against its workers, except for sync calls', () => {
    const asked = { arrivalsPerSecond: 10, service: exponential, workers: 8, limits: { concurrency: 2 } };
    expect(plan(asked).places).toBe(2);
    expect(plan({ ...asked, mode: 'sync' }).places).toBe(8);
  });

  it('is the same for the same seed', () => {
    const asked = { arrivalsPerSecond: 30, service: lognormal, workers: 4, failureRate: 0.1, seed: 9 };
    expect(plan(asked)).toEqual(plan(asked));
    expect(plan(asked)).not.toEqual(plan({ ...asked, seed: 10 }));
  });

  it('refuses numbers that no load can have', () => {
    expect(() => plan({ arrivalsPerSecond: -1, service: exponential, workers: 1 })).toThrow(RangeError);
    expect(() => plan({ arrivalsPerSecond: 1, service: exponential, workers: 0 })).toThrow(RangeError);
    expect(() => plan({ arrivalsPerSecond: 1, service: { kind: 'constant', ms: 0 }, workers: 1, overheadMs: 0 })).toThrow(RangeError);
  });
});

describe('the large loads', () => {
  it('of 10,000 sync calls a second and 20 ms each need a few hundred places, none of which waits', () => {
    const planned = plan({
      arrivalsPerSecond: 10_000,
      mode: 'sync',
      service: { kind: 'lognormal', meanMs: 20, scv: 1 },
      overheadMs: 0,
      workers: 260,
      target: { refusedShare: 0.001 },
    });
    expect(planned).toMatchObject({ method: 'formula', wait: { p99Ms: 0 } });
    expect(planned.workersForTarget).toBeGreaterThan(200);
    expect(planned.workersForTarget).toBeLessThan(260);
    expect(placesOf(4, { lane: 'interactive', run: 'waiting' })).toBeGreaterThan(260);
  });

  it('of 1,000 jobs a second and 10 s each fill one machine’s io lane to the last place, so two are needed', () => {
    const asked = { arrivalsPerSecond: 1000, service: { kind: 'exponential', meanMs: 10_000 } as const, target: { waitP95Ms: 1000 } };
    expect(plan({ ...asked, workers: 10_000 }).stable).toBe(false);
    const fleet = fleetFor(asked, { places: placesOf(8, { lane: 'io' }), jobsPerSecond: null });
    expect(fleet).toMatchObject({ machines: 2, placesPerMachine: 10_000, inFlight: 10_000, because: 'places' });
  });

  it('of 1,000 jobs a second and an hour each have 3.6 million in flight, which is a fleet', () => {
    const asked = {
      arrivalsPerSecond: 1000,
      service: { kind: 'lognormal', meanMs: 3_600_000, scv: 1 } as const,
      target: { waitP95Ms: 1000 },
    };
    const planned = plan({ ...asked, workers: 3_700_000 });
    expect(planned).toMatchObject({ stable: true, method: 'formula' });
    expect(planned.why).toContain('Too many jobs are in flight');
    const fleet = fleetFor(asked, { places: 10_000, jobsPerSecond: 100 });
    expect(fleet?.inFlight).toBe(3_600_000);
    expect(fleet?.machines).toBeGreaterThan(360);
    expect(fleet?.machines).toBeLessThan(375);
    expect(fleetFor(asked, { places: 10_000, jobsPerSecond: 2 })).toMatchObject({ machines: 500, because: 'throughput' });
  });

  it('are spread over machines that the engine would size the same way', () => {
    for (const cores of [1, 2, 4, 8, 64]) {
      const sizes = defaultLaneSizes(cores);
      expect(placesOf(cores, { lane: 'cpu' })).toBe(sizes.cpu.maxThreads);
      expect(placesOf(cores, { lane: 'io' })).toBe((sizes.io.maxThreads * threadRoom) / ioRoom);
      expect(placesOf(cores, { lane: 'interactive', run: 'alone' })).toBe(sizes.interactive.maxThreads);
      expect(placesOf(cores, { lane: 'interactive', run: 'waiting' })).toBe((sizes.interactive.maxThreads * threadRoom) / (ioRoom * 10));
    }
  });
});

describe('retries of a load', () => {
  it('go on for as long as one job in a hundred still waits for one', () => {
    const load = (failureRate: number) =>
      loadOf({ arrivalsPerSecond: 1, service: exponential, workers: 1, failureRate, retry: { ...defaultRetry, jitter: 0 } });
    expect(retrySpanMs(load(0))).toBe(0);
    expect(retrySpanMs(load(0.05))).toBe(1000);
    expect(retrySpanMs(load(0.9))).toBe(15_000);
  });
});

describe('a comparison with what was measured', () => {
  it('gives the difference and the error of each number that both have', () => {
    const predicted: Pick<Plan, 'utilisation' | 'wait' | 'latency'> = {
      utilisation: 0.7,
      wait: { meanMs: 1, p50Ms: 0, p95Ms: 120, p99Ms: 200 },
      latency: null,
    };
    expect(compare(predicted, { utilisation: 0.75, waitP50Ms: 0, waitP95Ms: 100, waitP99Ms: null, latencyP95Ms: 5 })).toEqual([
      { name: 'utilisation', predicted: 0.7, measured: 0.75, difference: 0.7 - 0.75, error: (0.7 - 0.75) / 0.75 },
      { name: 'waitP50Ms', predicted: 0, measured: 0, difference: 0, error: null },
      { name: 'waitP95Ms', predicted: 120, measured: 100, difference: 20, error: 0.2 },
    ]);
  });
});

describe('the overhead', () => {
  it('is found again from a run in which it was there', () => {
    const service = { kind: 'constant', ms: 20 } as const;
    const { drainMs } = plan({ arrivalsPerSecond: 0, service, workers: 2, overheadMs: 3, backlog: 1000, durationMs: 60_000 });
    expect(overheadOf({ places: 2, elapsedMs: drainMs ?? 0, attempts: 998, meanServiceMs: 20 })).toBeCloseTo(3, 6);
    expect(overheadOf({ places: 1, elapsedMs: 10, attempts: 1, meanServiceMs: 20 })).toBe(0);
  });
});
