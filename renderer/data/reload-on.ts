/** Keeps something that was read in step with events, at a bounded rate. */

import { useEffect, useRef } from 'react';
import type { EngineEvent } from '../../contract/events.ts';
import { useEventBatches } from './live.ts';

/** Calls `reload` after an event for which `concerns` holds: at once for the first, then at most every `everyMs`, the last one included. */
export function useReloadOn(reload: () => void, concerns: (event: EngineEvent) => boolean, everyMs = 1000): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const again = useRef(false);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  const run = () => {
    again.current = false;
    reload();
    timer.current = setTimeout(() => {
      timer.current = undefined;
      if (again.current) run();
    }, everyMs);
  };
  useEventBatches((events) => {
    if (!events.some(concerns)) return;
    if (timer.current === undefined) run();
    else again.current = true;
  });
}
