/** What a machine adds to an attempt, in milliseconds. */
export type Overhead = {
  /** While the place stays taken. */
  totalMs: number;
  /** Of that, between start and end as the engine notes them: messages to the thread and back, and late timers. */
  insideMs: number;
};

/**
 * How long a place stays taken between two jobs, from a run in which all places were busy from its beginning to its end: what of
 * their time no task used. The commit is most of it, so it depends on the disk and on what else the machine does: a figure of the
 * machine, to be measured where the prediction is to hold.
 * @param elapsedMs from the first start to the last end @returns milliseconds an attempt, at least 0
 */
export function overheadOf(run: { places: number; elapsedMs: number; attempts: number; meanServiceMs: number }): number {
  if (run.attempts < 1) throw new RangeError('An overhead needs at least one attempt');
  return Math.max(0, (run.places * run.elapsedMs) / run.attempts - run.meanServiceMs);
}
