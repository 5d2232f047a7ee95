/** Waits for jobs to end, outliving an engine that restarts meanwhile. */

import { setTimeout as delay } from 'node:timers/promises';
import { Problem } from '../contract/errors.ts';
import type { Job } from '../contract/job.ts';
import { limits } from '../contract/limits.ts';
import { isFinal } from '../contract/states.ts';
import type { Connection } from './connection.ts';
import { EngineUnreachable } from './failures.ts';
import type { Io } from './io.ts';

/** The engine is away or going away, and nothing was done. */
export function isAway(error: unknown): boolean {
  return (error instanceof EngineUnreachable && !error.maybeDone) || (error instanceof Problem && error.code === 'shutting-down');
}

/**
 * Asks again while the engine is away, for as long as the command line's patience.
 * @param isWorthRetrying which errors mean that asking again is both safe and useful
 * @throws the last error when patience has run out; an AbortError when `signal` aborts
 */
export async function persist<Reply>(
  io: Io,
  signal: AbortSignal,
  ask: () => Promise<Reply>,
  isWorthRetrying: (error: unknown) => boolean = isAway,
): Promise<Reply> {
  let lostAt: number | undefined;
  for (let pauseMs = 50; ; pauseMs = Math.min(1000, pauseMs * 2)) {
    try {
      return await ask();
    } catch (error) {
      signal.throwIfAborted();
      if (!isWorthRetrying(error)) throw error;
      lostAt ??= io.now();
      if (io.now() - lostAt + pauseMs > io.patienceMs) throw error;
      await delay(pauseMs, undefined, { signal });
    }
  }
}

export type Waited = { job: Job; timedOut: boolean };

/**
 * @param deadline in milliseconds since the epoch; null waits for ever
 * @throws Problem not-found when the job is deleted meanwhile; an AbortError when `signal` aborts
 */
export async function waitForJob(
  connection: Connection,
  io: Io,
  id: string,
  deadline: number | null,
  signal: AbortSignal,
): Promise<Waited> {
  for (;;) {
    const leftMs = deadline === null ? limits.waitMs : Math.max(0, deadline - io.now());
    const waitMs = Math.min(limits.waitMs, leftMs);
    const askedAt = io.now();
    const job = await persist(io, signal, () => connection.client.call('getJob', { params: { id }, query: { waitMs }, signal }));
    if (isFinal(job.state)) return { job, timedOut: false };
    if (leftMs <= waitMs && deadline !== null) return { job, timedOut: true };
    // An engine that is stopping may answer early; asking again at once would spin.
    if (io.now() - askedAt < waitMs / 2) await delay(200, undefined, { signal });
  }
}

/** So many are asked for at a time: enough to keep up with a queue, few enough for the engine not to notice. */
const asked = 16;

/** Hands over each job as its end is seen; an error of one is handed over too and does not stop the others. */
export async function waitForJobs(
  connection: Connection,
  io: Io,
  ids: readonly string[],
  deadline: number | null,
  signal: AbortSignal,
  listener: { ended(waited: Waited): Promise<void> | void; failed(id: string, error: unknown): Promise<void> | void },
): Promise<void> {
  const remaining = ids.values();
  const worker = async () => {
    for (const id of remaining) {
      let waited: Waited;
      try {
        waited = await waitForJob(connection, io, id, deadline, signal);
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        await listener.failed(id, error);
        continue;
      }
      await listener.ended(waited);
    }
  };
  await Promise.all(Array.from({ length: Math.min(asked, ids.length) }, worker));
}

/** Runs `work` so that Ctrl-C aborts its signal; null when that happened. */
export async function interruptible<Value>(io: Io, work: (signal: AbortSignal) => Promise<Value>): Promise<Value | null> {
  const controller = new AbortController();
  const stop = io.onInterrupt(() => controller.abort());
  try {
    return await work(controller.signal);
  } catch (error) {
    if (controller.signal.aborted) return null;
    throw error;
  } finally {
    stop();
  }
}
