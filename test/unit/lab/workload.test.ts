import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type WorkloadInput, workloadSchema } from '../../../contract/lab.ts';
import { csv } from '../../../lab/csv.ts';
import { Histogram } from '../../../lab/histogram.ts';
import { emptyResult } from '../../../lab/mode-tally.ts';
import { presetNames, presets } from '../../../lab/presets.ts';
import { Recorder, summaryOf } from '../../../lab/recorder.ts';
import { runAsCsv } from '../../../lab/run-comparison.ts';
import { failingAttemptsLimit, requestsOf } from '../../../lab/workload.ts';

const model: WorkloadInput['work'] = { kind: 'model', service: { kind: 'exponential', meanMs: 50 } };
const requests = (given: Partial<WorkloadInput>) => [
  ...requestsOf(workloadSchema.parse({ work: model, arrivalsPerSecond: 50, requests: 2000, ...given })),
];

describe('a workload', () => {
  it('is the same for the same seed, in every mode', () => {
    expect(requests({ seed: 5, mode: 'sync', failureRate: 0.1, payloadBytes: 20 })).toEqual(
      requests({ seed: 5, mode: 'hybrid', failureRate: 0.1, payloadBytes: 20 }),
    );
    expect(requests({ seed: 5 })).not.toEqual(requests({ seed: 6 }));
  });

  it('keeps its times and services when failures or payloads change', () => {
    const timesOf = (given: Partial<WorkloadInput>) => requests(given).map(({ atMs, serviceMs }) => [atMs, serviceMs]);
    expect(timesOf({ failureRate: 0.5, payloadBytes: 100 })).toEqual(timesOf({}));
  });

  it('ends with its time or its number, whichever comes first', () => {
    expect(requests({ durationMs: 10_000 }).every(({ atMs }) => atMs < 10_000)).toBe(true);
    expect(requests({ durationMs: 10_000 }).length).toBeLessThan(600);
    expect(requests({ requests: 7, durationMs: 10_000 }).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(() => workloadSchema.parse({ work: model, arrivalsPerSecond: 1 })).toThrow('a workload has an end');
  });

  it('fails as often as it should, each attempt anew', () => {
    const all = requests({ failureRate: 0.2, requests: 20_000 });
    expect(all.filter(({ failingAttempts }) => failingAttempts >= 1).length / 20_000).toBeCloseTo(0.2, 1);
    expect(all.filter(({ failingAttempts }) => failingAttempts >= 2).length / 20_000).toBeCloseTo(0.04, 2);
    expect(requests({ failureRate: 0 }).every(({ failingAttempts }) => failingAttempts === 0)).toBe(true);
    expect(requests({ failureRate: 1 }).every(({ failingAttempts }) => failingAttempts === failingAttemptsLimit)).toBe(true);
  });

  it('fills payloads to the byte, beside what a task is given', () => {
    const [first] = requests({ work: { kind: 'task', task: 'http.request', payload: { url: 'http://localhost' } }, payloadBytes: 333 });
    expect(first?.serviceMs).toBeNull();
    expect(first?.payload).toMatchObject({ url: 'http://localhost' });
    expect(Buffer.byteLength(String(first?.payload.filler))).toBe(333);
  });
});

describe('the presets', () => {
  it('are the seven well-known cases, each with its reason and a workload of its own', () => {
    expect(presets.map(({ name }) => name)).toEqual(presetNames);
    for (const { title, why, workload, recommended } of presets) {
      expect(title).not.toBe('');
      expect(why.length).toBeGreaterThan(60);
      expect(workload.mode).toBe(recommended);
      expect(workload.failureRate).toBeGreaterThanOrEqual(0.01);
      expect(workload.failureRate).toBeLessThanOrEqual(0.05);
      expect([...requestsOf(workload)].length).toBeGreaterThan(0);
    }
    expect(Object.fromEntries(presets.map(({ name, recommended }) => [name, recommended]))).toEqual({
      ...{ 'log-in': 'sync', payment: 'sync', email: 'async', 'image-processing': 'async', report: 'async' },
      ...{ 'like-button': 'hybrid', checkout: 'async' },
    });
    expect(presets.find(({ name }) => name === 'checkout')?.waitMs).toBe(1000);
  });
});

describe('a histogram', () => {
  it('gives each percentile within 0.8 % of the value that was recorded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e7, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, share) => {
          const histogram = new Histogram();
          for (const value of values) histogram.add(value);
          const exact = values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0;
          expect(Math.abs((histogram.quantile(share) ?? 0) - exact)).toBeLessThanOrEqual(0.008 * exact + 0.001);
          expect(Histogram.from(JSON.parse(JSON.stringify(histogram)))).toEqual(histogram);
        },
      ),
    );
  });

  it('merged of two is that of all', () => {
    const [all, one, other] = [new Histogram(), new Histogram(), new Histogram()];
    for (let n = 0; n < 1000; n++) {
      all.add(n * n);
      (n % 3 === 0 ? one : other).add(n * n);
    }
    one.merge(other);
    expect(one.toJSON()).toEqual(all.toJSON());
    expect(new Histogram().quantile(0.5)).toBeNull();
  });
});

describe('a recorder', () => {
  it('counts latency from when a request was meant to be sent, so that a stalled sender hides nothing', () => {
    const recorder = new Recorder();
    // Ten a second were meant; the first answer took 1 s, and the sender waited for it.
    for (let n = 0; n < 10; n++) recorder.answer('answered', { intendedAt: n * 100, sentAt: Math.max(1000, n * 100), answeredAt: 1001 });
    expect(recorder.felt.quantile(0.5)).toBeGreaterThan(500);
    expect(recorder.late.maxMs).toBe(1000);
  });

  it('counts refusals without timing them, and merges with others', () => {
    const [one, other] = [new Recorder(), new Recorder()];
    one.answer('refused', { intendedAt: 0, sentAt: 0, answeredAt: 1 });
    other.answer('accepted', { intendedAt: 0, sentAt: 0, answeredAt: 3 });
    other.end('completed', { intendedAt: 0, endedAt: 40 });
    other.end('dead', { intendedAt: 0, endedAt: 50 });
    one.merge(other);
    expect(one.answers).toMatchObject({ refused: 1, accepted: 1, answered: 0 });
    expect(one.ends).toMatchObject({ completed: 1, dead: 1 });
    expect(summaryOf(one.felt)?.count).toBe(1);
    expect(Recorder.from(JSON.parse(JSON.stringify(one))).toJSON()).toEqual(one.toJSON());
  });
});

describe('CSV', () => {
  it('quotes as RFC 4180 asks, and starts no formulas', () => {
    expect(
      csv(
        ['a', 'b,c'],
        [
          ['say "hi"', 1.5],
          ['two\nlines', null],
          ['=1+1', -2],
        ],
      ),
    ).toBe('a,"b,c"\r\n"say ""hi""",1.5\r\n"two\nlines",\r\n\'=1+1,-2\r\n');
    expect(() => csv(['a'], [[1, 2]])).toThrow(RangeError);
  });

  it('shows the modes of a run side by side', () => {
    const sync = emptyResult('sync', 1);
    const summary = { count: 1, meanMs: 20, p50Ms: 20, p95Ms: 20, p99Ms: 20, maxMs: 20 };
    const results = [{ ...sync, completedPerSecond: 2, felt: summary }, emptyResult('async', 1)];
    const lines = runAsCsv({ name: 'Monday, first', results }).split('\r\n');
    const [heading, first, second] = lines.map((line) => line.replace('"Monday, first"', 'run').split(','));
    expect(lines).toHaveLength(4);
    expect(first?.[heading?.indexOf('completedPerSecond') ?? -1]).toBe('2');
    expect(first?.[heading?.indexOf('feltP95Ms') ?? -1]).toBe('20');
    expect(second?.[heading?.indexOf('feltP95Ms') ?? -1]).toBe('');
  });
});
