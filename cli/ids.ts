/** Job ids given as words, or on standard input where a `-` stands. */

import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { readText } from './source-text.ts';

/** Each id once, in order. @throws UsageError when nothing was given */
export async function readIds(words: readonly string[], io: Io): Promise<string[]> {
  const ids: string[] = [];
  for (const word of words) {
    if (word === '-') ids.push(...(await readText(word, io)).split(/\s+/).filter((id) => id !== ''));
    else ids.push(word);
  }
  if (ids.length === 0) throw new UsageError('There are no job ids on standard input.');
  return [...new Set(ids)];
}
