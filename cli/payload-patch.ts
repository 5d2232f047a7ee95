import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type PayloadPatch, payloadPatchSchema } from '../contract/operations.ts';
import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { readAll } from './io.ts';

/** A JSON Patch as it is written: JSON, `@FILE`, or `-` for standard input. @throws UsageError */
export async function readPatch(written: string | undefined, words: readonly string[], io: Io): Promise<PayloadPatch | undefined> {
  if (written === undefined) return undefined;
  if (written === '-' && words.includes('-')) throw new UsageError('Standard input cannot hold both the ids and the patch.');
  const text =
    written === '-' ? await readAll(io.stdin) : written.startsWith('@') ? await fromFile(resolve(io.folder, written.slice(1))) : written;
  let patch: unknown;
  try {
    patch = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--patch is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  const outcome = payloadPatchSchema.safeParse(patch);
  if (outcome.success) return outcome.data;
  const [issue] = outcome.error.issues;
  throw new UsageError(
    `--patch is not a JSON Patch, such as [{"op":"replace","path":"/url","value":"…"}]: /${issue?.path.join('/') ?? ''} ${issue?.message ?? ''}`,
  );
}

async function fromFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--patch: ${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
}
