/**
 * What a task lets loose outside its own promise: output to the console, rejections that nobody awaits, exceptions in
 * callbacks. It is led to the job it belongs to, and neither ends the thread (its neighbours would go with it) nor
 * reaches the engine's standard output, which other programs read.
 */

import { toJobError } from './job-error.ts';
import { currentRun, type Run, runningRuns } from './run.ts';

let watching = false;

/** Once for each thread; does nothing when called again. */
export function watchStrays(): void {
  if (watching) return;
  watching = true;
  captureStream(process.stdout, 'stdout');
  captureStream(process.stderr, 'stderr');
  process.on('unhandledRejection', (reason) => {
    const owners = ownersOfStray();
    for (const run of owners) run.log(`A promise was rejected and nobody awaited it: ${strayText(reason)}`, 'system');
    if (owners.length === 0) reportToEngine('unhandled rejection', reason);
  });
  process.on('uncaughtException', (error) => {
    const owners = ownersOfStray();
    const only = owners.length === 1 ? owners[0] : undefined;
    if (only) only.failByStray(error);
    else for (const run of owners) run.log(`An exception of some job on this thread was not caught: ${strayText(error)}`, 'system');
    if (owners.length === 0) reportToEngine('uncaught exception', error);
  });
}

/** The run that it surely belongs to (none, when that one has ended), else all that could have caused it. */
function ownersOfStray(): Run[] {
  const run = currentRun.getStore();
  if (run) return runningRuns.has(run) ? [run] : [];
  return [...runningRuns];
}

function strayText(thrown: unknown): string {
  const error = toJobError(thrown);
  return error.stack ?? `${error.name}: ${error.message}`;
}

const writeToEngine = process.stderr.write.bind(process.stderr);

function reportToEngine(what: string, thrown: unknown): void {
  writeToEngine(`${what} in a worker thread, of no job that still runs: ${strayText(thrown)}\n`);
}

/** Replaces `write`, which the console and direct writes both go through. */
function captureStream(stream: NodeJS.WriteStream, name: 'stdout' | 'stderr'): void {
  stream.write = (chunk: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
    const run = currentRun.getStore();
    if (run) run.write(text, name);
    // Outside any job: what a module prints while it loads.
    else writeToEngine(text);
    const callback = typeof encoding === 'function' ? encoding : done;
    if (typeof callback === 'function') process.nextTick(callback as () => void);
    return true;
  };
}
