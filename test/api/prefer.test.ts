import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePrefer } from '../../engine/api/prefer.ts';

const nothing = { respondAsync: false, waitMs: undefined };

test.each([
  [undefined, nothing],
  ['', nothing],
  ['respond-async', { respondAsync: true, waitMs: undefined }],
  ['Respond-Async', { respondAsync: true, waitMs: undefined }],
  ['wait=10', { respondAsync: false, waitMs: 10_000 }],
  ['wait = 10', { respondAsync: false, waitMs: 10_000 }],
  ['wait="10"', { respondAsync: false, waitMs: 10_000 }],
  ['wait=0', { respondAsync: false, waitMs: 0 }],
  ['respond-async, wait=5', { respondAsync: true, waitMs: 5_000 }],
  ['wait=5,respond-async', { respondAsync: true, waitMs: 5_000 }],
  ['handling=lenient, wait=5; foo="a,b;c"; bar, respond-async; x', { respondAsync: true, waitMs: 5_000 }],
  ['foo="a\\",wait=1", wait=7', { respondAsync: false, waitMs: 7_000 }],
  ['wait=5, wait=9', { respondAsync: false, waitMs: 5_000 }],
  ['wait=61', { respondAsync: false, waitMs: 60_000 }],
  [`wait=${'9'.repeat(400)}`, { respondAsync: false, waitMs: 60_000 }],
  ['wait=1.5', nothing],
  ['wait=-1', nothing],
  ['wait=soon', nothing],
  ['wait', nothing],
  ['wait=', nothing],
  ['respond-async=yes', nothing],
  ['respond-asynchronously', nothing],
  [',,;;==""', nothing],
])('Prefer: %s', (header, expected) => {
  expect(parsePrefer(header)).toEqual(expected);
});

test('whatever else the header holds, a preference of its own is found and nothing throws', () => {
  const token = fc.stringMatching(/^[a-z]{1,8}$/).filter((name) => name !== 'wait');
  const other = fc.oneof(
    token,
    fc.tuple(token, token).map(([name, value]) => `${name}=${value}`),
    fc.tuple(token, fc.stringMatching(/^[a-z,;= ]{0,10}$/)).map(([name, value]) => `${name}="${value}"`),
    fc.tuple(token, token, token).map(([name, key, value]) => `${name}; ${key}=${value}`),
  );
  fc.assert(
    fc.property(fc.array(other), fc.nat({ max: 60 }), fc.array(other), (before, seconds, after) => {
      const header = [...before, `wait=${seconds}`, ...after].join(', ');
      expect(parsePrefer(header).waitMs).toBe(seconds * 1000);
    }),
  );
  fc.assert(fc.property(fc.string(), (header) => void parsePrefer(header)));
});

test('a header as long as headers may be does not take long to split', () => {
  expect(parsePrefer(`${'a'.repeat(8_000)}${'"'.repeat(8_001)}`)).toEqual(nothing);
  expect(parsePrefer(`${'a;'.repeat(4_000)},wait=1`)).toEqual({ respondAsync: false, waitMs: 1_000 });
});
