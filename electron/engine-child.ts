/** An engine that the shell starts itself, in the runtime that can hold it. */

import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { utilityProcess } from 'electron';
import type { Runtime } from './engine-runtime.ts';
import { chooseRuntime } from './engine-runtime.ts';
import { createLineReader } from './line-reader.ts';

export type EngineChild = {
  runtime: Runtime;
  pid: number | undefined;
  /** Settles at the engine's `ready` line. @throws when it ends first, or says nothing for a minute */
  ready: Promise<void>;
  /** How it ended, as a sentence for people. */
  ended: Promise<string>;
  /** Asks it to drain and stop, and ends it after 15 s. Resolves when it has ended. */
  stop(): Promise<void>;
};

/** What both kinds of process have in common. */
type Handle = {
  pid: number | undefined;
  stdout: Readable | null;
  stderr: Readable | null;
  onEnd(listener: (how: string) => void): void;
  askToStop(): void;
};

const startMs = 60_000;
/** A little more than the engine gives its own running jobs (`defaults.drainMs`). */
const stopMs = 15_000;

/** Only after the app is ready. @throws as `chooseRuntime` */
export function startEngine(entry: string, home: string): EngineChild {
  const runtime = chooseRuntime();
  const env = { ...process.env, SWITCHYARD_HOME: home };
  const handle = runtime.kind === 'node' ? startNode(runtime.path, entry, env) : startUtilityProcess(entry, env);
  return watch(runtime, handle);
}

function startUtilityProcess(entry: string, env: NodeJS.ProcessEnv): Handle {
  const child = utilityProcess.fork(entry, [], { env, stdio: ['ignore', 'pipe', 'pipe'], serviceName: 'Switchyard engine' });
  return {
    get pid() {
      return child.pid;
    },
    stdout: child.stdout as Readable | null,
    stderr: child.stderr as Readable | null,
    onEnd: (listener) => child.once('exit', (code) => listener(`The engine ended with code ${code}`)),
    askToStop: () => {
      child.kill();
    },
  };
}

function startNode(path: string, entry: string, env: NodeJS.ProcessEnv): Handle {
  // The channel carries nothing: its end tells the engine that the shell is gone, however that came about.
  const child = spawn(path, [entry], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], windowsHide: true });
  return {
    pid: child.pid,
    stdout: child.stdout,
    stderr: child.stderr,
    onEnd: (listener) => {
      child.once('error', (error) => listener(`The engine could not be started: ${error.message}`));
      child.once('exit', (code, signal) => listener(`The engine ended ${signal ? `by ${signal}` : `with code ${code}`}`));
    },
    askToStop: () => {
      // Windows has no signal that asks.
      if (process.platform === 'win32') child.disconnect();
      else child.kill('SIGTERM');
    },
  };
}

function watch(runtime: Runtime, handle: Handle): EngineChild {
  const ready = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<string>();
  // Its end before it was ready is told through both; whoever waits for the one must not trip over the other.
  ready.promise.catch(() => {});
  let lastWords = '';

  const startTimer = setTimeout(() => {
    ready.reject(new Error(`The engine was not ready within ${startMs / 1000} s`));
    forceEnd();
  }, startMs);

  function forceEnd(): void {
    if (handle.pid === undefined) return;
    try {
      process.kill(handle.pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }

  handle.stdout?.on(
    'data',
    createLineReader((line) => {
      if (line.startsWith('ready ')) {
        clearTimeout(startTimer);
        ready.resolve();
      } else {
        console.log(line);
      }
    }),
  );
  handle.stderr?.on(
    'data',
    createLineReader((line) => {
      if (line.trim() !== '') lastWords = line.trim().slice(0, 500);
      console.error(line);
    }),
  );
  handle.onEnd((how) => {
    clearTimeout(startTimer);
    const sentence = lastWords === '' ? `${how}.` : `${how}: ${lastWords}`;
    ready.reject(new Error(sentence));
    ended.resolve(sentence);
  });

  return {
    runtime,
    get pid() {
      return handle.pid;
    },
    ready: ready.promise,
    ended: ended.promise,
    async stop() {
      handle.askToStop();
      const timer = setTimeout(forceEnd, stopMs);
      await ended.promise;
      clearTimeout(timer);
    },
  };
}
