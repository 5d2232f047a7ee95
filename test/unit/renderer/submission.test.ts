import { describe, expect, it } from 'vitest';
import { submissionSchema } from '../../../contract/submission.ts';
import type { SubmitChoices } from '../../../renderer/features/submit/submission.ts';
import { chosenOptions, labelledExamples, optionFor, submissionOf, untouched } from '../../../renderer/features/submit/submission.ts';

const full: SubmitChoices = {
  ...untouched,
  mode: 'async',
  optimistic: '',
  queue: 'mail',
  priority: -5,
  start: 'delay',
  delaySeconds: 1.5,
  runAt: '',
  timeoutSeconds: 90,
  maxAttempts: 1,
  tags: ['a', 'b'],
  uniqueKey: 'k',
};

describe('the submission that a form makes', () => {
  it('holds nothing but task, payload and mode when no option was touched', () => {
    expect(submissionOf('shell.run', { command: 'true' }, untouched)).toEqual({
      task: 'shell.run',
      payload: { command: 'true' },
      mode: 'auto',
    });
    expect(chosenOptions(untouched)).toEqual([]);
  });

  it('carries every option in the units of the interface, and the engine’s schema takes it', () => {
    const submission = submissionOf('t', {}, full);
    expect(submission).toEqual({
      task: 't',
      payload: {},
      mode: 'async',
      queue: 'mail',
      priority: -5,
      delayMs: 1500,
      timeoutMs: 90_000,
      retry: { maxAttempts: 1 },
      tags: ['a', 'b'],
      unique: { key: 'k' },
    });
    expect(submissionSchema.safeParse(submission).error).toBeUndefined();
  });

  it('sends a start time as UTC and drops a delay that was typed before it', () => {
    const submission = submissionOf('t', {}, { ...full, start: 'at', runAt: '2026-01-31T09:30' });
    expect(submission.runAt).toBe(new Date(2026, 0, 31, 9, 30).toISOString());
    expect(submission.delayMs).toBeUndefined();
  });

  it('says every option that will be sent', () => {
    expect(chosenOptions(full)).toEqual(['queue mail', 'priority -5', 'in 1.5 s', 'timeout 90 s', '1 attempt', '2 tags', 'unique']);
  });

  it('finds the option that an error belongs to', () => {
    expect(optionFor('/tags/3')).toBe('/tags');
    expect(optionFor('/retry')).toBe('/retry/maxAttempts');
    expect(optionFor('/unique/key')).toBe('/unique/key');
    expect(optionFor('/payload/queue')).toBeNull();
  });

  it('promises what was typed, and nothing that was typed for another mode', () => {
    const hybrid = (optimistic: string) => submissionOf('t', {}, { ...untouched, mode: 'hybrid', optimistic });
    expect(hybrid(' {"likes": 8} ')).toEqual({ task: 't', payload: {}, mode: 'hybrid', optimistic: { likes: 8 } });
    expect(hybrid('false').optimistic).toBe(false);
    expect(hybrid(' ')).toEqual({ task: 't', payload: {}, mode: 'hybrid' });
    expect(submissionOf('t', {}, { ...untouched, optimistic: '1' })).not.toHaveProperty('optimistic');
  });

  it('names examples by their first text, or by number where that tells nothing', () => {
    const labels = (examples: Parameters<typeof labelledExamples>[0]) => labelledExamples(examples).map(({ label }) => label);
    expect(labels([{ a: 1, command: 'node' }, { url: `https://example.org/${'x'.repeat(40)}` }])).toEqual([
      'node',
      `https://example.org/${'x'.repeat(13)}…`,
    ]);
    expect(labels([{ path: '/a' }, { path: '/a', algorithm: 'x' }, { n: 1 }])).toEqual(['example 1', 'example 2', 'example 3']);
  });
});
