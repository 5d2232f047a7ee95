/**
 * The process of one run of the lab: its modes one after the other, each on an engine of its own, and nothing left behind. A process
 * apart, so that sending does not take its time from the user's engine, and that it ends with it.
 */

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FromRunner, ToRunner } from './messages.ts';
import { runMode } from './run-mode.ts';

const stopping = new AbortController();
let ownHome: string | null = null;

function say(message: FromRunner): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected || !process.send) resolve();
    else process.send(message, () => resolve());
  });
}

function removeHome(): void {
  if (ownHome !== null) rmSync(ownHome, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

async function run({ request, home, tasksFolder }: ToRunner & { kind: 'run' }): Promise<void> {
  ownHome = home;
  const { signal } = stopping;
  try {
    for (const mode of request.modes) {
      if (signal.aborted) break;
      const ofMode = join(home, mode);
      const result = await runMode({
        ...{ mode, request, tasksFolder, signal, home: ofMode },
        progress: (reached) => void say({ kind: 'progress', result: reached }),
      });
      rmSync(ofMode, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      await say({ kind: 'mode-ended', result });
    }
    removeHome();
    await say({ kind: 'ended', stopped: signal.aborted });
  } catch (error) {
    removeHome();
    await say(
      signal.aborted
        ? { kind: 'ended', stopped: true }
        : { kind: 'failed', reason: error instanceof Error ? error.message : String(error) },
    );
  }
  process.exit(0);
}

process.on('message', (message: ToRunner) => {
  if (message.kind === 'run') void run(message);
  else stopping.abort();
});
// The user's engine is gone, and with it whoever would want to know. The run's engine ends with the abort.
process.on('disconnect', () => {
  if (ownHome === null) process.exit(0);
  stopping.abort();
});
// Ctrl+C in a terminal goes to every process in it; the user's engine, which stops by it, says when.
process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});
process.on('SIGTERM', () => stopping.abort());
