/** The `Prefer` header (RFC 7240), as far as a submission heeds it. */

import { limits } from '../../contract/limits.ts';

export type Preferences = {
  respondAsync: boolean;
  /** Milliseconds; undefined when no wait was asked for. */
  waitMs: number | undefined;
};

const none: Preferences = { respondAsync: false, waitMs: undefined };

/**
 * A server may ignore any preference, so nothing here is an error: unknown and malformed ones are skipped, of two of
 * the same name the first counts, and a wait is held to `limits.waitMs`. Repeated headers come joined by commas.
 */
export function parsePrefer(header: string | undefined): Preferences {
  if (header === undefined) return none;
  const found = new Map<string, string>();
  for (const element of splitOutsideQuotes(header, ',')) {
    // What follows a semicolon are parameters of the preference; none of ours has any.
    const [preference = ''] = splitOutsideQuotes(element, ';');
    const equals = preference.indexOf('=');
    const name = (equals === -1 ? preference : preference.slice(0, equals)).trim().toLowerCase();
    const value = equals === -1 ? '' : unquoted(preference.slice(equals + 1).trim());
    if (!found.has(name)) found.set(name, value);
  }
  const wait = found.get('wait');
  return {
    // An empty value is the same as none.
    respondAsync: found.get('respond-async') === '',
    waitMs: wait !== undefined && /^\d+$/.test(wait) ? Math.min(Number(wait) * 1000, limits.waitMs) : undefined,
  };
}

/** By hand rather than by a regular expression: a header of 16 KB must not be able to make it backtrack. */
function splitOutsideQuotes(text: string, separator: string): string[] {
  if (!text.includes(separator)) return [text];
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

function unquoted(value: string): string {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}
