/** Text that is given by the name of its file, or as `-` on standard input. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { readAll } from './io.ts';

/** Of an option's value that is `-` or `@FILE`; null when it is the text itself. */
export function fileOf(written: string): string | null {
  if (written === '-') return written;
  return written.startsWith('@') ? written.slice(1) : null;
}

/** As an error names it, at the beginning of a sentence. */
export function sourceName(file: string): string {
  return file === '-' ? 'Standard input' : `The file ${file}`;
}

// Strict: a letter that was replaced would be submitted, and nobody told.
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws UsageError when it cannot be read or is not UTF-8 */
export async function readText(file: string, io: Io): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = file === '-' ? await readAll(io.stdin) : await readFile(resolve(io.folder, file));
  } catch (error) {
    throw new UsageError(`${sourceName(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  try {
    return decoder.decode(bytes);
  } catch {
    throw new UsageError(`${sourceName(file)} is not UTF-8.`);
  }
}
