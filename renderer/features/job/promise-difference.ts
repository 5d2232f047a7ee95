/** Where a result differs from what was promised. */

import type { Json } from '../../../contract/json.ts';

/** `path` is a JSON Pointer, '' for the whole; undefined: it is not there. */
export type Difference = { path: string; promised: Json | undefined; came: Json | undefined };

/** The innermost differences, in the order of the promise, at most `limit` of them. */
export function differencesOf(promised: Json, came: Json, limit: number): Difference[] {
  const found: Difference[] = [];
  compare('', promised, came, found, limit);
  return found;
}

function compare(path: string, promised: Json | undefined, came: Json | undefined, found: Difference[], limit: number): void {
  if (found.length >= limit || promised === came) return;
  const [ours, theirs] = [membersOf(promised), membersOf(came)];
  if (!ours || !theirs || Array.isArray(promised) !== Array.isArray(came)) {
    found.push({ path, promised, came });
    return;
  }
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const pointer = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    compare(pointer, ours.get(name), theirs.get(name), found, limit);
  }
}

function membersOf(value: Json | undefined): Map<string, Json> | null {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : null;
}
