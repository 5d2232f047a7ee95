/** A queue as the bench drives it, inside a process of its own. Jobs are empty: what is measured is the queue. */
export type Contender = {
  /** One job that nobody works yet. Settles once the queue has acknowledged it. */
  add(): Promise<unknown> | unknown;
  /** It adds synchronously: several at once would be one after the other, and no clock read in between. */
  addsOneByOne?: true;
  /** That many of them, in the one call that the queue has for it; absent where another row measures that. */
  addMany?(count: number): Promise<unknown> | unknown;
  /** Begins to work, and tells of each job that the queue has recorded as ended. */
  work(finished: (count: number) => void): Promise<{
    /** Jobs for the workers, in whatever way is the fastest that the queue has. */
    submit(count: number): void;
    stop(): Promise<unknown>;
  }>;
  /** How many ends are gathered before as many are submitted: a queue that never lets the event loop turn wants its jobs in batches. */
  refill: number;
  close(): Promise<unknown>;
};

export type Open = (settings: Record<string, string>) => Promise<Contender>;

/**
 * A package of `bench/peers/package.json`. By a name in a variable, since it is not there until the bench has installed it; what it
 * exports is described by whoever asks.
 */
export async function importPeer<Exports>(name: string): Promise<Exports> {
  return (await import(name)) as Exports;
}
