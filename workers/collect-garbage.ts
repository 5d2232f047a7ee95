/** For the engine and for its threads, when they have nothing to do. */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** What V8 has by itself: collections that code lives through without being run. */
const usualCodeAge = 6;

/**
 * V8 keeps the pages that it grew by, 20 MB after a start, for as long as nothing is allocated; only a collection as of the last
 * resort returns them (a plain one leaves them in its pool). The inspector can ask for the same, but its session kept the
 * process from ending. Code that ran once, at the start, goes as well (4 MB), and is compiled again where it is needed after all.
 * The flags are the whole process's, and back as they were before any code of a task could see what they do.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('globalThis.gc') as Collect | undefined;
  setFlagsFromString('--no-expose-gc');
  setFlagsFromString('--bytecode-old-age=1');
  collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  setFlagsFromString(`--bytecode-old-age=${usualCodeAge}`);
}
