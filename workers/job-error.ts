/** Turns whatever a task threw into the error that is kept with its attempt. Done in the thread, as errors lose members on their way out of it. */

import { inspect } from 'node:util';
import type { JobError } from '../contract/job.ts';
import { isNestedDeeper, type Json } from '../contract/json.ts';
import { limits } from '../contract/limits.ts';
import { startOfText } from './text-limits.ts';

const messageBytes = 8_192;
const stackBytes = 8_192;
const shortBytes = 200;
const stackFrames = 20;
const causeDepth = 5;
const jsonDepth = 20;

/**
 * Name, message, code, stack (with its causes) and own `details` of what was thrown; any value will do.
 * `code` is taken from the cause where the error has none: a failed fetch says ECONNREFUSED only there.
 * As JSON it takes at most `limits.errorBytes`.
 */
export function toJobError(thrown: unknown): JobError {
  try {
    return bounded(describe(thrown));
  } catch (cause) {
    // A getter or proxy of the thrown value that throws itself.
    return { name: 'Error', message: `The task threw a value that can't be read: ${cause instanceof Error ? cause.message : 'unknown'}` };
  }
}

function describe(thrown: unknown): JobError {
  if (typeof thrown !== 'object' || thrown === null) {
    return { name: 'Error', message: typeof thrown === 'string' ? thrown : `The task threw ${inspect(thrown)}` };
  }
  const error = thrown as { name?: unknown; message?: unknown; code?: unknown; stack?: unknown; cause?: unknown; details?: unknown };
  const described: JobError = {
    name: typeof error.name === 'string' && error.name !== '' ? error.name : 'Error',
    message: typeof error.message === 'string' ? error.message : inspect(thrown, { depth: 2 }),
  };
  const code = codeOf(error) ?? codeOf(error.cause);
  if (code !== null) described.code = code;
  const stack = stackWithCauses(error);
  if (stack !== '') described.stack = stack;
  if (error.details !== undefined) described.details = plainJson(error.details);
  return described;
}

function codeOf(error: unknown): string | null {
  const code = typeof error === 'object' && error !== null ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? String(code) : null;
}

function stackWithCauses(error: { stack?: unknown; cause?: unknown; errors?: unknown }): string {
  const parts = [trimmedStack(error.stack)];
  if (Array.isArray(error.errors)) {
    for (const one of error.errors.slice(0, causeDepth)) parts.push(`One of them: ${stackOrText(one)}`);
  }
  let cause = error.cause;
  for (let depth = 0; cause !== undefined && cause !== null && depth < causeDepth; depth += 1) {
    parts.push(`Caused by: ${stackOrText(cause)}`);
    cause = (cause as { cause?: unknown }).cause;
  }
  return parts.filter((part) => part !== '').join('\n');
}

function stackOrText(value: unknown): string {
  const stack = trimmedStack((value as { stack?: unknown } | null)?.stack);
  return stack === '' ? inspect(value, { depth: 1 }) : stack;
}

/** Without the platform's own frames, and no longer than a person reads. */
function trimmedStack(stack: unknown): string {
  if (typeof stack !== 'string') return '';
  let frames = 0;
  return stack
    .split('\n')
    .filter((line) => {
      if (!/^\s+at /.test(line)) return true;
      if (line.includes('node:internal/')) return false;
      frames += 1;
      return frames <= stackFrames;
    })
    .join('\n');
}

function plainJson(value: unknown): Json {
  try {
    const text = JSON.stringify(value) ?? 'null';
    const plain = JSON.parse(text) as Json;
    // The engine could not even receive what overflows its stack, nor the outcomes that travel with it.
    return isNestedDeeper(text, jsonDepth) ? shortened(plain, uncut, 0) : plain;
  } catch {
    // A cycle, a BigInt or too deep for this thread too: shown as text rather than lost.
    return inspect(value, { depth: 3 });
  }
}

function bounded(error: JobError): JobError {
  const short: JobError = { name: cutAsJson(error.name, shortBytes), message: cutAsJson(error.message, messageBytes) };
  if (error.code !== undefined) short.code = cutAsJson(error.code, shortBytes);
  if (error.stack !== undefined) short.stack = cutAsJson(error.stack, stackBytes);
  if (error.details !== undefined) {
    const left = limits.errorBytes - bytesAsJson(short) - '"details":,'.length;
    short.details = cutDetails(error.details, left);
  }
  return short;
}

function bytesAsJson(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Control characters take up to six bytes as JSON, so the text is measured as it will be kept. */
function cutAsJson(text: string, maxBytes: number): string {
  let kept = startOfText(text, maxBytes);
  while (bytesAsJson(kept) > maxBytes) kept = startOfText(kept, Math.floor(Buffer.byteLength(kept) * 0.75));
  return kept === text ? text : `${kept}…`;
}

const uncut = { text: Number.POSITIVE_INFINITY, items: Number.POSITIVE_INFINITY };
/** Tried from mild to harsh: the longest text kept, and the most members of a list or object. */
const cuts = [
  { text: 24_576, items: 1_000 },
  { text: 8_192, items: 200 },
  { text: 2_048, items: 50 },
  { text: 256, items: 20 },
];

function cutDetails(details: Json, maxBytes: number): Json {
  const whole = bytesAsJson(details);
  if (whole <= maxBytes) return details;
  for (const cut of cuts) {
    const shorter = shortened(details, cut, 0);
    if (bytesAsJson(shorter) <= maxBytes) return shorter;
  }
  return `Left out: ${whole} bytes are more than is kept of an error.`;
}

function shortened(value: Json, cut: { text: number; items: number }, depth: number): Json {
  if (typeof value === 'string') {
    // The end says more than the start: it is where an output tells what went wrong.
    return value.length <= cut.text ? value : `${value.slice(0, cut.text / 4)} … ${value.slice(-cut.text * 0.75)}`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= jsonDepth) return '…';
  if (Array.isArray(value)) {
    const kept = value.slice(0, cut.items).map((item) => shortened(item, cut, depth + 1));
    return kept.length === value.length ? kept : [...kept, `… ${value.length - kept.length} more`];
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, cut.items)
      .map(([key, member]) => [key, shortened(member, cut, depth + 1)]),
  );
}
