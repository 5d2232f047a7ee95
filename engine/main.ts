/** The engine's process: `switchyard serve`, and what the desktop app starts. */

import { parseArgs } from 'node:util';
import { Problem } from '../contract/errors.ts';
import { type Engine, HomeTaken, startEngine } from './engine.ts';
import { StorageError } from './store/storage-error.ts';
import { backUpAlone, inspectAlone } from './without-jobs.ts';

const exitCodes = { done: 0, failed: 1, wrongUse: 2, refused: 4 } as const;
/** By then a stop has drained, aborted and closed; what still hangs is not waited for. */
const longestStopMs = 20_000;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function end(code: number): never {
  process.exit(code);
}

/** `instead`: not to run jobs. */
type Asked = { port: number | null; instead: (() => Promise<unknown>) | null };

function readAsked(): Asked {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const options = { port: { type: 'string' }, backup: { type: 'string' }, force: flag, inspect: flag, deep: flag } as const;
    const { values } = parseArgs({ options, strict: true });
    const { backup: path, force, inspect, deep } = values;
    const instead = path !== undefined ? () => backUpAlone({ path, force }) : inspect ? () => inspectAlone(deep) : null;
    if (values.port === undefined) return { port: null, instead };
    const port = Number(values.port);
    if (/^\d{1,5}$/.test(values.port) && port <= 65_535) return { port, instead };
    say(`--port must be a whole number from 0 (any free one) to 65535, not "${values.port}".`);
  } catch (error) {
    say(`${error instanceof Error ? error.message : error}`);
  }
  say('Usage: switchyard serve [--port N]');
  end(exitCodes.wrongUse);
}

/** A bug or a store that can no longer be trusted: nothing more is written, and the next start recovers. */
function fail(error: unknown): never {
  const text = error instanceof StorageError ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(`The engine stops at once: ${text}`);
  say(
    error instanceof StorageError && error.kind === 'corrupt'
      ? 'Not every job that was accepted may be in the file that is there now. `switchyard doctor --deep` says what is wrong with it, and docs/durability.md how to go back to a backup.'
      : 'Jobs that were accepted are safe; start the engine again and they go on.',
  );
  end(exitCodes.failed);
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const { port, instead } = readAsked();
let engine: Engine;
try {
  if (instead) {
    // For the command line where no engine runs: the answer as JSON.
    process.stdout.write(`${JSON.stringify(await instead())}\n`, () => end(exitCodes.done));
    await new Promise(() => {});
  }
  engine = await startEngine({ port, log: say, failed: fail });
} catch (error) {
  if (error instanceof HomeTaken) {
    say(error.message);
    end(exitCodes.refused);
  }
  if (error instanceof Problem) {
    say(error.message);
    end(error.code === 'invalid-request' ? exitCodes.wrongUse : exitCodes.refused);
  }
  if (error instanceof StorageError) {
    say(error.message);
    if (error.kind === 'corrupt')
      say('Nothing was changed. Put a backup in its place, or move it away, with its -wal and -shm files, to begin with an empty queue.');
    end(exitCodes.failed);
  }
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    say(`Port ${port} is taken. Choose another, or --port 0 for any free one.`);
    end(exitCodes.refused);
  }
  fail(error);
}

let stopping = false;
function stop(): void {
  if (stopping) return;
  stopping = true;
  setTimeout(() => end(exitCodes.failed), longestStopMs).unref();
  engine.stop().then(() => end(exitCodes.done), fail);
}

process.on('SIGINT', stop);
process.on('SIGTERM', stop);
process.on('SIGHUP', stop);
// Started with a channel by a launcher or the desktop app: its end is ours.
process.on('disconnect', stop);
// Whoever read the first lines may be gone; that is no reason to stop.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});

process.stdout.write(`ready ${engine.socket}\n`);
if (engine.windowAddress !== null) process.stdout.write(`window ${engine.windowAddress}\n`);
