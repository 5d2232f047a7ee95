/**
 * Says where a text stops being JSON (RFC 8259). Only for texts that JSON.parse refused: its own messages name
 * no position for short texts and differ from one version of Node to the next.
 */

export type SyntaxFault = { offset: number; line: number; column: number; expected: string };

class Fault extends Error {
  readonly offset: number;
  readonly expected: string;
  constructor(offset: number, expected: string) {
    super(expected);
    this.offset = offset;
    this.expected = expected;
  }
}

/**
 * null for well-formed JSON. Recursive, so the caller must have bounded the nesting.
 * `offset` counts UTF-16 units from 0, `line` and `column` from 1.
 */
export function findSyntaxFault(text: string): SyntaxFault | null {
  try {
    const end = skipSpace(text, readValue(text, skipSpace(text, 0)));
    if (end < text.length) throw new Fault(end, 'nothing after the value');
    return null;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const before = text.slice(0, error.offset);
    const lineStart = before.lastIndexOf('\n') + 1;
    return {
      offset: error.offset,
      line: before.split('\n').length,
      column: error.offset - lineStart + 1,
      expected: error.expected,
    };
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  return at;
}

/** Each reader is given the offset where its part starts and returns the offset behind it. */
function readValue(text: string, at: number): number {
  const first = text[at];
  if (first === '{') return readMembers(text, at + 1);
  if (first === '[') return readItems(text, at + 1);
  if (first === '"') return readString(text, at);
  for (const word of ['true', 'false', 'null']) if (text.startsWith(word, at)) return at + word.length;
  return readNumber(text, at);
}

function readMembers(text: string, from: number): number {
  let at = skipSpace(text, from);
  if (text[at] === '}') return at + 1;
  for (;;) {
    if (text[at] !== '"') throw new Fault(at, 'a name in double quotes');
    at = skipSpace(text, readString(text, at));
    if (text[at] !== ':') throw new Fault(at, '":"');
    at = skipSpace(text, readValue(text, skipSpace(text, at + 1)));
    if (text[at] === '}') return at + 1;
    if (text[at] !== ',') throw new Fault(at, '"," or "}"');
    at = skipSpace(text, at + 1);
  }
}

function readItems(text: string, from: number): number {
  let at = skipSpace(text, from);
  if (text[at] === ']') return at + 1;
  for (;;) {
    at = skipSpace(text, readValue(text, at));
    if (text[at] === ']') return at + 1;
    if (text[at] !== ',') throw new Fault(at, '"," or "]"');
    at = skipSpace(text, at + 1);
  }
}

function readString(text: string, from: number): number {
  let at = from + 1;
  for (;;) {
    const unit = text.charCodeAt(at);
    if (at >= text.length) throw new Fault(at, `the end of the string that starts at offset ${from}`);
    if (unit < 0x20) throw new Fault(at, 'an escape such as \\n instead of a control character');
    if (unit === 0x22) return at + 1;
    if (unit !== 0x5c) at++;
    else if (/^u[0-9A-Fa-f]{4}/.test(text.slice(at + 1, at + 6))) at += 6;
    else if (/^["\\/bfnrt]/.test(text.slice(at + 1, at + 2))) at += 2;
    else throw new Fault(at, 'one of the escapes \\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX');
  }
}

function readNumber(text: string, from: number): number {
  const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  number.lastIndex = from;
  if (!number.test(text)) throw new Fault(from, 'a value');
  return number.lastIndex;
}
