/** A JSON Patch (RFC 6902) applied to a payload. Pure. */

import jsonPatch from 'fast-json-patch';
import type { Json, JsonObject } from '../../contract/json.ts';
import { limits } from '../../contract/limits.ts';
import type { PayloadPatch } from '../../contract/operations.ts';

const forbiddenKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** The payload as it is then, or why the patch does not apply to it. The one that is given stays as it is. */
export function patchPayload(payload: JsonObject, patch: PayloadPatch): { payload: JsonObject } | { refused: string } {
  let document: Json = structuredClone(payload);
  for (const [index, operation] of patch.entries()) {
    const where = `the patch does not apply (${operation.op} ${operation.path}, /patch/${index})`;
    try {
      // What is added is copied: later operations change it, and the patch is for other payloads too.
      document = jsonPatch.applyOperation<Json>(document, structuredClone(operation), true, true, true).newDocument;
    } catch (error) {
      return { refused: error instanceof jsonPatch.JsonPatchError ? `${where}: ${wordsOf(error.name)}` : where };
    }
    // Copies of copies double the document each time.
    if (operation.op === 'copy' && JSON.stringify(document).length > limits.bodyBytes) return { refused: `${where}: it grows too large` };
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    return { refused: 'the patched payload is no JSON object' };
  const unfit = unfitness(document);
  return unfit === null ? { payload: document } : { refused: unfit };
}

function wordsOf(name: string): string {
  switch (name) {
    case 'TEST_OPERATION_FAILED':
      return 'the value is another';
    case 'OPERATION_PATH_UNRESOLVABLE':
    case 'OPERATION_FROM_UNRESOLVABLE':
    case 'OPERATION_PATH_CANNOT_ADD':
      return 'there is no such place';
    case 'OPERATION_VALUE_OUT_OF_BOUNDS':
    case 'OPERATION_PATH_ILLEGAL_ARRAY_INDEX':
      return 'there is no such place in the list';
    default:
      return name.toLowerCase().replaceAll('_', ' ');
  }
}

/** The bounds that a submitted payload meets at the door. */
function unfitness(payload: JsonObject): string | null {
  if (JSON.stringify(payload).length > limits.bodyBytes) return 'the patched payload is too large';
  return fits(payload, limits.jsonDepth) ? null : 'the patched payload is nested too deep, or has a key that is refused';
}

function fits(value: Json, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0) return false;
  if (Array.isArray(value)) return value.every((item) => fits(item, depth - 1));
  return Object.entries(value).every(([key, item]) => !forbiddenKeys.has(key) && fits(item, depth - 1));
}
