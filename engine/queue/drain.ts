/** How fast a queue drains, how long its line is, and how long to stay away from a full one. */

const windowSeconds = 60;
/** Where nothing was measured: nobody knows, so ask again in a while. */
const unknownMs = 30_000;
const longestMs = 3_600_000;

/** The queue's jobs that ended in the last minute. */
type Drain = { since: number; seconds: { at: number; n: number }[] };

export class DrainRates {
  readonly #now: () => number;
  readonly #queues = new Map<string, Drain>();

  constructor(now: () => number) {
    this.#now = now;
  }

  ended(queue: string): void {
    const at = Math.floor(this.#now() / 1000);
    const drain = this.#queues.get(queue) ?? { since: at, seconds: [] };
    this.#queues.set(queue, drain);
    const last = drain.seconds.at(-1);
    if (last?.at === at) last.n++;
    else drain.seconds.push({ at, n: 1 });
    if (drain.seconds.length > windowSeconds) drain.seconds.shift();
  }

  /** Jobs a second over the last minute, or since the first that was seen to end; null: none ended. */
  perSecond(queue: string): number | null {
    const drain = this.#queues.get(queue);
    if (!drain) return null;
    const at = Math.floor(this.#now() / 1000);
    const ended = drain.seconds.reduce((sum, second) => sum + (second.at > at - windowSeconds ? second.n : 0), 0);
    return ended === 0 ? null : ended / Math.min(windowSeconds, Math.max(1, at - drain.since + 1));
  }
}

/**
 * When there will be room: `excess ÷ rate`, from one second to an hour; half a minute where the rate is not known.
 * @param excess jobs that have to go before what was refused has room
 * @param perSecond jobs that the queue ended a second lately, or null
 * @returns milliseconds
 */
export function backlogWaitMs(excess: number, perSecond: number | null): number {
  if (perSecond === null || perSecond <= 0) return unknownMs;
  return Math.min(longestMs, Math.max(1_000, Math.ceil((excess / perSecond) * 1000)));
}

/**
 * How long what comes now waits until all that is ahead of it has ended: `ahead ÷ rate`. Less if it has a higher priority; the rate is
 * that of the queue as a whole.
 * @param ahead jobs of its queue that are due
 * @param perSecond jobs that the queue ended a second lately, or null
 * @returns milliseconds; null: the rate is not known
 */
export function lineWaitMs(ahead: number, perSecond: number | null): number | null {
  if (ahead === 0) return 0;
  return perSecond === null || perSecond <= 0 ? null : (ahead / perSecond) * 1000;
}
