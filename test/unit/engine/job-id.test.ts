import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatJobId, type JobKey, nonceLimit, parseJobId } from '../../../engine/store/job-id.ts';

const largestSeq = 2 ** 48 - 1;
const keys: fc.Arbitrary<JobKey> = fc.record({
  seq: fc.oneof(fc.nat(1_000_000), fc.integer({ min: 0, max: largestSeq }), fc.constantFrom(2 ** 22, 2 ** 36, 2 ** 36 - 1, largestSeq)),
  createdAt: fc.oneof(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.constantFrom(0, Date.UTC(2026, 0), 2 ** 48 - 1)),
  nonce: fc.oneof(fc.nat(nonceLimit - 1), fc.constantFrom(0, nonceLimit - 1)),
});

describe('a job’s id', () => {
  test('names the row, its time and its nonce, and nothing is lost', () => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(parseJobId(formatJobId(key))).toEqual(key);
      }),
    );
  });

  test('is a UUID of version 7 and of the RFC’s variant, with the time in its first 48 bits', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const id = formatJobId(key);
        expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toBe(key.createdAt);
      }),
    );
  });

  test('sorts as text in the order of submission', () => {
    fc.assert(
      fc.property(keys, keys, (one, other) => {
        const order = one.createdAt - other.createdAt || one.seq - other.seq || one.nonce - other.nonce;
        const [a, b] = [formatJobId(one), formatJobId(other)];
        expect(Math.sign(order)).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test('is read whatever its case', () => {
    const key = { seq: 0xabcdef, createdAt: Date.UTC(2026, 0), nonce: 12_345_678 };
    expect(parseJobId(formatJobId(key).toUpperCase())).toEqual(key);
  });

  test.each([
    '',
    '42',
    'e3c8a1f0-1111-4abc-8def-0123456789ab',
    '01900000-0000-7000-c000-000000000000',
    '01900000-0000-7000-8000-00000000000',
    '01900000-0000-7000-8000-000000000000 ',
    '{01900000-0000-7000-8000-000000000000}',
    "01900000-0000-7000-8000-000000000000' OR 1=1",
  ])('is not "%s"', (text) => {
    expect(parseJobId(text)).toBeNull();
  });
});
