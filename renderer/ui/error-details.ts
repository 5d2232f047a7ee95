/** A job's error as a person reads it: the message, and what the task left behind with it. Pure. */

import type { JobError } from '../../contract/job.ts';
import type { Json } from '../../contract/json.ts';

export type ErrorDetails = {
  /** Short values: an exit code, a status, a command. */
  facts: { label: string; text: string }[];
  /** Texts of several lines: what the command said last. */
  outputs: { label: string; text: string }[];
  /** What fits neither. */
  rest: Json;
};

const shortText = 200;

/**
 * Sorts what the task attached to its error, whatever the task: an own task's details are shown as well as
 * `shell.run`'s exit code and last output.
 */
export function readDetails(error: JobError): ErrorDetails {
  const found: ErrorDetails = { facts: [], outputs: [], rest: null };
  if (error.code !== undefined) found.facts.push({ label: 'code', text: error.code });
  const { details } = error;
  if (details === undefined || details === null) return found;
  if (typeof details !== 'object' || Array.isArray(details)) return { ...found, rest: details };

  const rest: { [name: string]: Json } = {};
  for (const [name, value] of Object.entries(details)) {
    if (value === null || value === '') continue;
    if (name === 'args' || (name === 'command' && Array.isArray(details.args))) continue;
    if (typeof value === 'string' && (value.includes('\n') || value.length > shortText || name.endsWith('Tail'))) {
      found.outputs.push({ label: words(name), text: value.trimEnd() });
    } else if (typeof value === 'object') {
      rest[name] = value;
    } else {
      found.facts.push({ label: words(name), text: String(value) });
    }
  }
  // What a command said last before it failed is more often in its error output.
  found.outputs.sort((one, other) => Number(other.label.includes('stderr')) - Number(one.label.includes('stderr')));
  const command = commandLine(details.command, details.args);
  if (command !== null) found.facts.unshift({ label: 'command', text: command });
  if (Object.keys(rest).length > 0) found.rest = rest;
  return found;
}

/** `stderrTail` → "last stderr", `exitCode` → "exit code". */
function words(name: string): string {
  const spaced = name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
  return spaced.endsWith(' tail') ? `last ${spaced.slice(0, -5)}` : spaced;
}

/** Quoted as a shell would need it, so that it can be pasted; null when the details hold no argument list. */
export function commandLine(command: Json | undefined, args: Json | undefined): string | null {
  if (typeof command !== 'string' || !Array.isArray(args)) return null;
  return [command, ...args.map(String)]
    .map((part) => (/^[\w@%+=:,./-]+$/.test(part) ? part : `'${part.replaceAll("'", "'\\''")}'`))
    .join(' ');
}
