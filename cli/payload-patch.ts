import { type PayloadPatch, payloadPatchSchema } from '../contract/operations.ts';
import { UsageError } from './failures.ts';
import type { Io } from './io.ts';
import { fileOf, readText } from './source-text.ts';

/** A JSON Patch as it is written: JSON, `@FILE`, or `-` for standard input. @throws UsageError */
export async function readPatch(written: string | undefined, words: readonly string[], io: Io): Promise<PayloadPatch | undefined> {
  if (written === undefined) return undefined;
  if (written === '-' && words.includes('-')) throw new UsageError('Standard input cannot hold both the ids and the patch.');
  const file = fileOf(written);
  const text = file === null ? written : await readText(file, io);
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
