import { describe, expect, test } from 'vitest';
import { Problem } from '../../../contract/errors.ts';
import type { Decision } from '../../../contract/job.ts';
import type { TaskStats } from '../../../contract/resources.ts';
import { defaultRetry } from '../../../contract/retry.ts';
import { type SubmissionInput, submissionSchema } from '../../../contract/submission.ts';
import type { TaskDescription } from '../../../contract/thread.ts';
import type { SubmitOptions } from '../../../engine/queue/backend.ts';
import type { Pace } from '../../../engine/queue/pace.ts';
import { type PlanFacts, planJob, waitOf } from '../../../engine/queue/plan.ts';
import { plainEntry, start } from './plain-job.ts';

const unmeasured: TaskStats = { samples: 0, p50Ms: null, p95Ms: null, p99Ms: null, failureRate: null };
const fast: TaskStats = { samples: 50, p50Ms: 5, p95Ms: 9, p99Ms: 10, failureRate: 0 };
const slow: TaskStats = { samples: 50, p50Ms: 5_000, p95Ms: 9_000, p99Ms: 9_000, failureRate: 0 };

const paces = new Map<TaskStats, Pace | null>([
  [unmeasured, null],
  [fast, 'fast'],
  [slow, 'slow'],
]);

type Circumstances = { options?: Partial<SubmitOptions>; facts?: Partial<PlanFacts>; task?: Partial<TaskDescription> };

function plan(submission: Partial<SubmissionInput>, { options, facts, task }: Circumstances = {}) {
  return planJob(
    submissionSchema.parse({ task: 'shell.run', ...submission }),
    plainEntry(task),
    { respondAsync: false, waitMs: undefined, idempotency: undefined, ...options },
    {
      ...{ now: start, nonce: 7, queue: 'default', queueState: 'open', stats: fast, startsAtOnce: true, syncHindrance: null },
      ...{ pace: facts?.stats ? (paces.get(facts.stats) ?? null) : 'fast', lineMs: () => 200 },
      hindranceEndsInMs: (hindrance) => (hindrance.kind === 'rate' ? hindrance.waitMs : 4_200),
      ...{ circuit: null, serviceDown: null, promised: null },
      ...facts,
    },
  );
}

/** The job and how long its caller waits, as far as modes have a say. */
function course(submission: Partial<SubmissionInput>, circumstances: Circumstances = {}) {
  const row = plan(submission, circumstances);
  const decision = row.decision === null ? null : (JSON.parse(row.decision) as Decision);
  const wait = waitOf(row, submission.waitMs ?? circumstances.options?.waitMs);
  return { mode: row.mode, lane: row.lane, budget: row.budget, decided: decision?.mode ?? null, wait };
}

function refusal(submission: Partial<SubmissionInput>, circumstances: Circumstances = {}): Problem {
  try {
    plan(submission, circumstances);
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('it was planned');
}

describe('the course of a submission', () => {
  test.each<[string, Partial<SubmissionInput>, Circumstances, ReturnType<typeof course>]>([
    [
      'sync: to its end, in the interactive lane, once',
      { mode: 'sync' },
      {},
      { mode: 'sync', lane: 'interactive', budget: 1, decided: null, wait: 'end' },
    ],
    [
      'sync with a policy: to its end, as often as that says',
      { mode: 'sync', retry: { baseMs: 10 } },
      {},
      { mode: 'sync', lane: 'interactive', budget: 5, decided: null, wait: 'end' },
    ],
    ['async: not at all', { mode: 'async' }, {}, { mode: 'async', lane: 'cpu', budget: 5, decided: null, wait: 0 }],
    [
      'auto, fast: for a second, on its own lane while that is free',
      {},
      {},
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'sync', wait: 1000 },
    ],
    [
      'auto, fast: on the interactive lane when its own is busy',
      {},
      { facts: { startsAtOnce: false } },
      { mode: 'auto', lane: 'interactive', budget: 5, decided: 'sync', wait: 1000 },
    ],
    [
      'auto, fast, with every place taken: for a second, in line',
      {},
      { facts: { startsAtOnce: false, syncHindrance: { kind: 'lane' } } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'wait', wait: 1000 },
    ],
    ['auto, slow: not at all', {}, { facts: { stats: slow } }, { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 0 }],
    [
      'auto, never run: for a second',
      {},
      { facts: { stats: unmeasured } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'wait', wait: 1000 },
    ],
    [
      'auto, fast, in a paused queue: not at all',
      {},
      { facts: { queueState: 'paused', startsAtOnce: false } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 0 },
    ],
    [
      'auto, fast, in a limited queue: for a second, and never past the limit',
      {},
      { facts: { queueState: 'limited', startsAtOnce: false } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'wait', wait: 1000 },
    ],
    ['auto, later: not at all', { delayMs: 1 }, {}, { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 0 }],
    [
      'Prefer: respond-async makes auto async, and says so',
      {},
      { options: { respondAsync: true } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 0 },
    ],
    [
      'Prefer: respond-async makes sync async, with all of its attempts',
      { mode: 'sync' },
      { options: { respondAsync: true }, facts: { syncHindrance: { kind: 'lane' } } },
      { mode: 'async', lane: 'cpu', budget: 5, decided: null, wait: 0 },
    ],
    [
      'Prefer: wait is longer than what auto would wait',
      {},
      { options: { waitMs: 30_000 }, facts: { stats: slow } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 30_000 },
    ],
    [
      'waitMs goes before Prefer: wait',
      { mode: 'async', waitMs: 10 },
      { options: { waitMs: 30_000 } },
      { mode: 'async', lane: 'cpu', budget: 5, decided: null, wait: 10 },
    ],
    [
      'a wait goes before respond-async',
      { mode: 'sync', waitMs: 10 },
      { options: { respondAsync: true } },
      { mode: 'sync', lane: 'interactive', budget: 1, decided: null, wait: 10 },
    ],
    ['a wait of 0 is none', { waitMs: 0 }, {}, { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 0 }],
    [
      'auto, fast, for a caller who waits less than that: for so long, on its own lane',
      { waitMs: 5 },
      { facts: { startsAtOnce: false } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'wait', wait: 5 },
    ],
    [
      'auto, never run, behind a long line: not at all',
      {},
      { facts: { stats: unmeasured, startsAtOnce: false, lineMs: () => 90_000 } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'async', wait: 0 },
    ],
    [
      'auto, never run, is not given the interactive lane',
      {},
      { facts: { stats: unmeasured, startsAtOnce: false } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'wait', wait: 1000 },
    ],
    [
      'auto, slow, of a task that needs its result: for as long as people are patient',
      {},
      { facts: { stats: slow }, task: { declares: { needsResult: true } } },
      { mode: 'auto', lane: 'cpu', budget: 5, decided: 'wait', wait: 10_000 },
    ],
    [
      'a task that is not to be tried again has one attempt',
      { mode: 'async' },
      { task: { declares: { retryable: false } } },
      { mode: 'async', lane: 'cpu', budget: 1, decided: null, wait: 0 },
    ],
  ])('%s', (_, submission, circumstances, expected) => {
    expect(course(submission, circumstances)).toEqual(expected);
  });

  test('is decided by the wait that its caller gave, in the body before the header', () => {
    const decided = (submission: Partial<SubmissionInput>, options: Partial<SubmitOptions>) =>
      (JSON.parse(plan(submission, { options }).decision ?? 'null') as Decision).waitMs;
    expect([decided({ waitMs: 10 }, { waitMs: 30_000 }), decided({}, { waitMs: 30_000 }), decided({}, {})]).toEqual([10, 30_000, 1000]);
  });

  test('of an io task goes by its own lane', () => {
    expect(course({ mode: 'async' }, { task: { lane: 'io' } }).lane).toBe('io');
    expect(course({}, { task: { lane: 'io' } }).lane).toBe('io');
    expect(course({ mode: 'sync' }, { task: { lane: 'io' } }).lane).toBe('interactive');
  });
});

describe('a sync submission', () => {
  test.each([
    ['/delayMs', { delayMs: 1 }],
    ['/runAt', { runAt: '2026-02-01T00:00:00Z' }],
  ])('for later is refused, and %s named', (path, later) => {
    expect(refusal({ mode: 'sync', ...later })).toMatchObject({ code: 'invalid-request', extras: { errors: [{ path }] } });
  });

  test('for a time that has passed runs now', () => {
    expect(plan({ mode: 'sync', runAt: '2020-01-01T00:00:00Z' })).toMatchObject({ state: 'available', run_at: start });
  });

  test('without a place is refused and told when to come back', () => {
    const full = { syncHindrance: { kind: 'lane' } } as const;
    expect(refusal({ mode: 'sync' }, { facts: full })).toMatchObject({
      code: 'lane-saturated',
      message: expect.stringContaining('likely free in 4.2 s'),
      extras: { retryAfterMs: 4_200 },
    });
    expect(refusal({ mode: 'sync' }, { facts: { syncHindrance: { kind: 'rate', waitMs: 750 } } })).toMatchObject({
      code: 'rate-limited',
      extras: { retryAfterMs: 750 },
    });
    expect(refusal({ mode: 'sync' }, { facts: { syncHindrance: { kind: 'task' } } })).toMatchObject({
      code: 'lane-saturated',
      message: expect.stringContaining('shell.run'),
    });
  });

  test('without a place is planned all the same when its job may stand already', () => {
    const full = { facts: { syncHindrance: { kind: 'lane' } } } as const;
    expect(plan({ mode: 'sync', unique: { key: 'k' } }, full).mode).toBe('sync');
    expect(plan({ mode: 'sync' }, { ...full, options: { idempotency: { key: 'k', bodyHash: 'h' } } }).mode).toBe('sync');
  });
});

describe('a planned job', () => {
  test('is due when it says: after its delay, counted from runAt where that lies ahead', () => {
    expect(plan({})).toMatchObject({ state: 'available', run_at: start });
    expect(plan({ delayMs: 500 })).toMatchObject({ state: 'scheduled', run_at: start + 500 });
    expect(plan({ runAt: '2026-02-01T00:00:00+01:00' })).toMatchObject({ state: 'scheduled', run_at: Date.UTC(2026, 0, 31, 23) });
    expect(plan({ runAt: '2026-02-01T00:00:00Z', delayMs: 500 }).run_at).toBe(Date.UTC(2026, 1, 1) + 500);
    expect(plan({ runAt: '2020-01-01T00:00:00Z', delayMs: 500 }).run_at).toBe(start + 500);
  });

  test('takes what it says itself, then what its task says, then the defaults', () => {
    const task = { timeoutMs: 1234, retry: { maxAttempts: 3, baseMs: 77 } };
    const retry = (row: { retry: string }) => JSON.parse(row.retry);
    expect(plan({})).toMatchObject({ timeout_ms: 60_000, max_attempts: 5 });
    expect(retry(plan({}))).toEqual(defaultRetry);
    const declared = plan({}, { task });
    expect(declared).toMatchObject({ timeout_ms: 1234, max_attempts: 3, budget: 3 });
    expect(retry(declared)).toEqual({ ...defaultRetry, maxAttempts: 3, baseMs: 77 });
    const own = plan({ timeoutMs: 99, retry: { maxAttempts: 9, jitter: 0 } }, { task });
    expect(own).toMatchObject({ timeout_ms: 99, max_attempts: 9, budget: 9 });
    expect(retry(own)).toEqual({ ...defaultRetry, maxAttempts: 9, baseMs: 77, jitter: 0 });
  });

  test('has to end before its deadline, counted from its submission, and can begin before it', () => {
    expect(plan({ deadlineMs: 900, delayMs: 899 })).toMatchObject({ deadline_ms: 900, deadline_at: start + 900 });
    expect(refusal({ deadlineMs: 900, delayMs: 900 })).toMatchObject({
      code: 'invalid-request',
      extras: { errors: [{ path: '/deadlineMs' }] },
    });
  });

  test('has not begun', () => {
    expect(plan({ mode: 'async', priority: -3, unique: { key: 'k' }, tags: ['a'], payload: { x: 1 } })).toMatchObject({
      ...{ created_at: start, nonce: 7, attempt: 0, crashes: 0, started_at: null, finished_at: null, error: null, result: null },
      ...{ priority: -3, unique_key: 'k', tags: '["a"]', payload: '{"x":1}', first_payload: null, decision: null },
    });
  });
});
