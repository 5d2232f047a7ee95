import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultRetry } from '../../../contract/retry.ts';
import { deadShare, meanAttempts } from '../../../lab/attempts.ts';
import { erlangB } from '../../../lab/erlang.ts';
import { EventHeap } from '../../../lab/event-heap.ts';
import { waitingInLine } from '../../../lab/queueing.ts';
import { type Scenario, simulate } from '../../../lab/simulation.ts';
import { StartWindow, WaitingLine } from '../../../lab/waiting-line.ts';

function scenario(given: Partial<Scenario>): Scenario {
  return {
    ...{ seed: 1, arrivalsPerSecond: 30, arrivals: { kind: 'poisson' }, service: { kind: 'exponential', meanMs: 100 }, failureRate: 0 },
    ...{ retry: defaultRetry, places: 4, overheadMs: 0, rateLimit: null, maxBacklog: null, refusedWhenBusy: false, priorities: [] },
    ...{ backlog: 0, durationMs: 20_000_000, warmUpMs: 100_000, points: 11 },
    ...given,
  };
}

describe('the simulation', () => {
  it.each([
    [1, 0.5],
    [1, 0.8],
    [4, 0.75],
    [20, 0.9],
    [200, 0.95],
  ])('waits as M/M/c does, with %i places at a load of %f', (places, load) => {
    const arrivalsPerSecond = places * load * 10;
    const { wait, utilisation } = simulate(
      scenario({ seed: 11, places, arrivalsPerSecond, durationMs: (1_000_000 / arrivalsPerSecond) * 1000 }),
    );
    const exact = waitingInLine({ servers: places, erlangs: places * load, meanServiceMs: 100 });
    expect(utilisation).toBeCloseTo(load, 2);
    expect(Math.abs((wait.meanMs ?? 0) / exact.meanMs - 1)).toBeLessThan(0.1);
    for (const share of [0.95, 0.99])
      expect(Math.abs((wait.quantile(share) ?? 0) - exact.quantileMs(share))).toBeLessThan(0.1 * exact.quantileMs(share) + 1);
  });

  it('waits half as long for a constant service, as Pollaczek and Khinchine say', () => {
    const { wait } = simulate(scenario({ places: 1, arrivalsPerSecond: 7, service: { kind: 'constant', ms: 100 } }));
    expect(Math.abs((wait.meanMs ?? 0) / (0.5 * (0.7 / 0.3) * 100) - 1)).toBeLessThan(0.05);
  });

  it.each([{ kind: 'exponential', meanMs: 100 } as const, { kind: 'bimodal', fastMs: 50, slowMs: 1050, slowShare: 0.05 } as const])(
    'refuses sync calls as Erlang’s B says, for $kind service as for any',
    (service) => {
      const { refused, arrived, wait } = simulate(
        scenario({ service, places: 5, arrivalsPerSecond: 40, refusedWhenBusy: true, durationMs: 10_000_000 }),
      );
      expect(refused / arrived).toBeCloseTo(erlangB(5, 4), 2);
      expect(wait.maxMs).toBe(0);
    },
  );

  it('retries as the policy says: attempts, deaths and delays', () => {
    const retry = { ...defaultRetry, maxAttempts: 3, backoff: 'fixed', baseMs: 5000, jitter: 0 } as const;
    const { attempts, arrived, dead, completed, latency } = simulate(
      scenario({
        places: 1000,
        failureRate: 0.3,
        retry,
        arrivalsPerSecond: 20,
        service: { kind: 'constant', ms: 10 },
        durationMs: 10_000_000,
        warmUpMs: 0,
      }),
    );
    expect(attempts / arrived).toBeCloseTo(meanAttempts(0.3, 3), 2);
    expect(dead / arrived).toBeCloseTo(deadShare(0.3, 3), 2);
    expect(dead + completed).toBe(arrived);
    expect(latency.quantile(0.5)).toBeCloseTo(10, 0);
    // Two failures: two waits of 5 s and three runs.
    expect(latency.maxMs).toBeCloseTo(10_030, 6);
  });

  it('keeps a place taken for the overhead, without counting it as work', () => {
    const { utilisation, latency } = simulate(
      scenario({
        places: 1,
        arrivalsPerSecond: 0,
        backlog: 100,
        service: { kind: 'constant', ms: 8 },
        overheadMs: 2,
        durationMs: 1000,
        warmUpMs: 0,
      }),
    );
    expect(utilisation).toBeCloseTo(0.8, 9);
    expect(latency.maxMs).toBeCloseTo(998, 9);
  });

  it('lets no more start than a rate limit allows, and works the backlog off at that rate', () => {
    const result = simulate(
      scenario({
        arrivalsPerSecond: 0,
        backlog: 1000,
        places: 500,
        service: { kind: 'constant', ms: 1 },
        rateLimit: { max: 10, perMs: 1000 },
        durationMs: 200_000,
        warmUpMs: 0,
      }),
    );
    expect(result.emptyAtMs).toBe(99_000);
    expect(result.completed).toBe(1000);
    expect(result.series[0]?.waiting).toBe(990);
  });

  it('lets no more wait than the backlog may hold', () => {
    const { series, refused, arrived } = simulate(scenario({ arrivalsPerSecond: 100, maxBacklog: 20, durationMs: 1_000_000, points: 200 }));
    expect(Math.max(...series.map(({ waiting, retrying }) => waiting + retrying))).toBe(20);
    expect(refused / arrived).toBeCloseTo(0.6, 1);
  });

  it('runs the higher priority first', () => {
    const { waitByPriority } = simulate(
      scenario({
        arrivalsPerSecond: 37,
        priorities: [
          { priority: 0, share: 4 },
          { priority: 10, share: 1 },
        ],
      }),
    );
    expect(waitByPriority.map(({ priority }) => priority)).toEqual([10, 0]);
    const [high, low] = waitByPriority.map(({ wait }) => wait.quantile(0.95) ?? 0);
    expect(high).toBeLessThan((low ?? 0) / 5);
  });

  it('shows a line that grows as fast as more comes than can be done', () => {
    const { series, waitingAtEnd, emptyAtMs } = simulate(
      scenario({ arrivalsPerSecond: 50, backlog: 10, durationMs: 1_000_000, warmUpMs: 0 }),
    );
    expect(waitingAtEnd / 10_000).toBeCloseTo(1, 1);
    expect(series.at(-1)?.waiting).toBe(waitingAtEnd);
    expect(emptyAtMs).toBeNull();
  });

  it('ends every job exactly once and is the same for the same seed, whatever the load', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 0, max: 1e9 }),
          places: fc.integer({ min: 1, max: 8 }),
          arrivalsPerSecond: fc.integer({ min: 0, max: 60 }),
          failureRate: fc.double({ min: 0, max: 1, noNaN: true }),
          backlog: fc.integer({ min: 0, max: 50 }),
          rateLimit: fc.option(fc.record({ max: fc.integer({ min: 1, max: 20 }), perMs: fc.integer({ min: 1, max: 2000 }) })),
          maxBacklog: fc.option(fc.integer({ min: 1, max: 40 })),
          refusedWhenBusy: fc.boolean(),
        }),
        (given) => {
          const asked = scenario({ ...given, durationMs: 5000, warmUpMs: 0, service: { kind: 'lognormal', meanMs: 80, scv: 1 } });
          const result = simulate(asked);
          expect(result.completed + result.dead + result.refused).toBe(result.arrived + given.backlog);
          expect(result.attempts).toBeGreaterThanOrEqual(result.completed + result.dead);
          expect(result.utilisation).toBeLessThanOrEqual(1 + 1e-9);
          expect(simulate(asked)).toEqual(result);
        },
      ),
      { seed: 3, numRuns: 60 },
    );
  });
});

describe('the parts of the simulation', () => {
  it('take events out in the order of their times', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { maxLength: 3000 }), (times) => {
        const heap = new EventHeap();
        for (const [value, at] of times.entries()) heap.push(at, value);
        const out: number[] = [];
        while (heap.size > 0) {
          const at = heap.nextAt;
          expect(times[heap.pop()]).toBe(at);
          out.push(at);
        }
        expect(out).toEqual(times.toSorted((a, b) => a - b));
        expect(heap.nextAt).toBe(Number.POSITIVE_INFINITY);
      }),
      { numRuns: 30 },
    );
  });

  it('keep a line in order of priority, then of coming, however it grows and shrinks', () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(2)), { maxLength: 500 }), (steps) => {
        const line = new WaitingLine(3);
        const model: { rank: number; job: number }[] = [];
        for (const [job, rank] of steps.entries()) {
          if (rank !== null) {
            line.push(job, rank);
            model.push({ rank, job });
          } else {
            const first = model.toSorted((a, b) => a.rank - b.rank || a.job - b.job)[0];
            expect(line.shift()).toBe(first?.job);
            if (first) model.splice(model.indexOf(first), 1);
          }
          expect(line.size).toBe(model.length);
        }
      }),
    );
  });

  it('let no window of a rate limit see more starts than it may', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(30), { maxLength: 100 }),
        (max, perMs, gaps) => {
          const window = new StartWindow({ max, perMs });
          const starts: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now = Math.max(now + gap, window.nextAt(now + gap));
            window.take(now);
            starts.push(now);
            expect(starts.filter((at) => at > now - perMs).length).toBeLessThanOrEqual(max);
          }
        },
      ),
    );
  });
});
