import { describe, expect, it } from 'vitest';
import type { Attempt } from '../../../contract/job.ts';
import { jobStates, mayBecome } from '../../../contract/states.ts';
import { historyOf } from '../../../renderer/features/job/history.ts';
import { actionsFor } from '../../../renderer/features/job/job-actions.ts';
import { nextStep } from '../../../renderer/features/job/next-step.ts';
import { commandLine, readDetails } from '../../../renderer/ui/error-details.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

describe('what a person may do with a job', () => {
  it.each(jobStates)('never offers for a job that is %s what the table of states forbids', (state) => {
    const may = Object.fromEntries(actionsFor(state).map(({ action, reason }) => [action, reason === null]));
    expect(may.cancel).toBe(mayBecome(state, 'cancelled'));
    if (may.retry) expect(mayBecome(state, 'available')).toBe(true);
    if (may['run-now']) expect(mayBecome(state, 'available')).toBe(true);
    expect(may.delete).toBe(state !== 'executing');
    expect(may.edit).toBe(['blocked', 'scheduled', 'available', 'retryable'].includes(state));
  });

  it('asks before it destroys something', () => {
    for (const state of jobStates) {
      expect(actionsFor(state).find(({ action }) => action === 'delete')?.confirmation).toBeTruthy();
    }
    expect(actionsFor('executing').find(({ action }) => action === 'cancel')?.confirmation).toBeTruthy();
  });
});

describe('a failure', () => {
  it('shows a command as it can be pasted, its exit code and what it said last', () => {
    const details = {
      command: 'sh',
      args: ['-c', "echo it's"],
      exitCode: 3,
      signal: null,
      stdoutTail: '',
      stderrTail: 'no such file\n',
      more: [1],
    };
    expect(readDetails({ name: 'Error', message: 'm', code: 'exit', details })).toEqual({
      facts: [
        { label: 'command', text: "sh -c 'echo it'\\''s'" },
        { label: 'code', text: 'exit' },
        { label: 'exit code', text: '3' },
      ],
      outputs: [{ label: 'last stderr', text: 'no such file' }],
      rest: { more: [1] },
    });
  });

  it('shows details of any other shape as they are', () => {
    expect(readDetails({ name: 'Error', message: 'm', details: [1, 2] }).rest).toEqual([1, 2]);
    expect(readDetails({ name: 'Error', message: 'm' })).toEqual({ facts: [], outputs: [], rest: null });
    expect(commandLine('x', undefined)).toBeNull();
  });

  it('says what comes next', () => {
    const job = { attempt: 1, maxAttempts: 5, runAt: at(9), mode: 'async' as const };
    expect(nextStep({ ...job, state: 'retryable' })).toEqual({ text: 'Attempt 2 of 5 starts', until: at(9) });
    expect(nextStep({ ...job, state: 'dead', attempt: 5 }).text).toContain('all 5 attempts failed');
    expect(nextStep({ ...job, state: 'dead', maxAttempts: 1 }).text).toContain('its only attempt failed');
    expect(nextStep({ ...job, state: 'dead' }).text).toContain('this kind of failure is not retried');
  });
});

describe('the history of a job', () => {
  const attempt = (number: number, outcome: Attempt['outcome'], message?: string): Attempt => ({
    attempt: number,
    lane: 'cpu',
    thread: 1,
    startedAt: at(number * 10),
    finishedAt: outcome === null ? null : at(number * 10 + 2),
    outcome,
    error: message ? { name: 'Error', message } : null,
  });
  const job = { createdAt: at(0), runAt: at(0), startedAt: at(10), finishedAt: at(32), attempt: 3 };

  it('tells of each attempt and the state that it led to', () => {
    const history = historyOf({ ...job, state: 'dead' }, [
      attempt(1, 'failed', 'a'),
      attempt(2, 'interrupted'),
      attempt(3, 'timed-out', 'b'),
    ]);
    expect(history.map(({ state, text }) => `${state}: ${text}`)).toEqual([
      'available: Submitted',
      'executing: Attempt 1 started',
      'retryable: Attempt 1 failed',
      'executing: Attempt 2 started',
      'available: Attempt 2 was given back; it does not count',
      'executing: Attempt 3 started',
      'dead: Attempt 3 timed out',
    ]);
    expect(history.at(-1)).toMatchObject({ detail: 'b', tookMs: 2000 });
  });

  it('ends with an attempt that runs', () => {
    expect(historyOf({ ...job, state: 'executing', finishedAt: null }, [attempt(1, null)]).at(-1)?.text).toBe('Attempt 1 started');
  });

  it('tells of a job that was cancelled while it waited', () => {
    expect(historyOf({ ...job, state: 'cancelled' }, [attempt(1, 'failed')]).at(-1)).toMatchObject({ text: 'Cancelled', at: at(32) });
    expect(historyOf({ ...job, state: 'cancelled' }, [attempt(1, 'cancelled')]).at(-1)).toMatchObject({ text: 'Attempt 1 was cancelled' });
  });

  it('keeps the order in which entries with the same time happened', () => {
    expect(
      new Set(historyOf({ ...job, state: 'completed' }, [attempt(1, 'succeeded'), attempt(1, 'succeeded')]).map(({ key }) => key)).size,
    ).toBe(5);
  });
});
