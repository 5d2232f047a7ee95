/** An engine that has nothing to do gives back the memory that its start, or a busy time, left it with. */

import { performance } from 'node:perf_hooks';
import { collectGarbage } from '../workers/collect-garbage.ts';

/** How often it is looked, in milliseconds. */
const lookMs = 5_000;
/** Of the time between two looks; a list, or the check of its own timers, takes less. */
const quietShare = 0.01;
/** More or less than was left after the last collection, and worth a pause of 50 ms. */
const worthBytes = 6_000_000;

/**
 * Collects once the engine has been quiet from one look to the next. What the process holds decides, rather than what its heap
 * says: pages of the young generation, and those of threads that have ended, wait in a pool that the heap does not count (17 MB
 * stayed). When it holds less, threads have ended, and what they left behind can go as well (2 MB). Memory that is in use after
 * all is taken for granted from then on.
 * @returns ends it
 */
export function restWhenQuiet(): () => void {
  let before = performance.eventLoopUtilization();
  let leftBytes = 0;
  const timer = setInterval(() => {
    const { utilization } = performance.eventLoopUtilization(before);
    if (utilization < quietShare && Math.abs(process.memoryUsage.rss() - leftBytes) > worthBytes) {
      collectGarbage();
      leftBytes = process.memoryUsage.rss();
    }
    before = performance.eventLoopUtilization();
  }, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}
