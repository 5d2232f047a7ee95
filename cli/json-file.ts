import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { readText, sourceName } from './source-text.ts';

/** What a JSON file holds, or with `-` standard input. @throws UsageError when it cannot be read or is not JSON */
export async function readJsonFile(file: string, io: Io): Promise<unknown> {
  const text = await readText(file, io);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${sourceName(file)} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
