import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { readAll } from './io.ts';

/** What a JSON file holds, or with `-` standard input. @throws UsageError when it cannot be read or is not JSON */
export async function readJsonFile(file: string, io: Io): Promise<unknown> {
  const place = file === '-' ? 'Standard input' : `The file ${file}`;
  let text: string;
  try {
    text = file === '-' ? await readAll(io.stdin) : await readFile(resolve(io.folder, file), 'utf8');
  } catch (error) {
    throw new UsageError(`${place} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${place} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
