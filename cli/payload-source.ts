/** A task's input from the command line: `--payload`, or a command after `--`. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JsonObject } from '../contract/json.ts';
import type { CommandContext, Input, Option } from './command.ts';
import { UsageError } from './failures.ts';
import { readAll } from './io.ts';
import { parsePayload } from './submission-options.ts';

export const payloadOption = {
  payload: { type: 'value', value: 'JSON', help: 'the task’s input: JSON, @FILE, or - for standard input (default: {})' },
} as const satisfies Record<string, Option>;

/** @throws UsageError */
export async function readPayload(task: string, input: Input, { io }: CommandContext): Promise<JsonObject> {
  const written = input.text('payload');
  const given = written === undefined ? {} : parsePayload(await readSource(written, io), sourceOf(written));
  if (input.rest === undefined) return given;
  if (task !== 'shell.run') throw new UsageError(`Only shell.run takes a command after --; give ${task} its input with --payload.`);
  const [command, ...args] = input.rest;
  if (command === undefined) throw new UsageError('After -- a command is missing.');
  // As a shell would: relative names in the command mean the folder that it was typed in, not the engine's.
  return { cwd: io.folder, ...given, command, args };
}

function sourceOf(written: string): string {
  if (written === '-') return 'Standard input';
  return written.startsWith('@') ? `The file ${written.slice(1)}` : '--payload';
}

async function readSource(written: string, io: CommandContext['io']): Promise<string> {
  if (written === '-') return readAll(io.stdin);
  if (!written.startsWith('@')) return written;
  try {
    return await readFile(resolve(io.folder, written.slice(1)), 'utf8');
  } catch (error) {
    throw new UsageError(`The payload’s file cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
