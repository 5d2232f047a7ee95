import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../../contract/limits.ts';
import { readPlainBatch, readPlainSubmission } from '../../../contract/plain-submission.ts';
import { batchSchema, priorityBound, submissionDelayMs, submissionSchema } from '../../../contract/submission.ts';

/** Values at each bound and beyond it, and of every wrong type. */
const names = ['a', 'shell.run', '0-_.', 'x'.repeat(limits.nameLength), 'x'.repeat(limits.nameLength + 1), '', '.a', 'a b', 'a\n', 'ä', 7];
const integers = (most: number, least = 0) => [least, least - 1, most, most + 1, 0, -0, 1, 1.5, 2 ** 53, 1e300, '1', null, true, []];
const texts = ['k', '', 'k'.repeat(limits.uniqueKeyLength), 'k'.repeat(limits.uniqueKeyLength + 1), 1, null, {}];
const fields: Record<string, readonly unknown[]> = {
  task: names,
  payload: [{}, { a: [1, { b: null }] }, JSON.parse('{"__proto__":1}'), [], null, 'text', 1],
  mode: ['sync', 'async', 'hybrid', 'auto', 'later', '', null, 1],
  queue: names,
  priority: integers(priorityBound, -priorityBound),
  delayMs: integers(submissionDelayMs),
  runAt: [null, '2026-01-31T09:30:00.000Z', 'soon', 0],
  timeoutMs: integers(limits.timeoutMs, 1),
  waitMs: integers(limits.waitMs),
  deadlineMs: integers(submissionDelayMs, 1),
  concurrencyKey: texts,
  unique: [
    { key: 'k' },
    { key: 'k', scope: 'started' },
    { key: 'k', scope: 'active', forMs: 5 },
    { key: '' },
    { key: 'k', scope: 'other' },
    { key: 'k', more: 1 },
    {},
    null,
    'k',
  ],
  tags: [
    [],
    ['a'],
    [''],
    ['a', 1],
    Array(limits.tags).fill('t'),
    Array(limits.tags + 1).fill('t'),
    ['t'.repeat(limits.tagLength + 1)],
    null,
    'a',
  ],
  retry: [null, { maxAttempts: 3 }],
  notify: [[]],
  optimistic: [null, 1],
  onFailure: [null, { task: 'undo' }],
  unknown: [1],
};

const anySubmission = fc.record(Object.fromEntries(Object.entries(fields).map(([name, values]) => [name, fc.constantFrom(...values)])), {
  requiredKeys: [],
});

describe('a submission that is read without its schema', () => {
  test.each(Object.entries(fields).flatMap(([name, values]) => values.map((value) => ({ name, value }))))(
    'is what the schema reads, or is left to it: $name $value',
    ({ name, value }) => {
      agree({ task: 'shell.run', [name]: value });
    },
  );

  test('agrees with the schema whatever stands together', () => {
    fc.assert(fc.property(anySubmission, agree), { numRuns: 2_000 });
  });

  test('is read here as long as its fields are the usual ones', () => {
    const usual = {
      ...{ task: 'a', payload: { b: 1 }, mode: 'async', queue: 'q', priority: 5, delayMs: 10, runAt: null, timeoutMs: 1, waitMs: 0 },
      ...{ deadlineMs: 5, concurrencyKey: 'k', unique: { key: 'k' }, tags: ['t'] },
    };
    expect(readPlainSubmission(usual)).toEqual({ ...usual, unique: { key: 'k', scope: 'active' } });
    expect(readPlainSubmission({ task: 'a' })).toEqual(submissionSchema.parse({ task: 'a' }));
  });

  test.each([null, undefined, 1, 'text', [], [{ task: 'a' }]])('is an object and nothing else: %j', (value) => {
    expect(readPlainSubmission(value)).toBeNull();
  });

  test('shares no default with another', () => {
    const [one, two] = [readPlainSubmission({ task: 'a' }), readPlainSubmission({ task: 'a' })];
    one?.tags.push('mine');
    expect(two?.tags).toEqual([]);
    expect(one?.payload).not.toBe(two?.payload);
  });
});

describe('a batch that is read without its schema', () => {
  test('is what the schema reads', () => {
    const batch = { jobs: [{ task: 'a' }, { task: 'b', tags: ['t'] }] };
    expect(readPlainBatch(batch)).toEqual(batchSchema.parse(batch));
  });

  test.each([{ jobs: [] }, { jobs: [{ task: 'a' }, { task: '' }] }, { jobs: [{ task: 'a' }], more: 1 }, { jobs: { task: 'a' } }, {}, null])(
    'is left to the schema as a whole when one job is unusual: %j',
    (value) => {
      expect(readPlainBatch(value)).toBeNull();
    },
  );

  test('is left to the schema when it holds more jobs than it may', () => {
    expect(readPlainBatch({ jobs: Array(limits.batchJobs + 1).fill({ task: 'a' }) })).toBeNull();
  });
});

function agree(value: unknown): void {
  const plain = readPlainSubmission(value);
  if (plain !== null) expect(submissionSchema.safeParse(value)).toEqual({ success: true, data: plain });
}
