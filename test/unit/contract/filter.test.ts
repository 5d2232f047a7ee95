import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import {
  eventQuerySchema,
  jobListSchema,
  jobQuerySchema,
  logQuerySchema,
  pageSchema,
  seriesQuerySchema,
} from '../../../contract/filter.ts';
import { limits } from '../../../contract/limits.ts';

/** The parameters that are refused. */
function refused(schema: z.ZodType, query: object): string[] {
  const { error } = schema.safeParse(query);
  const names = error?.issues.map((issue) => String(issue.code === 'unrecognized_keys' ? issue.keys.join() : issue.path[0]));
  return [...new Set(names)];
}

describe('a list’s query', () => {
  test('without parameters asks for the newest fifty', () => {
    expect(jobListSchema.parse({})).toEqual({ order: '-createdAt', limit: 50 });
  });

  test('takes a parameter once or several times', () => {
    expect(jobListSchema.parse({ state: 'dead', task: ['a', 'b'], tag: 'x' })).toMatchObject({
      state: ['dead'],
      task: ['a', 'b'],
      tag: ['x'],
    });
  });

  test('reads numbers from text', () => {
    expect(jobListSchema.parse({ limit: '7' }).limit).toBe(7);
    expect(jobListSchema.parse({ limit: '007' }).limit).toBe(7);
  });

  test.each(['0', String(limits.pageJobs + 1), '-1', '1.5', '1e2', '', ' 7', '0x10', 'all', '9'.repeat(16)])(
    'refuses a limit of "%s"',
    (limit) => {
      expect(refused(jobListSchema, { limit })).toEqual(['limit']);
    },
  );

  test.each([
    ['state', { state: 'finished' }],
    ['state', { state: ['dead', ''] }],
    ['queue', { queue: '' }],
    ['task', { task: 'a b' }],
    ['tag', { tag: 't'.repeat(limits.tagLength + 1) }],
    ['mode', { mode: 'fast' }],
    ['q', { q: 'x'.repeat(limits.searchLength + 1) }],
    ['q', { q: ['a', 'b'] }],
    ['createdAfter', { createdAfter: '2026-01-01' }],
    ['createdBefore', { createdBefore: '1767225600000' }],
    ['order', { order: 'priority' }],
    ['limit', { limit: ['1', '2'] }],
    ['status', { status: 'dead' }],
    ['state', { state: Array.from({ length: 101 }, () => 'dead') }],
  ])('names its wrong parameter: %s', (name, query) => {
    expect(refused(jobListSchema, query)).toEqual([name]);
  });
});

test('a wait is bounded', () => {
  expect(jobQuerySchema.parse({ waitMs: '0' })).toEqual({ waitMs: 0 });
  expect(jobQuerySchema.parse({ waitMs: String(limits.waitMs) })).toEqual({ waitMs: limits.waitMs });
  expect(refused(jobQuerySchema, { waitMs: String(limits.waitMs + 1) })).toEqual(['waitMs']);
});

test('pages have a size by default, and a bound', () => {
  expect(pageSchema.parse({})).toEqual({ limit: 100 });
  expect(logQuerySchema.parse({ tail: '10' })).toEqual({ limit: 1000, tail: 10 });
  expect(refused(logQuerySchema, { limit: '5001', tail: '0' })).toEqual(['limit', 'tail']);
});

test('events are asked for by kind and by what a list of jobs is asked for', () => {
  expect(eventQuerySchema.parse({ kind: 'job', queue: ['a', 'b'] })).toEqual({ kind: ['job'], queue: ['a', 'b'] });
  expect(refused(eventQuerySchema, { kind: 'jobs' })).toEqual(['kind']);
});

test('a step of a series is a second to a day', () => {
  expect(seriesQuerySchema.parse({ stepMs: '1000' })).toEqual({ stepMs: 1000 });
  for (const stepMs of ['999', '86400001']) expect(refused(seriesQuerySchema, { stepMs })).toEqual(['stepMs']);
});
