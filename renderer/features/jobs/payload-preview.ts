/** What a job is about, in one line of its payload: a list of forty times `shell.run` says nothing. Pure. */

import type { Job } from '../../../contract/job.ts';
import type { Json, JsonObject } from '../../../contract/json.ts';

const longest = 160;

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function word(value: Json): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /[\s"']/.test(value) || value === '' ? JSON.stringify(value) : value;
}

function pairs(payload: JsonObject): string {
  return Object.entries(payload)
    .map(([key, value]) => `${key}: ${word(value)}`)
    .join(', ');
}

export function previewOf({ payload }: Pick<Job, 'payload'>): string {
  const command = text(payload.command);
  const url = text(payload.url);
  const input = text(payload.input);
  const output = text(payload.output);
  const { args, paths } = payload;
  let line: string;
  if (command !== undefined) line = Array.isArray(args) ? [command, ...args.map(word)].join(' ') : command;
  else if (url !== undefined) line = `${text(payload.method) ?? 'GET'} ${url}`;
  else if (input !== undefined && output !== undefined) line = `${input} → ${output}`;
  else if (Array.isArray(paths)) line = paths.map(word).join(' ');
  else line = pairs(payload);
  const flat = line.replace(/\s+/g, ' ').trim();
  return flat.length > longest ? `${flat.slice(0, longest - 1)}…` : flat;
}
