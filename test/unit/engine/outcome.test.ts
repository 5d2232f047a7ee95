import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JobError } from '../../../contract/job.ts';
import { defaultRetry } from '../../../contract/retry.ts';
import { mayBecome } from '../../../contract/states.ts';
import type { RunResult } from '../../../engine/queue/lanes.ts';
import { type Circumstances, outcomeOf } from '../../../engine/queue/outcome.ts';
import type { JobRow } from '../../../engine/store/job-row.ts';
import { plainRow, start } from './plain-job.ts';

const now = start + 5_000;
const day = 86_400_000;
const error: JobError = { name: 'Error', message: 'no such file', code: 'ENOENT', details: { exitCode: 3 } };

function end(row: Partial<JobRow>, result: RunResult, circumstances: Partial<Circumstances> = {}) {
  const {
    outcome,
    error: kept,
    end: ending,
  } = outcomeOf(plainRow(row), result, { now, random: 0.5, cancelRequested: false, ...circumstances });
  const { error: text, ...fields } = 'final' in ending ? ending.final : ending.waiting;
  return { outcome, kept, ...fields, error: text === null ? null : (JSON.parse(text) as JobError) };
}

const failed: RunResult = { kind: 'failed', error };
const timedOut: RunResult = { kind: 'aborted', reason: 'timed-out', error: null };
const stopping: RunResult = { kind: 'aborted', reason: 'stopping', error: null };
const crashed = (blame: number): RunResult => ({ kind: 'crashed', error, blame });
/** A sync job without a retry policy of its own. */
const syncOnce = { mode: 'sync', lane: 'interactive', max_attempts: 1, budget: 1 } as const;

const results: fc.Arbitrary<RunResult> = fc.oneof(
  fc.constantFrom<RunResult>(
    { kind: 'succeeded', result: '{"n":1}' },
    failed,
    { kind: 'failed-for-good', error },
    timedOut,
    stopping,
    { kind: 'aborted', reason: 'cancelled', error: null },
    { kind: 'aborted', reason: 'timed-out', error },
    { kind: 'interrupted' },
    { kind: 'not-loaded', error },
  ),
  fc.integer({ min: 0, max: 400 * day }).map((retryAfterMs): RunResult => ({ kind: 'failed', error, retryAfterMs })),
  fc.integer({ min: 0, max: 400 * day }).map((ms): RunResult => ({ kind: 'snoozed', ms })),
  fc.integer({ min: 1, max: 100 }).map((together) => crashed(1 / together)),
);

/** A job in any attempt of its life, some of which did not count. */
const rows: fc.Arbitrary<JobRow> = fc
  .record({
    budget: fc.integer({ min: 1, max: 20 }),
    uncounted: fc.nat(20),
    used: fc.nat(19),
    crashes: fc.double({ min: 0, max: 2.99, noNaN: true }),
    mode: fc.constantFrom('sync', 'async', 'auto'),
  })
  .map(({ budget, uncounted, used, crashes, mode }) =>
    plainRow({ budget, max_attempts: budget + uncounted, attempt: uncounted + 1 + (used % budget), crashes, mode }),
  );

describe('whatever a run comes to', () => {
  test('its job takes a step that the table of states allows, and never loses an attempt to a run that does not count', () => {
    fc.assert(
      fc.property(rows, results, fc.boolean(), (row, result, cancelRequested) => {
        const { outcome, end: ending } = outcomeOf(row, result, { now, random: 0.5, cancelRequested });
        if ('final' in ending) {
          expect(mayBecome('executing', ending.final.state)).toBe(true);
          expect(ending.final.result === null).toBe(ending.final.state !== 'completed');
          expect(ending.final.error === null).toBe(ending.final.state === 'completed');
          return;
        }
        const { state, runAt, maxAttempts, crashes } = ending.waiting;
        expect(mayBecome('executing', state)).toBe(true);
        expect(Number.isSafeInteger(runAt)).toBe(true);
        const left = maxAttempts - row.attempt;
        const before = row.max_attempts - row.attempt;
        expect(left).toBe(outcome === 'failed' || outcome === 'timed-out' ? before : before + 1);
        // Someone who waits in line must be able to run.
        expect(left).toBeGreaterThan(0);
        expect(crashes).toBeGreaterThanOrEqual(row.crashes);
        if (state !== 'available') expect(runAt).toBeGreaterThanOrEqual(now);
      }),
      { numRuns: 1000 },
    );
  });

  test('a job whose cancelling was asked for is cancelled, unless it succeeded all the same', () => {
    fc.assert(
      fc.property(rows, results, (row, result) => {
        const { end: ending } = outcomeOf(row, result, { now, random: 0.5, cancelRequested: true });
        expect('final' in ending && ending.final.state).toBe(result.kind === 'succeeded' ? 'completed' : 'cancelled');
      }),
    );
  });
});

describe('a run that succeeds', () => {
  test('completes its job with its result, in its last attempt too', () => {
    expect(end({ attempt: 5, error: '{}' }, { kind: 'succeeded', result: '{"n":1}' })).toEqual({
      ...{ outcome: 'succeeded', kept: null, state: 'completed', result: '{"n":1}', error: null },
    });
  });
});

describe('a run that fails', () => {
  test('is tried again after the policy’s delay while attempts are left, and keeps what was said', () => {
    expect(end({ attempt: 2 }, failed)).toEqual({
      ...{ outcome: 'failed', kept: error, state: 'retryable', runAt: now + 2000, maxAttempts: 5, crashes: 0, error },
    });
  });

  test('for the last time leaves a dead job', () => {
    expect(end({ attempt: 5 }, failed)).toEqual({ outcome: 'failed', kept: error, state: 'dead', result: null, error });
  });

  test('for good leaves a dead job at once', () => {
    expect(end({ attempt: 1 }, { kind: 'failed-for-good', error })).toMatchObject({ outcome: 'failed', state: 'dead', error });
  });

  test('waits as long as its first failure when what came before did not count, and when it was redriven', () => {
    expect(end({ attempt: 4, max_attempts: 8, budget: 5 }, failed)).toMatchObject({ runAt: now + 1000 });
    expect(end({ attempt: 6, max_attempts: 10, budget: 5 }, failed)).toMatchObject({ runAt: now + 1000 });
    expect(end({ attempt: 7, max_attempts: 10, budget: 5 }, failed)).toMatchObject({ runAt: now + 2000 });
  });

  test('waits as long as was asked for, however long the policy would, but no longer than a job can be delayed', () => {
    const asking = (retryAfterMs: number) => end({}, { kind: 'failed', error, retryAfterMs });
    expect(asking(120_000)).toMatchObject({ outcome: 'failed', state: 'retryable', runAt: now + 120_000 });
    expect(asking(0)).toMatchObject({ runAt: now });
    expect(asking(-5)).toMatchObject({ runAt: now });
    expect(asking(30 * day)).toMatchObject({ runAt: now + 30 * day });
    expect(asking(1e15)).toMatchObject({ runAt: now + 366 * day });
  });

  test('for the last time is dead, whatever wait was asked for', () => {
    expect(end({ attempt: 5 }, { kind: 'failed', error, retryAfterMs: 1 })).toMatchObject({ state: 'dead' });
  });

  test('in a sync job without a policy is dead after the first attempt', () => {
    expect(end(syncOnce, failed)).toMatchObject({ outcome: 'failed', state: 'dead' });
  });
});

describe('a run that takes too long', () => {
  test('is tried again as a failed one, and says which limit it passed', () => {
    expect(end({ timeout_ms: 1500 }, timedOut)).toMatchObject({
      ...{ outcome: 'timed-out', state: 'retryable', runAt: now + 1000, error: { name: 'TimedOut' } },
      kept: { name: 'TimedOut', message: 'It did not end within its 1500 ms (timeoutMs).' },
    });
    expect(end({ attempt: 5 }, timedOut)).toMatchObject({ outcome: 'timed-out', state: 'dead' });
  });

  test('keeps what its task could still say', () => {
    expect(end({ attempt: 5 }, { kind: 'aborted', reason: 'timed-out', error })).toMatchObject({
      error: { name: 'TimedOut', details: { exitCode: 3 } },
    });
  });

  test('after its cancelling was asked for keeps it too', () => {
    expect(end({}, { kind: 'aborted', reason: 'timed-out', error }, { cancelRequested: true })).toMatchObject({
      ...{ outcome: 'cancelled', state: 'cancelled', error: { name: 'TimedOut', details: { exitCode: 3 } } },
    });
  });
});

describe('a run that is cancelled', () => {
  test('keeps its task’s last words, or says that it was cancelled', () => {
    expect(end({}, { kind: 'aborted', reason: 'cancelled', error })).toMatchObject({ outcome: 'cancelled', state: 'cancelled', error });
    expect(end({}, { kind: 'aborted', reason: 'cancelled', error: null })).toMatchObject({ error: { name: 'Cancelled' } });
    expect(end({}, { kind: 'snoozed', ms: 1 }, { cancelRequested: true })).toMatchObject({ error: { name: 'Cancelled' } });
  });
});

describe('a run that does not count', () => {
  test('snoozed, waits until the time that it asked for and keeps the error of the attempt before', () => {
    expect(end({ attempt: 5, error: JSON.stringify(error) }, { kind: 'snoozed', ms: 60_000 })).toEqual({
      ...{ outcome: 'snoozed', kept: null, state: 'scheduled', runAt: now + 60_000, maxAttempts: 6, crashes: 0, error },
    });
  });

  test('snoozed for longer than a job can be delayed, is back at that time', () => {
    expect(end({}, { kind: 'snoozed', ms: 30 * day })).toMatchObject({ runAt: now + 30 * day });
    expect(end({}, { kind: 'snoozed', ms: 1e15 })).toMatchObject({ runAt: now + 366 * day });
    expect(end({}, { kind: 'snoozed', ms: -1 })).toMatchObject({ runAt: now });
  });

  test.each<[string, RunResult]>([
    ['interrupted by a stop', stopping],
    ['interrupted with its thread', { kind: 'interrupted' }],
  ])('%s, is back in its place in line', (_, result) => {
    expect(end({ attempt: 5 }, result)).toEqual({
      ...{ outcome: 'interrupted', kept: null, state: 'available', runAt: start, maxAttempts: 6, crashes: 0, error: null },
    });
  });

  test('of a sync job that nobody waits for any more is not run behind its caller’s back', () => {
    expect(end(syncOnce, stopping)).toMatchObject({ outcome: 'interrupted', state: 'cancelled', error: { name: 'Interrupted' } });
    expect(end({ ...syncOnce, max_attempts: 3, budget: 3 }, stopping)).toMatchObject({ outcome: 'interrupted', state: 'available' });
  });

  test('because its file broke, waits a moment and says why', () => {
    const { runAt, ...rest } = end({ attempt: 5 }, { kind: 'not-loaded', error }) as { runAt: number };
    expect(rest).toMatchObject({ outcome: 'interrupted', state: 'scheduled', maxAttempts: 6, error });
    expect(runAt).toBeGreaterThan(now);
  });
});

describe('a crash', () => {
  test('of a thread with one run blames that run: it is tried again at once, and dead at the third', () => {
    expect(end({ attempt: 5, crashes: 0 }, crashed(1))).toEqual({
      ...{ outcome: 'crashed', kept: error, state: 'available', runAt: start, maxAttempts: 6, crashes: 1, error },
    });
    expect(end({ crashes: 1 }, crashed(1))).toMatchObject({ state: 'available', crashes: 2 });
    expect(end({ crashes: 2 }, crashed(1))).toEqual({ outcome: 'crashed', kept: error, state: 'dead', result: null, error });
  });

  test.each([2, 3, 7, 10, 100])('of a thread with %i runs shares the blame: after three times as many a run is dead', (together) => {
    let crashes = 0;
    for (let crash = 1; crash < 3 * together; crash++) {
      const ended = end({ crashes }, crashed(1 / together));
      expect(ended.state).toBe('available');
      crashes = (ended as { crashes: number }).crashes;
    }
    expect(end({ crashes }, crashed(1 / together)).state).toBe('dead');
  });

  test('under a sync job without a policy ends it', () => {
    expect(end(syncOnce, crashed(0.01))).toMatchObject({ outcome: 'crashed', state: 'dead' });
  });
});

describe('a failure because of a service that was known to be down', () => {
  const error = { name: 'NetworkError', message: 'connection refused' };
  const spared = { now: start + 5, random: 0.5, cancelRequested: false, spared: true };
  const ofRow = (changes: Parameters<typeof plainRow>[0], circumstances: Partial<typeof spared> = {}) =>
    outcomeOf(plainRow(changes), { kind: 'failed', error }, { ...spared, ...circumstances });

  test('uses no attempt, not the last one either, and goes back to its place in line', () => {
    expect(ofRow({ attempt: 5, max_attempts: 5 })).toEqual({
      ...{ outcome: 'snoozed', error },
      end: { waiting: { state: 'available', runAt: start, maxAttempts: 6, crashes: 0, error: JSON.stringify(error) } },
    });
  });

  test('is one all the same for a caller who waits, for a rule that says so and past a week', () => {
    expect(ofRow({ mode: 'sync', budget: 1, max_attempts: 1 })).toMatchObject({ outcome: 'failed', end: { final: { state: 'dead' } } });
    const retry = JSON.stringify({ ...defaultRetry, rules: [{ name: 'NetworkError', action: 'fail' }] });
    expect(ofRow({ retry })).toMatchObject({ end: { final: { state: 'dead' } } });
    expect(ofRow({}, { now: start + 7 * 86_400_000 + 1 })).toMatchObject({ end: { final: { state: 'dead' } } });
  });
});
