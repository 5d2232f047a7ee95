export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** Whether two values are the same, whatever the order of their members. */
export function isSameJson(one: Json, other: Json): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [members, others] = [Object.entries(one), Object.entries(other)];
  return (
    members.length === others.length &&
    members.every(([name, value]) => Object.hasOwn(other, name) && isSameJson(value, (other as JsonObject)[name] ?? null))
  );
}

const quote = 0x22;
const backslash = 0x5c;

/**
 * Whether JSON text is nested deeper than `levels`. By its text, as what walks the value can overflow the stack where it
 * should find out; most texts have too few brackets to be looked at.
 */
export function isNestedDeeper(json: string, levels: number): boolean {
  if (json.length <= 2 * levels || opened(json, '[', levels) + opened(json, '{', levels) <= levels) return false;
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === quote) {
      for (at++; at < json.length && json.charCodeAt(at) !== quote; at++) if (json.charCodeAt(at) === backslash) at++;
    } else if (code === 0x5b || code === 0x7b) {
      if (++depth > levels) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth--;
    }
  }
  return false;
}

/** How often the bracket stands in the text, strings included; no more is counted than tells that it is more than `most`. */
function opened(json: string, bracket: string, most: number): number {
  let count = 0;
  for (let at = json.indexOf(bracket); at !== -1 && count <= most; at = json.indexOf(bracket, at + 1)) count++;
  return count;
}
