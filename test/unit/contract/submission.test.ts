import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { limits } from '../../../contract/limits.ts';
import { backoffs } from '../../../contract/retry.ts';
import { batchSchema, idempotencyKeySchema, jobPatchSchema, submissionSchema, timeSchema } from '../../../contract/submission.ts';

/** The wrong fields, as paths, with what is said of each. */
function faults(schema: z.ZodType, value: unknown): Record<string, string> {
  const outcome = schema.safeParse(value);
  if (outcome.success) return {};
  return Object.fromEntries(
    outcome.error.issues.map((issue) => [
      [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys : [])].join('/'),
      issue.message,
    ]),
  );
}

const named = (value: object) => Object.keys(faults(submissionSchema, { task: 'shell.run', ...value }));

describe('a submission', () => {
  test('needs only its task, and the rest has a default', () => {
    expect(submissionSchema.parse({ task: 'shell.run' })).toEqual({
      task: 'shell.run',
      payload: {},
      mode: 'auto',
      priority: 0,
      delayMs: 0,
      runAt: null,
      tags: [],
    });
  });

  test('shares no default with another', () => {
    const [one, two] = [submissionSchema.parse({ task: 'a' }), submissionSchema.parse({ task: 'a' })];
    one.tags.push('mine');
    one.payload.mine = true;
    expect(two).toMatchObject({ tags: [], payload: {} });
    expect(submissionSchema.parse({ task: 'a' })).toMatchObject({ tags: [], payload: {} });
  });

  test('may say all that the interface offers, to its limits', () => {
    const full = {
      task: `a${'b'.repeat(limits.nameLength - 1)}`,
      payload: { deep: [1, null, { x: 'é' }] },
      mode: 'sync',
      queue: '0.a-b_c',
      priority: -100,
      delayMs: 366 * 86_400_000,
      runAt: '2026-01-31T09:30:00+02:00',
      timeoutMs: limits.timeoutMs,
      waitMs: 0,
      retry: { maxAttempts: 1000, backoff: 'linear', baseMs: 0, maxMs: 7 * 86_400_000, jitter: 1 },
      unique: { key: 'k'.repeat(limits.uniqueKeyLength), scope: 'active' },
      tags: Array.from({ length: limits.tags }, () => 't'.repeat(limits.tagLength)),
      optimistic: null,
      onFailure: null,
      notify: [],
    };
    expect(submissionSchema.parse(full)).toEqual(full);
    expect(submissionSchema.parse({ task: 'a', unique: { key: 'k' }, retry: null }).unique).toEqual({ key: 'k', scope: 'active' });
  });

  test.each([
    ['task', { task: '' }],
    ['task', { task: '../etc/passwd' }],
    ['task', { task: '.hidden' }],
    ['task', { task: 'a'.repeat(limits.nameLength + 1) }],
    ['payload', { payload: null }],
    ['payload', { payload: [] }],
    ['payload', { payload: 'text' }],
    ['mode', { mode: 'fast' }],
    ['queue', { queue: 'two words' }],
    ['queue', { queue: null }],
    ['priority', { priority: 101 }],
    ['priority', { priority: -101 }],
    ['priority', { priority: 0.5 }],
    ['priority', { priority: '1' }],
    ['delayMs', { delayMs: -1 }],
    ['delayMs', { delayMs: 366 * 86_400_000 + 1 }],
    ['runAt', { runAt: 'tomorrow' }],
    ['runAt', { runAt: 1_700_000_000_000 }],
    ['runAt', { runAt: '2026-02-30T00:00:00Z' }],
    ['timeoutMs', { timeoutMs: 0 }],
    ['timeoutMs', { timeoutMs: limits.timeoutMs + 1 }],
    ['waitMs', { waitMs: limits.waitMs + 1 }],
    ['retry', { retry: 3 }],
    ['retry/maxAttempts', { retry: { maxAttempts: 0 } }],
    ['retry/maxAttempts', { retry: { maxAttempts: 1001 } }],
    ['retry/backoff', { retry: { backoff: 'fibonacci' } }],
    ['retry/baseMs', { retry: { baseMs: -1 } }],
    ['retry/maxMs', { retry: { maxMs: Number.POSITIVE_INFINITY } }],
    ['retry/jitter', { retry: { jitter: 1.01 } }],
    ['retry/attempts', { retry: { attempts: 3 } }],
    ['unique/key', { unique: { key: '' } }],
    ['unique/scope', { unique: { key: 'k', scope: 'ever' } }],
    ['tags', { tags: 'photos' }],
    ['tags', { tags: Array.from({ length: limits.tags + 1 }, () => 't') }],
    ['tags/1', { tags: ['ok', ''] }],
    ['onFailure/task', { onFailure: { payload: {} } }],
    ['onFailure/payload', { onFailure: { task: 'a', payload: 'b' } }],
    ['notify/0/url', { notify: [{ type: 'webhook' }] }],
    ['colour', { colour: 'red' }],
  ])('names its wrong field: %s', (path, wrong) => {
    expect(named(wrong)).toEqual([path]);
  });

  test('names all of its wrong fields at once', () => {
    expect(named({ priority: 'high', delayMs: -1, tags: [''], colour: 'red' }).sort()).toEqual(['colour', 'delayMs', 'priority', 'tags/0']);
  });

  test('is told which modes there are', () => {
    expect(faults(submissionSchema, { task: 'a', mode: 'Hybrid' }).mode).toBe('must be "sync", "async", "hybrid" or "auto"');
  });

  test('in a batch is named by its place', () => {
    const jobs = [{ task: 'a' }, { task: 'a', retry: { jitter: -1 } }, {}];
    expect(Object.keys(faults(batchSchema, { jobs }))).toEqual(['jobs/1/retry/jitter', 'jobs/2/task']);
    expect(Object.keys(faults(batchSchema, { jobs: [] }))).toEqual(['jobs']);
  });

  test('that is taken can be planned: its time is a time and its policy a policy', () => {
    const texts = fc.oneof(
      fc
        .date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      fc
        .tuple(
          fc.integer({ min: 0, max: 9999 }),
          ...[13, 32, 25, 61, 61].map((max) => fc.integer({ min: 0, max })),
          fc.constantFrom('Z', '+00:00', '-23:59', '+24:00', ''),
        )
        .map(([year, month, day, hour, minute, second, zone]) => {
          const two = (value: number) => String(value).padStart(2, '0');
          return `${String(year).padStart(4, '0')}-${two(month as number)}-${two(day as number)}T${two(hour as number)}:${two(minute as number)}:${two(second as number)}${zone}`;
        }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        if (timeSchema.safeParse(text).success) expect(Number.isSafeInteger(Date.parse(text)), text).toBe(true);
      }),
      { numRuns: 1000 },
    );
    expect(backoffs.map((backoff) => submissionSchema.safeParse({ task: 'a', retry: { backoff } }).success)).toEqual([true, true, true]);
  });
});

describe('a change of a job', () => {
  test('must change something that can be changed', () => {
    expect(faults(jobPatchSchema, {})).toEqual({ '': 'must change something: priority, runAt, payload, queue or tags' });
    expect(Object.keys(faults(jobPatchSchema, { state: 'completed' }))).toContain('state');
    expect(jobPatchSchema.parse({ priority: 1 })).toEqual({ priority: 1 });
  });

  test.each([
    ['priority', { priority: 1e9 }],
    ['runAt', { runAt: null }],
    ['payload', { payload: [] }],
    ['queue', { queue: '' }],
    ['tags', { tags: {} }],
  ])('names its wrong field: %s', (path, wrong) => {
    expect(Object.keys(faults(jobPatchSchema, wrong))).toEqual([path]);
  });
});

test('an idempotency key is 1 to 255 visible ASCII characters', () => {
  for (const key of ['a', '~', '!'.repeat(255), '{"x":1}']) expect(idempotencyKeySchema.safeParse(key).success, key).toBe(true);
  for (const key of ['', ' ', 'a b', 'é', 'a\n', '\u007f', 'x'.repeat(256)])
    expect(idempotencyKeySchema.safeParse(key).success, key).toBe(false);
});
