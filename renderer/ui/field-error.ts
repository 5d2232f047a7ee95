/** What the engine says of one field, for the place where the field is. */

import { Problem } from '../../contract/errors.ts';
import { describeError } from './notice.tsx';

/** @param field the last segment of the error's JSON Pointer, or the parameter's name */
export function fieldError(thrown: unknown, field: string): string | undefined {
  if (!(thrown instanceof Problem)) return undefined;
  return thrown.extras.errors?.find(({ path }) => path === field || path.endsWith(`/${field}`))?.message;
}

/** The whole refusal in one line, for errors that belong to no field. */
export function wholeError(thrown: unknown): string {
  const { title, text } = describeError(thrown instanceof Error ? thrown : new Error(String(thrown)));
  return thrown instanceof Problem ? text : `${title}. ${text}`;
}
