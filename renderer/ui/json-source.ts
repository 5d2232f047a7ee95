import type { Json } from '../../contract/json.ts';
import { limits } from '../../contract/limits.ts';

export type JsonMistake = { message: string; offset: number /** From 1, as editors count. */; line: number; column: number };

export type JsonReading = { ok: true; value: Json } | { ok: false; mistake: JsonMistake };

/**
 * Reads JSON that a person types, and says where it goes wrong. `JSON.parse` alone names no position for many
 * mistakes (an unquoted word, a single quote), so a text that it refuses is walked a second time.
 */
export function readJson(text: string): JsonReading {
  try {
    return { ok: true, value: JSON.parse(text) as Json };
  } catch (error) {
    const { message, offset } = findMistake(text) ?? { message: String(error), offset: 0 };
    const before = text.slice(0, offset).split('\n');
    return { ok: false, mistake: { message, offset, line: before.length, column: (before.at(-1) ?? '').length + 1 } };
  }
}

export function writeJson(value: Json): string {
  return JSON.stringify(value, null, 2);
}

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Printable characters and escapes; `\P{Cc}` leaves out control characters, and U+007F to U+009F are let in again as JSON does. */
const stringBody = /"(?:(?!["\\])[\P{Cc}\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const word = /true|false|null/y;

/** The first place where the text stops being JSON; null when it is JSON. */
function findMistake(text: string): { message: string; offset: number } | null {
  let at = 0;

  function skip(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    at += found?.[0].length ?? 0;
    return found !== null;
  }

  function string(): string | null {
    skip(stringBody);
    if (text[at] === '"') {
      at += 1;
      return null;
    }
    if (at >= text.length || text[at] === '\n') return 'This text has no closing double quote';
    return text[at] === '\\' ? 'This is no escape that JSON knows' : 'A control character must be written as an escape';
  }

  function list(close: string, depth: number, item: () => string | null): string | null {
    if (depth > limits.jsonDepth) return `Nothing may be nested deeper than ${limits.jsonDepth}`;
    at += 1;
    skip(space);
    if (text[at] === close) {
      at += 1;
      return null;
    }
    for (;;) {
      const mistake = item();
      if (mistake !== null) return mistake;
      skip(space);
      if (text[at] === close) {
        at += 1;
        return null;
      }
      if (text[at] !== ',') return `A comma or "${close}" is expected here`;
      at += 1;
      skip(space);
      if (text[at] === close) return `No comma may stand before "${close}"`;
    }
  }

  function member(depth: number): string | null {
    if (text[at] !== '"') return 'A name in double quotes is expected here';
    const mistake = string();
    if (mistake !== null) return mistake;
    skip(space);
    if (text[at] !== ':') return 'A colon is expected after the name';
    at += 1;
    return value(depth);
  }

  function value(depth: number): string | null {
    skip(space);
    const first = text[at];
    if (first === undefined) return 'The text ends where a value is expected';
    if (first === '{') return list('}', depth + 1, () => member(depth + 1));
    if (first === '[') return list(']', depth + 1, () => value(depth + 1));
    if (first === '"') return string();
    if (first === "'") return 'Text must stand in double quotes';
    return skip(word) || skip(number) ? null : 'A value is expected here';
  }

  const message = value(0);
  if (message !== null) return { message, offset: at };
  skip(space);
  return at < text.length ? { message: 'Nothing may follow the value', offset: at } : null;
}
