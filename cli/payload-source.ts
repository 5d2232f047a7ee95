/** A task's input from the command line: `--payload`, or a command after `--`. */

import type { JsonObject } from '../contract/json.ts';
import type { CommandContext, Input, Option } from './command.ts';
import { UsageError } from './failures.ts';
import { fileOf, readText, sourceName } from './source-text.ts';
import { parsePayload } from './submission-options.ts';

export const payloadOption = {
  payload: { type: 'value', value: 'JSON', help: 'the task’s input: JSON, @FILE, or - for standard input (default: {})' },
} as const satisfies Record<string, Option>;

/** @throws UsageError */
export async function readPayload(task: string, input: Input, { io }: CommandContext): Promise<JsonObject> {
  const written = input.text('payload');
  const given = written === undefined ? {} : await readGiven(written, io);
  if (input.rest === undefined) return given;
  if (task !== 'shell.run') throw new UsageError(`Only shell.run takes a command after --; give ${task} its input with --payload.`);
  const [command, ...args] = input.rest;
  if (command === undefined) throw new UsageError('After -- a command is missing.');
  const twice = ['command', 'args'].filter((name) => Object.hasOwn(given, name));
  if (twice.length > 0) throw new UsageError(`What stands after -- is the command: leave ${twice.join(' and ')} out of the payload.`);
  // As a shell would: relative names in the command mean the folder that it was typed in, not the engine's.
  return { cwd: io.folder, ...given, command, args };
}

async function readGiven(written: string, io: CommandContext['io']): Promise<JsonObject> {
  const file = fileOf(written);
  return file === null ? parsePayload(written, '--payload') : parsePayload(await readText(file, io), sourceName(file));
}
