/** What a start of the shell asks for: `--open-job=<id>`, also handed over to the window that is open already. Pure. */

import { jobPath } from './end-batch.ts';

export type StartRequest = { path: string | null };

const option = '--open-job=';
/** As the engine makes them; anything else is ignored. */
const jobId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function startRequest(words: readonly string[]): StartRequest {
  const word = words.find((each) => each.startsWith(option));
  const id = word?.slice(option.length) ?? '';
  return { path: jobId.test(id) ? jobPath(id) : null };
}
