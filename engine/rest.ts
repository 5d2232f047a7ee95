/** An engine that has nothing to do gives back the memory that its start, or a busy time, left it with. */

import { performance } from 'node:perf_hooks';
import { collectGarbage } from '../workers/collect-garbage.ts';

/** How often it is looked, in milliseconds. */
const lookMs = 5_000;
/** Of the time between two looks; a list, or the check of its own timers, takes less. */
const quietShare = 0.01;
/** What is held without use and worth a pause of 50 ms. */
const worthBytes = 6_000_000;

/** Collects once the engine has been quiet from one look to the next. @returns ends it */
export function restWhenQuiet(): () => void {
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    const { heapTotal, heapUsed } = process.memoryUsage();
    if (utilization < quietShare && heapTotal - heapUsed > worthBytes) collectGarbage();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
