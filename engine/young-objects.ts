import { getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Of V8's heap: three times what an engine holds that has little to do, and less than it has grown to when V8 decides. */
const busyHeapBytes = 40_000_000;
/** To look takes 9 µs where a transaction comes every few milliseconds; later than a third of a second after the first is too late. */
const transactionsToLook = 4;

/**
 * Has V8 make all objects in its young generation, once the engine is busy. Where most objects of a line of code outlived one collection V8
 * makes the next ones in the old generation: of a queue with a thousand jobs under way, on the lines that make jobs. Each of those keeps all
 * that it points to until the next full collection: a third of all that was made, and collections of the young took 8 to 16 ms each instead of
 * 2 to 4 (docs/performance.md). Not from the start: Node's own code was compiled for the flags that V8 has by itself, and what of it is
 * loaded under others takes 2 MiB.
 * @returns to be called after each transaction
 */
export function keepYoungObjectsYoung(): () => void {
  let isSet = false;
  let transactions = 0;
  return () => {
    if (isSet || ++transactions % transactionsToLook !== 0 || getHeapStatistics().total_heap_size < busyHeapBytes) return;
    isSet = true;
    setFlagsFromString('--no-allocation-site-pretenuring');
  };
}
