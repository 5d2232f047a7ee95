import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Problem } from '../../contract/errors.ts';
import { parseJsonBody } from '../../engine/api/json-body.ts';
import { findSyntaxFault } from '../../engine/api/json-syntax.ts';
import { firstInvalidUtf8 } from '../../engine/api/utf8.ts';

function problemOf(body: string | Uint8Array): Problem {
  try {
    parseJsonBody(Buffer.from(body as string));
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('a JSON body', () => {
  test('reads as JSON.parse reads it, whatever it holds', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, stringUnit: 'binary' }), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/"(?:__proto__|constructor|prototype)":/.test(text));
        expect(parseJsonBody(Buffer.from(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('is either read or refused as invalid-request, whatever bytes come', () => {
    const jsonLike = fc.array(
      fc.constantFrom('{', '}', '[', ']', '"', ':', ',', '\\', '\\u00', '1', 'e9', '-', 'true', 'null', ' ', '\u0001', 'é'),
      {
        maxLength: 40,
      },
    );
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      jsonLike.map((parts) => Buffer.from(parts.join(''))),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        let accepted = true;
        try {
          parseJsonBody(Buffer.from(body));
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid-request', status: 400 });
          accepted = false;
        }
        if (accepted) expect(() => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  test('may be nested 64 levels deep and no deeper', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parseJsonBody(Buffer.from(nested(64)))).not.toThrow();
    expect(problemOf(nested(65)).message).toBe('the body is nested deeper than 64 levels, from byte 64 on');
    expect(problemOf('{"a":'.repeat(1000)).message).toContain('nested deeper than 64 levels');
  });

  test('of sixteen megabytes of opening brackets is refused without being parsed', () => {
    expect(problemOf(Buffer.alloc(16_777_216, '[')).message).toContain('nested deeper');
    expect(problemOf(Buffer.alloc(16_777_216, ']')).message).toContain('line 1, column 1');
  });

  test('does not count brackets inside strings', () => {
    const text = JSON.stringify({ text: '[{"'.repeat(100) });
    expect(parseJsonBody(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  test.each([
    ['{"__proto__":1}', '/__proto__'],
    ['{"a":[0,{"constructor":{}}]}', '/a/1/constructor'],
    ['{"a/b":{"~":{"prototype":null}}}', '/a~1b/~0/prototype'],
    ['{"\\u005f_proto__":1}', '/__proto__'],
    ['{"c\\u006fnstructor":1}', '/constructor'],
  ])('%s is refused by the name of the field', (text, path) => {
    expect(problemOf(text).extras.errors).toEqual([{ path, message: 'this name is not allowed in any object' }]);
  });

  test('may hold the forbidden names as values', () => {
    const text = '{"a":"__proto__","b":["constructor","prototype"]}';
    expect(parseJsonBody(Buffer.from(text))).toEqual(JSON.parse(text));
  });

  test.each([
    ['{"n":1e999}', '/n'],
    ['[0,-1E+400]', '/1'],
    [`{"n":{"m":${'9'.repeat(400)}}}`, '/n/m'],
  ])('%s is refused because the number overflows', (text, path) => {
    expect(problemOf(text).extras.errors).toEqual([{ path, message: 'is too large for a number (at most about 1.8e308)' }]);
  });

  test('holding half of a surrogate pair is refused, a whole pair is not', () => {
    expect(problemOf('{"a":"\\ud83d"}').extras.errors?.[0]?.path).toBe('/a');
    expect(problemOf('{"a":{"\\udc00":1}}').extras.errors?.[0]?.path).toBe('/a');
    expect(parseJsonBody(Buffer.from('{"a":"\\ud83d\\ude00"}'))).toEqual({ a: '😀' });
  });

  test('is refused with the byte at which it stops being UTF-8', () => {
    const body = Buffer.concat([Buffer.from('{"a":"é'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(problemOf(body).message).toBe('the body is not UTF-8: it goes wrong at byte 8');
  });

  test('is refused with a byte order mark', () => {
    expect(problemOf('\ufeff{}').message).toContain('byte order mark');
  });

  test('with a name that stands twice has the last value', () => {
    expect(parseJsonBody(Buffer.from('{"a":1,"a":2}'))).toEqual({ a: 2 });
  });

  test.each([
    ['{"a":1,}', 'there is "}" at line 1, column 8, where a name in double quotes is expected'],
    ['{\n  "a" 1}', 'there is "1" at line 2, column 7, where ":" is expected'],
    ['[1 2]', 'there is "2" at line 1, column 4, where "," or "]" is expected'],
    ['{"a":tru}', 'there is "t" at line 1, column 6, where a value is expected'],
    ['', 'the body ends at line 1, column 1, where a value is expected'],
    ['{"a":"b', 'the body ends at line 1, column 8'],
    ['{} x', 'there is "x" at line 1, column 4, where nothing after the value is expected'],
    ['"\t"', 'an escape such as \\n instead of a control character'],
    ['"\\x"', 'one of the escapes'],
    ["{'a':1}", 'a name in double quotes'],
    ['NaN', 'a value is expected'],
  ])('%j is refused with the place where it goes wrong', (text, words) => {
    expect(problemOf(text).message).toContain(words);
  });
});

test('the search for a syntax fault finds one exactly where JSON.parse refuses', () => {
  const part = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    '\\n',
    '\\u12aF',
    '0',
    '1',
    '.5',
    'e9',
    '-',
    'true',
    'nul',
    'null',
    ' ',
    '\n',
    'a',
  );
  const texts = fc.oneof(
    fc.array(part, { maxLength: 20 }).map((parts) => parts.join('')),
    fc.tuple(fc.json(), fc.nat(), part).map(([text, at, inserted]) => {
      const offset = at % (text.length + 1);
      return text.slice(0, offset) + inserted + text.slice(offset);
    }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      expect(findSyntaxFault(text) === null).toBe(valid);
    }),
    { numRuns: 5_000 },
  );
});

test('the search for a byte outside UTF-8 agrees with the platform’s decoder', () => {
  const piece = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 4 }),
    fc.string({ unit: 'binary', maxLength: 4 }).map((text) => new TextEncoder().encode(text)),
    fc.constantFrom(
      Uint8Array.of(0xed, 0xa0, 0x80),
      Uint8Array.of(0xf4, 0x90, 0x80, 0x80),
      Uint8Array.of(0xe0, 0x80, 0x80),
      Uint8Array.of(0xc0, 0x80),
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const bytes = Buffer.concat(pieces);
      const at = firstInvalidUtf8(bytes);
      const decodes = (part: Uint8Array) => {
        try {
          new TextDecoder('utf-8', { fatal: true }).decode(part);
          return true;
        } catch {
          return false;
        }
      };
      expect(at === -1).toBe(decodes(bytes));
      if (at !== -1) expect(decodes(bytes.subarray(0, at))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});
