import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf, normaliseMessage, topOwnFrame } from '../../../contract/fingerprint.ts';

const digits = '0123456789abcdef';
const hex = (length: number) => fc.string({ unit: fc.constantFrom(...digits), minLength: length, maxLength: length });
const time = fc.date({ min: new Date('2000-01-01'), max: new Date('2040-01-01'), noInvalidDate: true });
const name = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
const random = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** What differs from one failure of a cause to the next, as it stands in messages. */
const details: Record<string, fc.Arbitrary<string>> = {
  'a whole number': fc.integer().map(String),
  'a number with a fraction and a unit': fc
    .tuple(fc.float({ min: 0, max: 1e6, noNaN: true }), fc.constantFrom('ms', ' s', '%', ' KiB', ' bytes', ''))
    .map(([n, unit]) => n.toFixed(2) + unit),
  'a UUID': fc.uuid(),
  'a hash': fc
    .constantFrom(32, 40, 64)
    .chain(hex)
    .filter((text) => /\d/.test(text) && /[a-f]/.test(text)),
  'a pointer': hex(12).map((text) => `0x${text}`),
  'an id by lot': fc
    .string({ unit: fc.constantFrom(...random), minLength: 12, maxLength: 24 })
    .filter((text) => /\d/.test(text) && /[a-zA-Z]/.test(text)),
  'a name with a number': fc.integer({ min: 0 }).map((n) => `order-${n}`),
  'an absolute path': fc.array(name, { minLength: 1, maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  'a path on Windows': fc.array(name, { minLength: 1, maxLength: 6 }).map((parts) => `C:\\${parts.join('\\')}.png`),
  'a file': fc.tuple(name, fc.constantFrom('png', 'json', 'ts', 'tar.gz', 'csv')).map(([file, ending]) => `${file}.${ending}`),
  // Without what ends one in a sentence, or quotes a part of it.
  'an address of the web': fc.webUrl({ withQueryParameters: true, withFragments: true }).map((url) => url.replace(/[()[\]{},;|<>'`]/g, '')),
  'an IPv4 address': fc.ipV4(),
  'an IPv4 address with a port': fc.tuple(fc.ipV4(), fc.integer({ min: 1, max: 65_535 })).map(([host, port]) => `${host}:${port}`),
  'an IPv6 address': fc.array(hex(4), { minLength: 8, maxLength: 8 }).map((parts) => parts.join(':')),
  'a host': name.map((host) => `${host}.example.com`),
  'a mail address': fc.tuple(name, name).map(([user, host]) => `${user}@${host}.example.org`),
  'a time in ISO 8601': time.map((at) => at.toISOString()),
  'a time as HTTP has it': time.map((at) => at.toUTCString()),
  'a date': time.map((at) => at.toISOString().slice(0, 10)),
  'a time of day': time.map((at) => at.toISOString().slice(11, 19)),
  'a value in quotes': fc.string({ maxLength: 40 }).map((text) => JSON.stringify(text)),
  'a value in single quotes': fc.stringMatching(/^[^'\n]{0,40}$/).map((text) => `'${text}'`),
};
const sentences = [
  (it: string) => `Could not finish ${it} in time`,
  (it: string) => `failed: ${it}`,
  (it: string) => `${it} is not there (gave up)`,
];

describe('a message', () => {
  test.each(Object.entries(details))('is the same whichever it names, of %s', (_, detail) => {
    for (const sentence of sentences) {
      fc.assert(
        fc.property(detail, detail, (one, other) => {
          expect(normaliseMessage(sentence(one))).toBe(normaliseMessage(sentence(other)));
        }),
      );
    }
  });

  test('is another when its words are', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{2,9}$/), { minLength: 1, maxLength: 12 }).map((all) => all.join(' '));
    fc.assert(
      fc.property(words, words, (one, other) => {
        expect(normaliseMessage(one) === normaliseMessage(other)).toBe(one === other);
      }),
    );
  });

  test('that was normalised stays as it is', () => {
    const part = fc.oneof(...Object.values(details), fc.constantFrom('failed', 'for', 'order', 'and/or', "can't", 'sha256', 'user.name'));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const once = normaliseMessage(parts.join(' '));
        expect(normaliseMessage(once)).toBe(once);
      }),
    );
  });

  test.each([
    ["Cannot read properties of undefined (reading 'id')", 'Cannot read properties of undefined (reading <value>)'],
    ["can't open '/srv/a b.txt' for user 12", "can't open <value> for user <n>"],
    ['connect ECONNREFUSED ::1:5432', 'connect ECONNREFUSED <address>'],
    ['getaddrinfo ENOTFOUND api.example.com', 'getaddrinfo ENOTFOUND <address>'],
    ['order-1234 and user_88ab1 are gone', 'order-<id> and user-<id> are gone'],
    ['rows 1, 2, 3 are bad', 'rows <n> are bad'],
    ['invalid sha256 digest, utf8 expected', 'invalid sha256 digest, utf8 expected'],
    ['std::bad_alloc in getElementsByTagName', 'std::bad_alloc in getElementsByTagName'],
    ['payload.items.map is not a function', 'payload.items.map is not a function'],
    ['neither read/write nor and/or', 'neither read/write nor and/or'],
    ['', ''],
  ])('%s', (message, normalised) => {
    expect(normaliseMessage(message)).toBe(normalised);
  });

  test('of any size and shape is taken in, and what is kept is bounded', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 9_000, unit: 'binary' }), (text) => normaliseMessage(text).length <= 400),
      { numRuns: 30 },
    );
    for (const part of ['a.', '1:', '"\\', '/', 'f:', '<id> ', "'", '[[', 'A1', 'mon '])
      expect(normaliseMessage(part.repeat(40_000)).length).toBeLessThanOrEqual(400);
  });
});

describe('the top own frame', () => {
  test('is the first in the author’s code: function and file, neither folder, line nor version', () => {
    const stack = (folder: string, line: number) =>
      `Error: x\n    at Socket.emit (node:events:1:2)\n    at get (${folder}/node_modules/got/index.js:3:4)\n    at async fetchOrder (file://${folder}/tasks/orders.js?v=${line}:${line}:9)\n    at run (file://${folder}/tasks/orders.js:1:1)`;
    expect(topOwnFrame(stack('/home/a', 12))).toBe('fetchOrder (orders.js)');
    expect(topOwnFrame(stack('/srv/b', 99))).toBe('fetchOrder (orders.js)');
    expect(topOwnFrame('E: x\n    at Object.run [as go] (C:\\tasks\\mine.ts:1:2)')).toBe('Object.run (mine.ts)');
    expect(topOwnFrame('E: x\n    at file:///tasks/mine.js:1:2')).toBe(' (mine.js)');
  });

  test('is none where there is only foreign code, or only that of a cause', () => {
    expect(topOwnFrame('Error: x')).toBeNull();
    expect(topOwnFrame('Error: x\n    at a (/x/node_modules/y/z.js:1:1)\n    at Array.map (<anonymous>)')).toBeNull();
    expect(topOwnFrame('Error: x\nCaused by: Error: y\n    at mine (/tasks/mine.js:1:1)')).toBeNull();
  });
});

describe('a cause', () => {
  const error = { name: 'Error', message: 'it broke', code: 'E1', stack: 'Error: it broke\n    at run (/tasks/mine.js:1:1)' };

  test('is another for another task, error, code, message or place', () => {
    const others = [
      causeOf('mine', error),
      causeOf('yours', error),
      causeOf('mine', { ...error, name: 'TypeError' }),
      causeOf('mine', { ...error, code: 'E2' }),
      causeOf('mine', { ...error, message: 'it bent' }),
      causeOf('mine', { ...error, stack: error.stack.replace('run', 'fly') }),
    ].map((cause) => JSON.stringify(cause));
    expect(new Set(others).size).toBe(others.length);
  });

  test('of a built-in task has no place: its code is not the author’s', () => {
    expect(causeOf('shell.run', error)).toEqual(['shell.run', 'Error', 'E1', 'it broke', '']);
  });
});
