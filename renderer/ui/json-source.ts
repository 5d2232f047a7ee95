import type { Json } from '../../contract/json.ts';
import { limits } from '../../contract/limits.ts';
import { changeOf, isKept } from './number-text.ts';

export type JsonMistake = { message: string; offset: number /** From 1, as editors count. */; line: number; column: number };

export type JsonReading = { ok: true; value: Json } | { ok: false; mistake: JsonMistake };

/**
 * Reads JSON that a person types, and says where it goes wrong. The text is walked by itself: `JSON.parse` names no position
 * for many mistakes (an unquoted word, a single quote), and takes without a word what it does not keep (a number too large,
 * the first of two members of one name).
 */
export function readJson(text: string): JsonReading {
  const found = findMistake(text);
  if (found === null) return { ok: true, value: JSON.parse(text) as Json };
  const before = text.slice(0, found.offset).split('\n');
  return { ok: false, mistake: { ...found, line: before.length, column: (before.at(-1) ?? '').length + 1 } };
}

export function writeJson(value: Json): string {
  return JSON.stringify(value, null, 2);
}

const space = /[ \t\n\r]*/y;
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Printable characters and escapes; `\P{Cc}` leaves out control characters, and U+007F to U+009F are let in again as JSON does. */
const stringBody = /"(?:(?!["\\])[\P{Cc}\u007f-\u009f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const word = /true|false|null/y;
const wholeNumber = /^-?\d+$/;
/** Every number of so many digits is kept; asked first, because a long text has many numbers. */
const safeLength = 15;

/** Only whole numbers count every digit: those of a fraction are rounded wherever numbers are computed with. */
function isKeptWell(text: string): boolean {
  return wholeNumber.test(text) ? text.length <= safeLength || isKept(text) : Number.isFinite(Number(text));
}

/** The first place where the text stops being JSON, or says more than is kept of it; null when all is well. */
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

  function member(names: Set<string>, depth: number): string | null {
    if (text[at] !== '"') return 'A name in double quotes is expected here';
    const start = at;
    const mistake = string();
    if (mistake !== null) return mistake;
    const written = text.slice(start, at);
    // One name may be written in several ways.
    const name = written.includes('\\') ? JSON.stringify(JSON.parse(written)) : written;
    if (names.has(name)) {
      at = start;
      return 'This name is there already';
    }
    names.add(name);
    skip(space);
    if (text[at] !== ':') return 'A colon is expected after the name';
    at += 1;
    return value(depth);
  }

  function value(depth: number): string | null {
    skip(space);
    const first = text[at];
    if (first === undefined) return 'The text ends where a value is expected';
    if (first === '{') {
      const names = new Set<string>();
      return list('}', depth + 1, () => member(names, depth + 1));
    }
    if (first === '[') return list(']', depth + 1, () => value(depth + 1));
    if (first === '"') return string();
    if (first === "'") return 'Text must stand in double quotes';
    if (skip(word)) return null;
    const start = at;
    if (!skip(number)) return 'A value is expected here';
    const written = text.slice(start, at);
    if (isKeptWell(written)) return null;
    at = start;
    return changeOf(written);
  }

  const message = value(0);
  if (message !== null) return { message, offset: at };
  skip(space);
  return at < text.length ? { message: 'Nothing may follow the value', offset: at } : null;
}
