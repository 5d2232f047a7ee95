import { describe, expect, it } from 'vitest';
import type { JobSummary } from '../../../contract/job.ts';
import { labLimits } from '../../../contract/lab-run.ts';
import { ModeTally, tagOf } from '../../../lab/mode-tally.ts';

const beganAt = Date.parse('2026-01-31T09:30:00.000Z');
const timeAt = (ms: number) => new Date(beganAt + ms).toISOString();

function job(index: number, over: Partial<JobSummary> = {}): JobSummary {
  return {
    ...{ id: `job-${index}`, task: 'lab.work', queue: 'default', mode: 'async', lane: 'io', state: 'completed', priority: 0, attempt: 1 },
    ...{ maxAttempts: 5, error: null, progress: null, tags: [tagOf(index)], uniqueKey: null, workflowId: null, scheduleId: null },
    ...{ slotAt: null, purpose: 'run', compensates: null, compensation: null, createdAt: timeAt(0), runAt: timeAt(0) },
    ...{ startedAt: timeAt(10), finishedAt: timeAt(110), timeoutMs: 1_000, ...over },
  };
}

function tally(planned = 1): ModeTally {
  const made = new ModeTally({ mode: 'async', planned, windowMs: 1_000 });
  made.begin(beganAt, 2);
  return made;
}

describe('what became of the requests of one mode', () => {
  it('does not mind whether the job’s end is heard of before its answer or after it', async () => {
    const steps = [
      (one: ModeTally) => one.answer(0, 'answered', { sentAt: beganAt + 1, answeredAt: beganAt + 120 }),
      (one: ModeTally) => one.hear('job.completed', beganAt + 110, job(0)),
    ];
    const results = await Promise.all(
      [steps, steps.toReversed()].map(async (order) => {
        const one = tally();
        one.send(0, beganAt);
        for (const step of order) step(one);
        await one.settled();
        return one.result('completed', null);
      }),
    );
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ sent: 1, attempts: 1, retried: 0, unfinished: 0, answers: { answered: 1 }, ends: { completed: 1 } });
    expect(results[0]?.felt?.p50Ms).toBeCloseTo(120, 0);
    expect(results[0]?.completion?.p50Ms).toBeCloseTo(110, 0);
    expect(results[0]?.wait?.p50Ms).toBeCloseTo(10, 0);
  });

  it('waits for what takes a broken promise back, and counts that as the end', async () => {
    const one = tally();
    one.send(0, beganAt);
    one.answer(0, 'accepted', { sentAt: beganAt, answeredAt: beganAt + 5 });
    one.hear('job.dead', beganAt + 110, job(0, { state: 'dead', compensation: { state: 'pending', jobId: 'job-1' } }));
    expect(one.open).toBe(1);
    // The job that does it carries the same tags.
    one.hear('job.completed', beganAt + 150, job(0, { purpose: 'rollback', compensates: 'job-0' }));
    expect(one.open).toBe(1);
    one.hear('job.compensated', beganAt + 151, job(0, { state: 'dead', compensation: { state: 'compensated', jobId: 'job-1' } }));
    await one.settled();
    expect(one.result('completed', null).ends).toMatchObject({ completed: 0, dead: 0, compensated: 1 });
  });

  it('times each attempt from due to its start, and adds up what the places were taken', () => {
    const one = tally();
    one.send(0, beganAt);
    one.hear('job.started', beganAt + 10, job(0, { state: 'executing', finishedAt: null }));
    one.hear('job.retrying', beganAt + 110, job(0, { state: 'retryable', finishedAt: null, startedAt: null, runAt: timeAt(300) }));
    const second = job(0, { attempt: 2, runAt: timeAt(300), startedAt: timeAt(340), finishedAt: timeAt(440) });
    one.hear('job.started', beganAt + 340, { ...second, state: 'executing', finishedAt: null });
    one.hear('job.completed', beganAt + 440, second);
    one.answer(0, 'accepted', { sentAt: beganAt, answeredAt: beganAt + 5 });
    const result = one.result('completed', null);
    expect(result).toMatchObject({ attempts: 2, retried: 1 });
    expect(result.wait).toMatchObject({ count: 2, maxMs: 40 });
    expect(result.service?.meanMs).toBeCloseTo(100, 5);
    // 200 ms of two places in the 440 ms until the last end.
    expect(result.utilisation).toBeCloseTo(200 / 880, 5);
  });

  it('has no job to wait for where the request was refused, and says which jobs were given up', async () => {
    const one = tally(2);
    one.send(0, beganAt);
    one.answer(0, 'refused', { sentAt: beganAt, answeredAt: beganAt + 2 });
    await one.settled();
    one.send(1, beganAt + 5);
    one.answer(1, 'accepted', { sentAt: beganAt + 5, answeredAt: beganAt + 9 });
    expect(one.result('stopped', null)).toMatchObject({ unfinished: 1, answers: { refused: 1, accepted: 1 }, felt: { count: 1 } });
  });

  it('thins its samples out rather than let a long run fill the memory', () => {
    const one = tally();
    for (let at = 0; at < 1_000; at++)
      one.sample({ atMs: at * 1000, memoryBytes: at, threads: 1, running: 0, waiting: 0, sent: at, ended: at });
    const { samples, peakMemoryBytes } = one.result('completed', null);
    expect(samples.length).toBeLessThanOrEqual(labLimits.samples);
    expect(samples.length).toBeGreaterThan(labLimits.samples / 3);
    expect([samples[0]?.atMs, peakMemoryBytes]).toEqual([0, 999]);
    const gaps = new Set(samples.slice(1).map(({ atMs }, at) => atMs - (samples[at]?.atMs ?? 0)));
    expect(gaps.size).toBe(1);
  });
});
