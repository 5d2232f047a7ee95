/**
 * Bodies as strict JSON: UTF-8 without a byte order mark, nesting up to `limits.jsonDepth`, no keys that reach into
 * prototypes, no number that overflows, no half of a surrogate pair. Of a name that stands twice in an object the last
 * value counts, as in JSON.parse. One pass over the bytes decides whether anything needs a closer look, so that an
 * ordinary small body costs about a microsecond beside JSON.parse.
 */

import { isUtf8 } from 'node:buffer';
import type { FieldError } from '../../contract/errors.ts';
import { invalid, invalidFields } from '../../contract/errors.ts';
import { limits } from '../../contract/limits.ts';
import { pointerTo } from './json-pointer.ts';
import { findSyntaxFault } from './json-syntax.ts';
import { firstInvalidUtf8 } from './utf8.ts';

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;

const forbiddenKeys = new Set(['__proto__', 'constructor', 'prototype']);
/** More are not listed: a problem shows 20. */
const faultsShown = 20;

/** @throws Problem invalid-request that says where the body is wrong. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw invalid('', `the body is not UTF-8: it goes wrong at byte ${firstInvalidUtf8(bytes)}`);
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
    throw invalid('', 'the body starts with a byte order mark; send UTF-8 without one');
  }
  const needsCloserLook = scan(bytes);
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw syntaxProblem(text);
  }
  if (needsCloserLook) {
    const faults: FieldError[] = [];
    collectFaults(value, '', faults);
    if (faults.length > 0) throw invalidFields(faults);
  }
  return value;
}

/**
 * Refuses deep nesting before any recursive code sees the body. True when it may hold a forbidden key, a half of a
 * surrogate pair (both can hide behind an escape) or a number that overflows; false alarms only cost a walk.
 */
function scan(bytes: Buffer): boolean {
  const length = bytes.length;
  let depth = 0;
  let suspicious = false;
  for (let at = 0; at < length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === quote) {
      const start = at + 1;
      for (at = start; at < length; at++) {
        const inside = bytes[at] ?? 0;
        if (inside === quote) break;
        if (inside === backslash && bytes[++at] === letterU) suspicious = true;
      }
      // Three lengths and initials stand for the three words.
      const size = at - start;
      if (size === 9 || size === 11) {
        const initial = bytes[start];
        if (initial === 0x5f || initial === 0x63 || initial === 0x70) suspicious = true;
      }
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limits.jsonDepth) throw invalid('', `the body is nested deeper than ${limits.jsonDepth} levels, from byte ${at} on`);
    } else if (byte === 0x7d || byte === 0x5d) {
      if (--depth < 0) return suspicious;
    } else if (byte >= 0x30 && byte <= 0x39) {
      const start = at;
      while (isDigit(bytes[at + 1])) at++;
      const next = bytes[at + 1];
      // 1.8e308 is the largest number: it takes an exponent or 309 digits to pass it.
      if (at - start > 300 || next === 0x65 || next === 0x45) suspicious = true;
    }
  }
  return suspicious;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function syntaxProblem(text: string): Error {
  const fault = findSyntaxFault(text);
  if (fault === null) throw new Error('JSON.parse refused what the grammar allows');
  const found = fault.offset >= text.length ? 'the body ends' : `there is ${JSON.stringify(characterAt(text, fault.offset))}`;
  const where = `line ${fault.line}, column ${fault.column}`;
  return invalid('', `the body is not JSON: ${found} at ${where}, where ${fault.expected} is expected`);
}

function characterAt(text: string, offset: number): string {
  return String.fromCodePoint(text.codePointAt(offset) ?? 0);
}

/** Recursive: the nesting was bounded before. */
function collectFaults(value: unknown, path: string, faults: FieldError[]): void {
  if (faults.length >= faultsShown) return;
  if (typeof value === 'string') {
    if (!value.isWellFormed()) faults.push({ path, message: 'must be text: it holds half of a surrogate pair' });
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) faults.push({ path, message: 'is too large for a number (at most about 1.8e308)' });
  } else if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (mayHoldFaults(item)) collectFaults(item, pointerTo(path, index), faults);
    }
  } else if (typeof value === 'object' && value !== null) {
    // Object.entries, not a plain read: JSON.parse makes `__proto__` a property of the object's own.
    for (const [key, member] of Object.entries(value)) {
      if (forbiddenKeys.has(key)) faults.push({ path: pointerTo(path, key), message: 'this name is not allowed in any object' });
      else if (!key.isWellFormed()) faults.push({ path, message: 'holds a name with half of a surrogate pair' });
      else if (mayHoldFaults(member)) collectFaults(member, pointerTo(path, key), faults);
    }
  }
}

/** Spares the path of most items. */
function mayHoldFaults(value: unknown): boolean {
  if (typeof value === 'string') return !value.isWellFormed();
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null;
}
