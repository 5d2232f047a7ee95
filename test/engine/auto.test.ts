import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { SubmissionInput } from '../../contract/submission.ts';
import { openQueueRig, type QueueRig } from '../support/queue-rig.ts';
import { underStillClock } from './still-clock.ts';

let rig: QueueRig;
underStillClock(() => rig);
beforeEach(async () => {
  rig = await openQueueRig();
});

const sync = { task: 'shell.run', mode: 'sync' } as const;

async function submitAndStart(submission: SubmissionInput) {
  const answer = rig.submit(submission);
  answer.catch(() => {});
  const run = await rig.lanes.nextStart();
  await rig.turn();
  return { answer, id: run.jobId };
}

async function measure(runMs: number, runs: number): Promise<void> {
  for (let run = 0; run < runs; run++) {
    const { id } = await rig.add();
    rig.lanes.succeed(id, null, runMs);
    await rig.turn();
  }
}

/** What `auto` decides now; its job is ended. */
async function decided(runMs = 1): Promise<string | undefined> {
  const { answer, id } = await submitAndStart({ task: 'shell.run' });
  rig.lanes.succeed(id, null, runMs);
  const { job } = await answer;
  // One that was decided to be async is answered before its end is recorded.
  await rig.turn();
  return job.decision?.mode;
}

describe('auto', () => {
  test('follows a task that becomes slow and fast again within 50 calls each way, with one switch each way', async () => {
    await measure(20, 100);
    const modes: (string | undefined)[] = [];
    for (const runMs of [20, 3_000, 20]) for (let call = 0; call < 60; call++) modes.push(await decided(runMs));
    const [before, during, after] = [modes.slice(0, 60), modes.slice(60, 120), modes.slice(120)];
    expect(new Set(before)).toEqual(new Set(['sync']));
    expect(new Set(during.slice(50))).toEqual(new Set(['async']));
    expect(new Set(after.slice(50))).toEqual(new Set(['sync']));
    expect(modes.filter((mode, at) => at > 0 && mode !== modes[at - 1])).toEqual(['async', 'sync']);
  });

  test('learns of a task that always runs out of time', async () => {
    for (let run = 0; run < 5; run++) {
      const answer = await submitAndStart({ ...sync, timeoutMs: 2_000 });
      const refused = expect(answer.answer).rejects.toMatchObject({ code: 'deadline-exceeded' });
      vi.advanceTimersByTime(2_000);
      await refused;
      rig.lanes.finish(answer.id, { kind: 'aborted', reason: 'timed-out', error: null });
      await rig.turn();
    }
    expect(await rig.backend.getTask('shell.run')).toMatchObject({ stats: { samples: 5 }, advice: { mode: 'async' } });
    expect(await decided()).toBe('async');
  });

  test('does not let a caller wait behind a long line, and says how long that is', async () => {
    await measure(400, 20);
    vi.advanceTimersByTime(1_000);
    await rig.addMany(Array.from({ length: 300 }, () => ({})));
    await rig.turn();
    const { status, job } = await rig.submit({ task: 'shell.run' });
    expect(status).toBe(202);
    expect(job.decision).toMatchObject({ mode: 'async', reason: expect.stringMatching(/^About .* of work is ahead of it in its queue/) });
  });

  test('knows a task’s pace after a restart, and after the engine was killed', async () => {
    await measure(3_000, 30);
    vi.advanceTimersByTime(15_000);
    await rig.turn();
    await rig.crash();
    rig = await openQueueRig({ home: rig.home });
    expect(await decided(3_000)).toBe('async');
    await rig.stop();
    rig = await openQueueRig({ home: rig.home });
    expect((await rig.backend.getTask('shell.run')).stats.samples).toBe(31);
    expect(await decided(3_000)).toBe('async');
  });
});

describe('a sync call that is refused', () => {
  test('is told when a place will be free, from how long the runs that hold them usually take', async () => {
    await measure(8_000, 40);
    const first = await submitAndStart(sync);
    vi.advanceTimersByTime(3_000);
    const second = await submitAndStart(sync);
    const refusal = await rig.submit(sync).catch((error: { extras: { retryAfterMs: number } }) => error.extras.retryAfterMs);
    expect(refusal).toBeGreaterThan(4_500);
    expect(refusal).toBeLessThan(5_500);
    vi.advanceTimersByTime(5_000);
    for (const { id, answer } of [first, second]) {
      rig.lanes.succeed(id, null, 8_000);
      await answer;
    }
    expect((await submitAndStart(sync)).id).toBeTruthy();
  });

  test('for want of a place for its task is told when one of that task’s runs will have ended', async () => {
    rig.writeTask('single', { concurrency: 1 });
    for (let run = 0; run < 30; run++) {
      const { id } = await rig.add({ task: 'single' });
      rig.lanes.succeed(id, null, 20_000);
      await rig.turn();
    }
    await submitAndStart({ task: 'single', mode: 'sync' });
    await expect(rig.submit({ task: 'single', mode: 'sync' })).rejects.toMatchObject({
      code: 'lane-saturated',
      message: expect.stringMatching(/likely free in (19|20|21)/),
    });
  });
});

describe('the use of a task', () => {
  test('is counted, warned of, and kept over a restart', async () => {
    await measure(3_000, 20);
    for (let call = 0; call < 6; call++) {
      const { answer, id } = await submitAndStart(sync);
      rig.lanes.succeed(id, null, 3_000);
      await answer;
    }
    const before = await rig.backend.getTask('shell.run');
    expect(before.usage).toMatchObject({ sync: 6, async: 20 });
    expect(before.advice.warnings).toMatchObject([{ code: 'sync-for-everything', count: 6 }]);
    expect(before.runTimes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 3);
    await rig.stop();
    rig = await openQueueRig({ home: rig.home });
    const after = await rig.backend.getTask('shell.run');
    expect({ usage: after.usage, advice: after.advice }).toEqual({ usage: before.usage, advice: before.advice });
  });

  test('counts a caller that waits for an async job, on submission and later', async () => {
    const { answer, id } = await submitAndStart({ task: 'shell.run', mode: 'async', waitMs: 40_000 });
    vi.advanceTimersByTime(35_000);
    rig.lanes.succeed(id);
    await answer;
    expect((await rig.backend.getTask('shell.run')).usage).toMatchObject({ async: 1, waits: 1, longWaits: 1 });
  });
});
