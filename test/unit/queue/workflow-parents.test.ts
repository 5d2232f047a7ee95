import { describe, expect, test } from 'vitest';
import { parentsText } from '../../../engine/queue/workflow-parents.ts';

const base = { created_at: 1_700_000_000_000, nonce: 1, error: null, result_bytes: null };
const completed = (seq: number, name: string, result: unknown) => ({
  ...base,
  seq,
  name,
  state: 'completed' as const,
  result: JSON.stringify(result),
});

describe('what a job is given of its parents', () => {
  test('is nothing without any', () => {
    expect(parentsText([])).toBeNull();
  });

  test('is each result by name, and what became of those without one', () => {
    const error = JSON.stringify({ name: 'Error', message: 'no' });
    const given = parentsText([
      completed(1, 'a "quoted" one', { n: 1 }),
      { ...base, seq: 2, name: 'b', state: 'dead', result: null, error },
      { ...base, seq: 3, name: 'c', state: 'cancelled', result: null },
    ]);
    expect(given?.leftOut).toBe(0);
    expect(JSON.parse(given?.text ?? '')).toEqual({
      results: { 'a "quoted" one': { n: 1 } },
      failures: {
        b: { state: 'dead', jobId: expect.stringMatching(/^[0-9a-f-]{36}$/), error: { name: 'Error', message: 'no' } },
        c: { state: 'cancelled', jobId: expect.any(String), error: null },
      },
    });
  });

  test('leaves out what stands in a file', () => {
    const given = parentsText([{ ...base, seq: 1, name: 'a', state: 'completed', result: null, result_bytes: 5_000_000 }]);
    expect(given?.leftOut).toBe(1);
    expect(JSON.parse(given?.text ?? '')).toMatchObject({ results: {}, failures: { a: { error: { name: 'ResultLeftOut' } } } });
  });

  test('leaves out what is too much all together, and says so of each', () => {
    const given = parentsText([completed(1, 'a', 'x'.repeat(50)), completed(2, 'b', 'y'.repeat(60)), completed(3, 'c', 'z')], 100);
    expect(given?.leftOut).toBe(1);
    expect(JSON.parse(given?.text ?? '')).toEqual({
      results: { a: 'x'.repeat(50), c: 'z' },
      failures: { b: { state: 'completed', jobId: expect.any(String), error: { name: 'ResultLeftOut', message: expect.any(String) } } },
    });
  });
});
