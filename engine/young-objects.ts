import { setFlagsFromString } from 'node:v8';

/**
 * Has V8 make all objects in its young generation. Where most objects of a line of code outlived one collection it makes the next ones in
 * the old generation, and learns it while that of the young is still small: of a queue that is busy from its start, the lines that make
 * jobs. Each of those old ones keeps all that it points to until the next full collection: a third of all that was made, and collections of the
 * young took 8 to 16 ms each instead of 2 to 4 (docs/performance.md). For the whole process; it is to be called before its code is warm, and
 * once the threads that are kept have started: Node's own code was compiled for V8's flags as they are by themselves, so that a thread takes
 * 2 MiB more from then on.
 */
export function keepYoungObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
