/** Times relative to now. One clock ticks for all of them, and only while one is shown. */

import { useSyncExternalStore } from 'react';
import { formatMoment, formatSpan } from './format.ts';

export { formatBytes, formatDuration } from './format.ts';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time, renewed every second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** `12s` for what was, `in 3m` for what will be; the exact time is in the title. */
export function Ago({ at }: { at: string }) {
  // The words, not the clock, are what is subscribed to: a row renders only when its own words change.
  const words = useSyncExternalStore(subscribe, () => {
    const ms = Date.parse(at) - now;
    return ms > 1000 ? `in ${formatSpan(ms)}` : formatSpan(-ms);
  });
  return (
    <time dateTime={at} title={formatMoment(at)}>
      {words}
    </time>
  );
}
