import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SeriesPoint } from '../../../contract/resources.ts';
import { Measurements } from '../../../engine/queue/measure.ts';
import { StorageError } from '../../../engine/store/storage-error.ts';
import { openStore } from '../../../engine/store/store.ts';
import { start, temporaryFolder } from './plain-job.ts';

const second = 1_000;
const minute = 60_000;

function openMeasurements() {
  const store = openStore(join(temporaryFolder(), 'switchyard.db'));
  onTestFinished(() => store.close());
  const clock = { now: start };
  const disk = { full: false };
  store.commit.attach({
    send() {},
    claim: () => {
      if (disk.full) throw new StorageError('full', 'The disk is full');
      return null;
    },
    ...{ flushCounters() {}, committed() {}, undone() {}, outOfSpace() {}, failed() {} },
  });
  const open = () => new Measurements(store, () => clock.now);
  /** As the engine does from time to time. */
  const save = async (measurements: Measurements) => {
    const written = store.commit.write('may', () => measurements.save());
    store.commit.flush();
    await written.then(
      () => measurements.saved(),
      () => {},
    );
  };
  return { clock, disk, open, save, store };
}

const ran = (measurements: Measurements, task: string, runMs: number, failed: boolean) =>
  measurements.attempted(task, { waitMs: 1, runMs, failed, timedOut: false });
const sum = (points: SeriesPoint[], figure: 'submitted' | 'completed' | 'failed' | 'dead') =>
  points.reduce((total, point) => total + point[figure], 0);

describe('what is measured of a task', () => {
  test('is nothing at first', () => {
    const { open } = openMeasurements();
    expect(open().statsOf('a')).toEqual({ samples: 0, p50Ms: null, p95Ms: null, p99Ms: null, failureRate: null });
  });

  test('are the times of the runs that succeeded, and the share of those that failed', () => {
    const measurements = openMeasurements().open();
    for (let run = 0; run < 9; run++) ran(measurements, 'a', 100, false);
    ran(measurements, 'a', 60_000, true);
    ran(measurements, 'b', 5, false);
    const { samples, p99Ms, failureRate } = measurements.statsOf('a');
    expect({ samples, failureRate }).toEqual({ samples: 9, failureRate: 0.1 });
    expect(p99Ms).toBeGreaterThan(96);
    expect(p99Ms).toBeLessThan(104);
  });

  test('weighs what is recent more', () => {
    const measurements = openMeasurements().open();
    for (let run = 0; run < 3_000; run++) ran(measurements, 'a', 5, true);
    for (let run = 0; run < 10_000; run++) ran(measurements, 'a', 5, false);
    expect(measurements.statsOf('a').failureRate).toBeLessThan(0.01);
    expect(measurements.statsOf('a').samples).toBeLessThanOrEqual(1_000);
  });

  test('is how long it took at least, where its time was up', () => {
    const measurements = openMeasurements().open();
    for (let run = 0; run < 5; run++) measurements.attempted('a', { waitMs: 0, runMs: 60_000, failed: true, timedOut: true });
    expect(measurements.statsOf('a')).toMatchObject({ samples: 5, failureRate: 1 });
    expect(measurements.paceOf('a')).toBe('slow');
  });

  test('is read as the first version kept it, without a pace and without usage', async () => {
    const { open, save, store } = openMeasurements();
    const first = { runs: { total: 600, buckets: [[300, 600]] }, attempts: 600, failures: 6 };
    store.measurements.putSketch('a', JSON.stringify(first));
    const measurements = open();
    expect(measurements.statsOf('a')).toMatchObject({ samples: 600, failureRate: 0.01 });
    expect(measurements.paceOf('a')).toBe('slow');
    expect(measurements.usage.of('a')).toMatchObject({ since: null, polls: 0 });
    ran(measurements, 'a', 20, false);
    await save(measurements);
    expect(open().statsOf('a').samples).toBeLessThanOrEqual(400);
  });

  test('outlives a restart', async () => {
    const { open, save } = openMeasurements();
    const before = open();
    for (let run = 1; run <= 50; run++) ran(before, 'a', run, run % 5 === 0);
    expect(before.changed).toBe(true);
    await save(before);
    expect(open().statsOf('a')).toEqual(before.statsOf('a'));
  });
});

describe('what is measured of time', () => {
  test('is told of the second that ended last, also when nothing happened in it', () => {
    const { clock, open } = openMeasurements();
    const measurements = open();
    measurements.submitted(3);
    measurements.finished('completed');
    measurements.finished('cancelled');
    clock.now += second;
    expect(measurements.lastSecond()).toMatchObject({
      at: new Date(start).toISOString(),
      submitted: 3,
      completed: 1,
      dead: 0,
      runP50Ms: null,
    });
    clock.now += second;
    expect(measurements.lastSecond()).toMatchObject({ at: new Date(start + second).toISOString(), submitted: 0, completed: 0 });
  });

  test('adds up to everything that happened, in whatever steps, over a restart too', async () => {
    const happenings = fc.array(
      fc.record({
        passed: fc.integer({ min: 0, max: 90_000 }),
        submitted: fc.nat(5),
        failed: fc.boolean(),
        dead: fc.boolean(),
        restart: fc.boolean(),
      }),
      { minLength: 1, maxLength: 40 },
    );
    const steps = fc.option(fc.constantFrom(second, 7 * second, minute, 5 * minute, 60 * minute), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(happenings, steps, async (list, stepMs) => {
        const { clock, open, save } = openMeasurements();
        let measurements = open();
        for (const { passed, submitted, failed, dead, restart } of list) {
          clock.now += passed;
          measurements.submitted(submitted);
          ran(measurements, 'a', 2, failed);
          measurements.finished(dead ? 'dead' : 'completed');
          if (!restart) continue;
          await save(measurements);
          measurements = open();
        }
        // An hour's range is answered from what the store keeps, by the minute.
        const { points, ...series } = measurements.series({ from: clock.now - 60 * minute, to: clock.now + minute, stepMs });
        expect(sum(points, 'submitted')).toBe(list.reduce((total, { submitted }) => total + submitted, 0));
        expect(sum(points, 'failed')).toBe(list.filter(({ failed }) => failed).length);
        expect(sum(points, 'dead') + sum(points, 'completed')).toBe(list.length);
        expect(series.stepMs % minute).toBe(0);
        expect(points.map(({ at }) => Date.parse(at) - Date.parse(series.from))).toEqual(points.map((_, index) => index * series.stepMs));
      }),
      { numRuns: 15 },
    );
  });

  test('is kept over minutes in which a full disk takes nothing, and written once there is room', async () => {
    const { clock, disk, open, save } = openMeasurements();
    const measurements = open();
    disk.full = true;
    for (let passed = 0; passed < 3; passed++) {
      measurements.submitted(1);
      await save(measurements);
      clock.now += minute;
    }
    expect(measurements.changed).toBe(true);
    disk.full = false;
    await save(measurements);
    expect(measurements.changed).toBe(false);
    const { points } = open().series({ from: start - 20 * minute, to: clock.now, stepMs: minute });
    expect(points.slice(-3).map(({ submitted }) => submitted)).toEqual([1, 1, 1]);
  });

  test('of the last minutes is told by the second', () => {
    const { clock, open } = openMeasurements();
    const measurements = open();
    for (let passed = 0; passed < 60; passed++) {
      measurements.submitted(passed);
      clock.now += second;
    }
    const { points, stepMs } = measurements.series({ from: start, to: clock.now, stepMs: undefined });
    expect(stepMs).toBe(second);
    expect(points.map(({ submitted }) => submitted)).toEqual(Array.from({ length: 60 }, (_, passed) => passed));
    expect(measurements.series({ from: start, to: clock.now, stepMs: 10 * second }).points.map(({ submitted }) => submitted)).toEqual(
      [0, 1, 2, 3, 4, 5].map((ten) => 45 + 100 * ten),
    );
  });

  test('is told in a bounded number of points, however long the range and fine the steps', () => {
    const measurements = openMeasurements().open();
    const range = { from: start - 5 * 365 * 86_400_000, to: start };
    expect(measurements.series({ ...range, stepMs: second }).points.length).toBeLessThanOrEqual(2_001);
    expect(measurements.series({ ...range, stepMs: undefined }).points.length).toBeLessThanOrEqual(301);
  });
});
