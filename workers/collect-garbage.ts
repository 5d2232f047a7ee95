/** For the engine and for its threads, when they have nothing to do. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * V8 keeps the pages that it grew by, 20 MB after a start, for as long as nothing is allocated; only a collection as of the last
 * resort returns them (a plain one leaves them in its pool). The inspector can ask for the same, but its session kept the
 * process from ending. The flag is the whole process's, and back as it was before any code of a task could see what it adds.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as Collect | undefined;
  setFlagsFromString('--no-expose-gc');
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
