import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaults } from '../../../contract/limits.ts';
import { defaultRetry } from '../../../contract/retry.ts';
import { type SubmissionInput, submissionSchema } from '../../../contract/submission.ts';
import { compensationOf, renewalHindrance } from '../../../engine/queue/compensation.ts';
import type { Lanes, Prediction } from '../../../engine/queue/lanes.ts';
import { promiseFor, undoOf } from '../../../engine/queue/promise.ts';
import { jobIdOf, jobOf, type Undo } from '../../../engine/store/job-row.ts';
import { plainEntry, plainRow, start } from './plain-job.ts';

const place = { at: start + 5, seq: () => 9, nonce: 3 };
const failed = plainRow({
  state: 'dead',
  mode: 'hybrid',
  finished_at: start,
  queue: 'mail',
  tags: '["a"]',
  concurrency_key: 'k',
  payload: '{"n":1}',
});
const broken = { name: 'SyntaxError', message: 'broken' };

describe('what makes up for a failed job', () => {
  test('is nothing for a task that has no rollback, whatever it had when the job was accepted', () => {
    for (const rollback of [true, false]) {
      expect(compensationOf(failed, { rollback }, plainEntry(), place)).toBeNull();
      expect(compensationOf(failed, { rollback }, plainEntry({ hasRollback: true }), place)).toMatchObject({ purpose: 'rollback' });
    }
  });

  test('of a task that nobody knows now is what the submission said, with no fewer attempts than a job has', () => {
    for (const entry of [undefined, plainEntry({}, { error: broken })]) {
      expect(compensationOf(failed, { rollback: false }, entry, place)).toBeNull();
      const row = compensationOf({ ...failed, timeout_ms: 7, retry: '{"maxAttempts":1}' }, { rollback: true }, entry, place);
      expect(row).toMatchObject({ timeout_ms: 7, budget: defaultRetry.maxAttempts, lane: 'cpu' });
    }
    const asked = compensationOf({ ...failed, lane: 'interactive' }, { task: 'gone', payload: {} }, undefined, place);
    expect(asked).toMatchObject({ task: 'gone', timeout_ms: defaults.timeoutMs, lane: 'cpu', purpose: 'run' });
  });

  test('is a job of its own: due now, in the same queue, with the limits of its task and nothing promised of it', () => {
    const undos = fc.constantFrom<Undo>({ rollback: true }, { task: 'http.request', payload: { url: 'x' } });
    const rows = fc.record({
      priority: fc.integer({ min: -100, max: 100 }),
      attempt: fc.nat(5),
      deadline_ms: fc.option(fc.nat(), { nil: null }),
    });
    fc.assert(
      fc.property(undos, rows, (undo, changes) => {
        const entry = plainEntry({ hasRollback: true, timeoutMs: 1_234, retry: { maxAttempts: 8 } });
        const row = compensationOf({ ...failed, ...changes, unique_key: 'u', schedule_slot: null }, undo, entry, place);
        expect(row).toMatchObject({
          ...{
            state: 'available',
            seq: 9,
            nonce: 3,
            run_at: start + 5,
            created_at: start + 5,
            attempt: 0,
            max_attempts: 8,
            timeout_ms: 1_234,
          },
          ...{
            queue: 'mail',
            tags: '["a"]',
            mode: 'async',
            unique_key: null,
            deadline_ms: null,
            on_failure: null,
            priority: changes.priority,
          },
        });
        expect(row && jobOf(row)).toMatchObject({ compensates: jobIdOf(failed), compensation: null });
        expect(row?.concurrency_key).toBe('task' in undo ? null : 'k');
      }),
    );
  });

  test('is told what was promised and why it failed', () => {
    const row = compensationOf(
      { ...failed, optimistic: '[1]', error: JSON.stringify(broken) },
      { task: 't', payload: {} },
      undefined,
      place,
    );
    expect(JSON.parse(row?.compensates ?? '')).toEqual({ jobId: jobIdOf(failed), optimistic: [1], error: broken });
  });
});

test('what failed and what makes up for it never run at the same time', () => {
  const jobs = (state: 'dead' | 'cancelled' | 'available' | 'completed') => () => plainRow({ ...failed, state });
  expect(renewalHindrance({ ...failed, compensation: 'pending' }, () => null)).toContain('has not ended');
  for (const compensation of ['none', 'compensated', 'compensation-failed', null] as const)
    expect(renewalHindrance({ ...failed, compensation }, () => null)).toBeNull();
  const rollback = compensationOf(failed, { rollback: true }, plainEntry({ hasRollback: true }), place) ?? failed;
  expect(renewalHindrance(rollback, jobs('dead'))).toBeNull();
  expect(renewalHindrance(rollback, jobs('cancelled'))).toBeNull();
  expect(renewalHindrance(rollback, () => null)).toBeNull();
  expect(renewalHindrance(rollback, jobs('available'))).toContain('run again');
  expect(renewalHindrance(rollback, jobs('completed'))).toContain('run again');
});

describe('a promise', () => {
  const submission = (input: Partial<SubmissionInput>) => submissionSchema.parse({ task: 'shell.run', mode: 'hybrid', ...input });
  const lanesThatSay = (prediction: Prediction) => ({ predict: async () => prediction }) as unknown as Lanes;
  const predicting = plainEntry({ hasPredict: true });

  test('is what the caller gave, of any kind, and then nothing is predicted', async () => {
    const mustNotBeAsked = {} as unknown as Lanes;
    for (const optimistic of [0, false, '', [], { a: null }])
      expect(await promiseFor(submission({ optimistic }), predicting, mustNotBeAsked, () => true)).toEqual({
        ...{ optimistic: JSON.stringify(optimistic), reason: null },
      });
  });

  test('is what the task predicts, or nothing with the reason', async () => {
    const said = (prediction: Prediction) => promiseFor(submission({}), predicting, lanesThatSay(prediction), () => true);
    expect(await said({ kind: 'predicted', value: '[1]' })).toEqual({ optimistic: '[1]', reason: null });
    for (const prediction of [
      { kind: 'late' },
      { kind: 'failed', message: 'm' },
      { kind: 'not-loaded' },
      { kind: 'predicted', value: 'null' },
    ] as const)
      expect(await said(prediction)).toEqual({ optimistic: null, reason: expect.stringContaining('nothing was promised') });
  });

  test('is not looked for where nothing can be predicted', async () => {
    const lanes = lanesThatSay({ kind: 'predicted', value: '1' });
    for (const [entry, hasPlace] of [
      [plainEntry(), true],
      [predicting, false],
      [plainEntry({ hasPredict: true }, { error: broken }), true],
    ] as const)
      expect(await promiseFor(submission({}), entry, lanes, () => hasPlace)).toMatchObject({ optimistic: null });
  });

  test('goes with what is to be done if it is not kept', () => {
    const onFailure = { task: 'a', payload: { b: 1 } };
    expect(undoOf(submission({}), plainEntry({ hasRollback: true }))).toEqual({ rollback: true });
    expect(undoOf(submission({}), plainEntry())).toEqual({ rollback: false });
    expect(undoOf(submission({}), plainEntry({}, { error: broken }))).toEqual({ rollback: true });
    expect(undoOf(submission({ onFailure }), plainEntry({ hasRollback: true }))).toEqual(onFailure);
    expect(undoOf(submission({ mode: 'async' }), plainEntry({ hasRollback: true }))).toBeNull();
    expect(undoOf(submission({ mode: 'async', onFailure }), plainEntry())).toEqual(onFailure);
  });
});
