/** What a task's failure left behind, as people read it. */

import type { JobError } from '../contract/job.ts';
import type { Json } from '../contract/json.ts';
import { harmless, indent, oneLine } from './text.ts';

/** Name, message and details. The stack is for `--json`. */
export function renderError(error: JobError): string {
  const code = error.code === undefined ? '' : ` (${oneLine(error.code)})`;
  return [`${oneLine(error.name)}${code}: ${harmless(error.message)}`, ...renderDetails(error.details)].join('\n');
}

/** What the task attached: of a command its exit code and last output. Empty members are left out. */
export function renderDetails(details: Json | undefined): string[] {
  if (details === undefined || details === null) return [];
  if (typeof details !== 'object' || Array.isArray(details)) return [renderJson(details)];
  return Object.entries(details)
    .filter(([, value]) => value !== null && value !== '' && !(typeof value === 'object' && Object.keys(value).length === 0))
    .map(([name, value]) => {
      const text = typeof value === 'string' ? harmless(value).trimEnd() : harmless(JSON.stringify(value));
      return text.includes('\n') ? `${oneLine(name)}:\n${indent(text, '  ')}` : `${oneLine(name)}: ${text}`;
    });
}

export function renderJson(value: Json): string {
  return harmless(JSON.stringify(value, null, 2));
}
