import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../../contract/json.ts';
import { readJson, writeJson } from '../../../renderer/ui/json-source.ts';

function mistakeIn(text: string) {
  const reading = readJson(text);
  if (reading.ok) throw new Error(`this is JSON: ${text}`);
  return reading.mistake;
}

describe('reading JSON that a person types', () => {
  it.each([
    ['{"a": x}', 'A value is expected here', 1, 7],
    ["{'a': 1}", 'A name in double quotes is expected here', 1, 2],
    ['{"a": \'b\'}', 'Text must stand in double quotes', 1, 7],
    ['{\n  "a": 1,\n}', 'No comma may stand before "}"', 3, 1],
    ['[1 2]', 'A comma or "]" is expected here', 1, 4],
    ['{"a" 1}', 'A colon is expected after the name', 1, 6],
    ['{"a": "b', 'This text has no closing double quote', 1, 9],
    ['"a\\x"', 'This is no escape that JSON knows', 1, 3],
    ['"a\tb"', 'A control character must be written as an escape', 1, 3],
    ['{"a": 1} 2', 'Nothing may follow the value', 1, 10],
    ['', 'The text ends where a value is expected', 1, 1],
    ['[01]', 'A comma or "]" is expected here', 1, 3],
    ['{\n  "n": 1e400\n}', 'It is larger than any number that can be kept', 2, 8],
    ['[0, -1E400]', 'It is larger than any number that can be kept', 1, 5],
    ['[12345678901234567890]', 'It has more digits than can be kept: it would become 12345678901234567000', 1, 2],
    ['{"a": 1, "b": {"a": 1}, "a": 2}', 'This name is there already', 1, 25],
    ['{"é": 1, "\\u00e9": 2}', 'This name is there already', 1, 10],
  ])('says where %j goes wrong', (text, message, line, column) => {
    expect(mistakeIn(text)).toMatchObject({ message, line, column });
  });

  it.each([
    '[9007199254740993.0, 0.1000000000000000055]',
    '["1e400", "12345678901234567890"]',
    '[12345678901234567000]',
    '[{"a": 1}, {"a": 1}]',
  ])('takes %j, of which nothing is lost', (text) => {
    expect(readJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
  });

  it('refuses what is nested so deep that the engine would', () => {
    expect(mistakeIn('['.repeat(100_000)).message).toBe('Nothing may be nested deeper than 64');
  });

  it('reads back everything that it writes', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const value = JSON.parse(text) as Json;
        // Compared as text, because JSON knows no negative zero.
        expect(writeJson((readJson(writeJson(value)) as { value: Json }).value)).toBe(writeJson(value));
      }),
    );
  });

  it('finds a place within the text for every text that is no JSON', () => {
    const almostJson = fc.tuple(fc.json(), fc.nat(), fc.constantFrom('', '{', '}', ',', '"', '\\', 'x', '\n', '\u0080', '\u0001'));
    fc.assert(
      fc.property(almostJson, ([json, place, inserted]) => {
        const at = place % (json.length + 1);
        const text = json.slice(0, at) + inserted + json.slice(at + 1);
        const reading = readJson(text);
        if (reading.ok) return;
        expect(reading.mistake.message).not.toMatch(/SyntaxError/);
        expect(reading.mistake.offset).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: 2_000 },
    );
  });
});
