/**
 * The one event stream of the window. Events are handed over at most once per frame, so that a busy engine costs one
 * render a frame and not one an event.
 */

import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { Problem } from '../../contract/errors.ts';
import type { EngineEvent, JobEvent } from '../../contract/events.ts';
import type { JobSummary } from '../../contract/job.ts';
import { client } from './client.ts';

export type Connection = 'connecting' | 'live' | 'offline';

const firstDelayMs = 400;
const longestDelayMs = 10_000;
/** `stats` comes every second; after this silence the engine is asked whether it is still there. */
const silenceMs = 8_000;
const latestKept = 5_000;
/** A hidden window is painted no frames: past this the backlog is dropped and everything is read again. */
const bufferedMost = 20_000;

let connection: Connection = 'connecting';
let problem: Problem | undefined;
let lastEventId: string | null = null;
let started = false;
let buffer: EngineEvent[] = [];
let flushPlanned = false;
let wake: (() => void) | undefined;

const connectionListeners = new Set<() => void>();
const batchListeners = new Set<(events: EngineEvent[]) => void>();
const reloadListeners = new Set<() => void>();
const latestJobs = new Map<string, JobSummary>();
const jobListeners = new Map<string, Set<() => void>>();

export function isJobEvent(event: EngineEvent): event is JobEvent {
  return event.type.startsWith('job.');
}

function setConnection(next: Connection, why?: Problem): void {
  if (connection === next && problem === why) return;
  connection = next;
  problem = why;
  for (const listener of connectionListeners) listener();
}

/** Reads everything anew: after a gap in the events, and when the engine is back. */
function reloadAll(): void {
  latestJobs.clear();
  for (const listener of reloadListeners) listener();
}

function flush(): void {
  flushPlanned = false;
  const events = buffer;
  buffer = [];
  if (events.length > bufferedMost || events.some((event) => event.type === 'reset')) {
    reloadAll();
    return;
  }
  const touched = new Set<string>();
  for (const event of events) {
    if (!isJobEvent(event)) continue;
    const { job } = event;
    // Re-inserted so that the map stays in order of use and its first entry is the one to drop.
    latestJobs.delete(job.id);
    latestJobs.set(job.id, job);
    touched.add(job.id);
  }
  for (const id of latestJobs.keys()) {
    if (latestJobs.size <= latestKept) break;
    latestJobs.delete(id);
  }
  for (const listener of batchListeners) listener(events);
  for (const id of touched) for (const listener of jobListeners.get(id) ?? []) listener();
}

function take(event: EngineEvent): void {
  if (buffer.length <= bufferedMost) buffer.push(event);
  if (flushPlanned) return;
  flushPlanned = true;
  if (document.visibilityState === 'visible') requestAnimationFrame(flush);
  else setTimeout(flush, 250);
}

/** Follows the stream until it ends. Aborts it when it is silent and the engine does not answer either. */
async function followOnce(answered: () => void): Promise<void> {
  const abort = new AbortController();
  let heardAt = Date.now();
  const watch = setInterval(() => {
    if (Date.now() - heardAt < silenceMs) return;
    heardAt = Date.now();
    client.call('getHealth', { signal: AbortSignal.timeout(silenceMs) }).catch(() => abort.abort());
  }, 1_000);
  try {
    const resumed = lastEventId !== null;
    const wasOffline = connection === 'offline';
    const live = () => {
      answered();
      if (connection === 'live') return;
      setConnection('live');
      // Missed events are sent again, but what failed to load meanwhile is not.
      if (resumed || wasOffline) reloadAll();
    };
    const opened = client.call('getHealth', { signal: AbortSignal.any([abort.signal, AbortSignal.timeout(silenceMs)]) }).then(live);
    // A stream that resumes is sent what it missed; a first one is not. Its first event shows that it is open, and
    // whatever was read before that may have changed unheard.
    let gap = !resumed;
    const follow = async () => {
      for await (const { id, event } of client.events({}, lastEventId, abort.signal)) {
        heardAt = Date.now();
        if (id !== null) lastEventId = id;
        live();
        if (gap) reloadAll();
        gap = false;
        take(event);
      }
    };
    await Promise.all([opened, follow()]);
  } finally {
    clearInterval(watch);
    abort.abort();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function followForever(): Promise<never> {
  let delayMs = firstDelayMs;
  const startOver = () => {
    delayMs = firstDelayMs;
  };
  for (;;) {
    try {
      await followOnce(startOver);
      setConnection('offline');
    } catch (error) {
      setConnection('offline', error instanceof Problem ? error : undefined);
    }
    // Varied, so that several windows do not come back in the same instant.
    await pause(delayMs * (0.75 + Math.random() / 2));
    delayMs = Math.min(longestDelayMs, delayMs * 1.7);
  }
}

function start(): void {
  if (started) return;
  started = true;
  window.addEventListener('online', () => wake?.());
  document.addEventListener('visibilitychange', () => wake?.());
  void followForever();
}

/** Tries again at once instead of at the end of the delay. */
export function reconnectNow(): void {
  wake?.();
}

function subscribeConnection(listener: () => void): () => void {
  start();
  connectionListeners.add(listener);
  return () => connectionListeners.delete(listener);
}

export function useConnection(): Connection {
  return useSyncExternalStore(subscribeConnection, () => connection);
}

/** Why the engine refuses this window (e.g. `unauthorized`), when it answers at all. */
export function useConnectionProblem(): Problem | undefined {
  return useSyncExternalStore(subscribeConnection, () => problem);
}

/** Why nothing can be read, in a sentence; undefined while the engine answers. */
export function useAbsence(): string | undefined {
  const problem = useConnectionProblem();
  if (useConnection() !== 'offline') return undefined;
  return problem?.code === 'unauthorized' ? 'This window is no longer signed in.' : 'The engine is not answering.';
}

/** Called at most once a frame with everything that came since. A gap is not delivered here: see `onReload`. */
export function useEventBatches(listener: (events: EngineEvent[]) => void): void {
  const latest = useEffectEvent(listener);
  useEffect(() => {
    start();
    const deliver = (events: EngineEvent[]) => latest(events);
    batchListeners.add(deliver);
    return () => {
      batchListeners.delete(deliver);
    };
  }, []);
}

export function useEvents(listener: (event: EngineEvent) => void): void {
  useEventBatches((events) => {
    for (const event of events) listener(event);
  });
}

/** Called when events were missed or the engine is back: whatever was read before may be wrong. */
export function onReload(listener: () => void): () => void {
  start();
  reloadListeners.add(listener);
  return () => {
    reloadListeners.delete(listener);
  };
}

/** The latest summary of a job that came by since the window opened; undefined when none did. */
export function useLiveJob(id: string): JobSummary | undefined {
  return useSyncExternalStore(
    (listener) => {
      start();
      const listeners = jobListeners.get(id) ?? new Set();
      jobListeners.set(id, listeners.add(listener));
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) jobListeners.delete(id);
      };
    },
    () => latestJobs.get(id),
  );
}
