/** How a redrive is to go, as a person writes it, and what it does to the first payload. Pure. */

import jsonPatch from 'fast-json-patch';
import type { FieldError } from '../../../contract/errors.ts';
import type { Json, JsonObject } from '../../../contract/json.ts';
import type { PayloadPatch } from '../../../contract/operations.ts';
import { payloadPatchSchema } from '../../../contract/operations.ts';
import { readJson } from '../../ui/json-source.ts';

/** `edited`: the first payload is changed by hand, and the difference is the patch. */
export type PatchWay = 'none' | 'edited' | 'patch';

export type RedriveDraft = {
  way: PatchWay;
  /** The first payload, changed. */
  edited: string;
  patch: string;
  canary: number | null;
  ratePerSecond: number | null;
};

export const plainRedrive: RedriveDraft = { way: 'none', edited: '', patch: '', canary: null, ratePerSecond: null };

export type PatchReading =
  | { kind: 'none' }
  | { kind: 'patch'; patch: PayloadPatch }
  /** Half typed, or refused: nothing can be sent. */
  | { kind: 'unfinished'; message: string | null };

/** @param first the payload that was edited; undefined while it is not read yet */
export function patchIn({ way, edited, patch }: RedriveDraft, first: JsonObject | undefined): PatchReading {
  if (way === 'none') return { kind: 'none' };
  const text = way === 'edited' ? edited : patch;
  if (text.trim() === '') return { kind: 'unfinished', message: null };
  const reading = readJson(text);
  // Where it goes wrong is said by the field itself.
  if (!reading.ok) return { kind: 'unfinished', message: null };
  if (way === 'edited') {
    if (first === undefined || !isObject(reading.value)) return { kind: 'unfinished', message: null };
    const difference = jsonPatch.compare(first, reading.value) as PayloadPatch;
    return difference.length === 0 ? { kind: 'none' } : { kind: 'patch', patch: difference };
  }
  const parsed = payloadPatchSchema.safeParse(reading.value);
  if (parsed.success) return { kind: 'patch', patch: parsed.data };
  const [issue] = parsed.error.issues;
  return { kind: 'unfinished', message: issue ? `${['', ...issue.path].join('/')} ${issue.message}`.trim() : 'is no JSON Patch' };
}

/** The payload after the patch, or why it does not apply; what would fit the task is the engine's to say. */
export function patched(payload: JsonObject, patch: PayloadPatch): { payload: JsonObject } | { refused: string } {
  let document: Json = structuredClone(payload);
  for (const [index, operation] of patch.entries()) {
    try {
      document = jsonPatch.applyOperation<Json>(document, structuredClone(operation), true, true, true).newDocument;
    } catch {
      const why = operation.op === 'test' ? 'the value there is another' : 'there is no such place in this payload';
      return { refused: `Step ${index + 1}, ${operation.op} ${operation.path}: ${why}.` };
    }
  }
  return isObject(document) ? { payload: document } : { refused: 'What is left is no JSON object.' };
}

export type RedriveErrors = { patch?: string; canary?: string; ratePerSecond?: string; elsewhere?: string };

export function placeRedriveErrors(errors: readonly FieldError[]): RedriveErrors {
  const placed: RedriveErrors = {};
  for (const { path, message } of errors) {
    const place = path.startsWith('/patch')
      ? 'patch'
      : path === '/canary'
        ? 'canary'
        : path === '/ratePerSecond'
          ? 'ratePerSecond'
          : 'elsewhere';
    const text = place === 'patch' && path !== '/patch' ? `${path.slice('/patch'.length)} ${message}` : message;
    placed[place] = placed[place] === undefined ? text : `${placed[place]}; ${text}`;
  }
  return placed;
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
