import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/** By so much lower: about a tenth of the processor time of an ordinary thread where both want it, all of it where nobody else does. */
const niceness = 10;

/**
 * Lowers the priority of the calling thread. Commands that it starts from now on inherit that. Only on Linux, where the
 * priority belongs to the thread; elsewhere it is the process's, and lowering that would slow down everyone.
 */
export function yieldToOthers(): void {
  if (process.platform !== 'linux') return;
  try {
    // "<process>/task/<thread>": the only place that tells a thread its own number.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    if (thread > 0 && thread !== process.pid) setPriority(thread, Math.min(19, getPriority(thread) + niceness));
  } catch {
    // Without /proc, or where a sandbox forbids it, everything runs as before.
  }
}
