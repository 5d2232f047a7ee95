/** Where two JSON values differ. Pure. */

import type { Json } from '../../contract/json.ts';

export type JsonChange = {
  /** JSON Pointer (RFC 6901); empty for the whole. */
  path: string;
  /** undefined: it was not there. */
  before: Json | undefined;
  /** undefined: it is there no longer. */
  after: Json | undefined;
};

/** The smallest values that differ, in the order in which they stand. Lists of different lengths are one change. */
export function changesOf(before: Json | undefined, after: Json | undefined, path = ''): JsonChange[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => changesOf(item, after[index], `${path}/${index}`));
  if (!isObject(before) || !isObject(after)) return [{ path, before, after }];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) =>
    changesOf(own(before, name), own(after, name), `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}

function isObject(value: Json | undefined): value is { [name: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(object: { [name: string]: Json }, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}
