/** What was read from the engine, kept by key: shown at once from memory while it is read anew. */

import { useCallback, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import type { Problem } from '../../contract/errors.ts';
import { onReload } from './live.ts';

export type Resource<T> = {
  /** The last answer; stays while a newer one is loading or has failed. */
  data: T | undefined;
  error: Problem | Error | undefined;
  loading: boolean;
  reload(): void;
};

type Snapshot = { data: unknown; error: Problem | Error | undefined; loading: boolean };

type Load = (signal: AbortSignal) => Promise<unknown>;

type Entry = {
  snapshot: Snapshot;
  listeners: Set<() => void>;
  /** Of whoever showed the key last; all that share a key read the same. */
  load: Load | undefined;
  /** The running read, shared by all who show this key; aborted when the last of them is gone. */
  running: AbortController | undefined;
};

const entriesKept = 200;
const entries = new Map<string, Entry>();
const nothing: Snapshot = { data: undefined, error: undefined, loading: false };
const loadingFirst: Snapshot = { data: undefined, error: undefined, loading: true };

function entryOf(key: string): Entry {
  const known = entries.get(key);
  const entry: Entry = known ?? { snapshot: loadingFirst, listeners: new Set(), load: undefined, running: undefined };
  entries.delete(key);
  entries.set(key, entry);
  for (const [oldest, { listeners }] of entries) {
    if (entries.size <= entriesKept) break;
    if (listeners.size === 0 && oldest !== key) entries.delete(oldest);
  }
  return entry;
}

function show(entry: Entry, snapshot: Snapshot): void {
  entry.snapshot = snapshot;
  for (const listener of entry.listeners) listener();
}

async function read(entry: Entry): Promise<void> {
  const { load } = entry;
  if (!load) return;
  entry.running?.abort();
  const abort = new AbortController();
  entry.running = abort;
  if (!entry.snapshot.loading) show(entry, { ...entry.snapshot, loading: true });
  try {
    const data = await load(abort.signal);
    if (entry.running === abort) show(entry, { data, error: undefined, loading: false });
  } catch (thrown) {
    if (entry.running !== abort) return;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    show(entry, { data: entry.snapshot.data, error, loading: false });
  } finally {
    if (entry.running === abort) entry.running = undefined;
  }
}

let following = false;

/** Everything on show is read again after a gap: once for each key, however many show it. */
function followReloads(): void {
  if (following) return;
  following = true;
  onReload(() => {
    for (const entry of entries.values()) if (entry.listeners.size > 0) void read(entry);
  });
}

/**
 * Reads `load()` and keeps it under `key`; null reads nothing. The key names everything that `load` depends on.
 * Reads again when the key changes, on `reload()` and when the engine is back after a gap.
 */
export function useResource<T>(key: string | null, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const latestLoad = useRef(load);
  useLayoutEffect(() => {
    latestLoad.current = load;
  });

  const subscribe = useCallback(
    (listener: () => void) => {
      if (key === null) return () => {};
      const entry = entryOf(key);
      entry.listeners.add(listener);
      return () => {
        entry.listeners.delete(listener);
        if (entry.listeners.size > 0) return;
        entry.running?.abort();
        entry.running = undefined;
      };
    },
    [key],
  );
  const snapshot = useSyncExternalStore(subscribe, () => (key === null ? nothing : (entries.get(key)?.snapshot ?? loadingFirst)));

  const reload = useCallback(() => {
    if (key === null) return;
    const entry = entryOf(key);
    entry.load = (signal) => latestLoad.current(signal);
    void read(entry);
  }, [key]);

  useEffect(() => {
    if (key === null) return;
    followReloads();
    if (!entryOf(key).running) reload();
  }, [key, reload]);

  return { ...(snapshot as Snapshot & { data: T | undefined }), reload };
}
