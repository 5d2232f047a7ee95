/** The query of an address, as application/x-www-form-urlencoded, but strict where URLSearchParams guesses. */

import { invalid } from '../../contract/errors.ts';

export type QueryValues = Record<string, string | string[]>;

/**
 * A name that is given more than once becomes a list.
 * @throws Problem invalid-request for what is not percent-encoded UTF-8
 */
export function parseQuery(text: string): QueryValues {
  // Without a prototype, so that `__proto__` is a parameter like any other (and an unknown one).
  const values: QueryValues = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const rawName = equals === -1 ? pair : pair.slice(0, equals);
    const name = decoded(rawName, rawName);
    const value = equals === -1 ? '' : decoded(pair.slice(equals + 1), name);
    const known = values[name];
    if (known === undefined) values[name] = value;
    else if (Array.isArray(known)) known.push(value);
    else values[name] = [known, value];
  }
  return values;
}

function decoded(text: string, name: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalid(name, 'must be percent-encoded UTF-8');
  }
}
