import { Piscina } from 'piscina';
import type { LaneName } from '../../contract/job.ts';
import type { Lane as LaneReport, RecycledThread } from '../../contract/resources.ts';
import type { AbortReason } from '../../contract/thread.ts';
import { type RunRequest, threadRoom } from '../queue/lanes.ts';
import { ThreadHost, type ThreadListener } from './thread-host.ts';

export type LaneOptions = {
  name: LaneName;
  minThreads: number;
  maxThreads: number;
  home: string;
  threadEntry: string;
  listener: ThreadListener;
  cancelGraceMs: number;
  now: () => number;
  nextThreadId: () => number;
  threadHeapMiB: number;
  recycleBytes: number;
  /** A thread above the minimum ends after this long without work. */
  idleMs: number;
};

/** A bulkhead: threads of its own, grown up to a bound when work comes and shrunk when it stays away. */
export class Lane {
  readonly name: LaneName;
  readonly #options: LaneOptions;
  readonly #pool: Piscina;
  readonly #threads = new Set<ThreadHost>();
  #recycled = 0;
  #lastRecycled: RecycledThread | null = null;
  #stopping = false;
  #emptied: (() => void) | null = null;

  constructor(options: LaneOptions) {
    this.name = options.name;
    this.#options = options;
    this.#pool = new Piscina({
      filename: options.threadEntry,
      minThreads: 0,
      // A killed thread's place in the pool is free only once it is gone; its successor must not wait for that.
      maxThreads: this.#poolThreads,
      concurrentTasksPerWorker: 1,
      idleTimeout: 1_000,
      recordTiming: false,
      resourceLimits: { maxOldGenerationSizeMb: options.threadHeapMiB },
    });
  }

  /** Starts the threads that are always kept; until then the first jobs start theirs. */
  warm(): void {
    while (this.#openThreads() < this.#options.minThreads) this.#grow();
  }

  places(room: number): number {
    if (this.#stopping) return 0;
    let places = 0;
    let open = 0;
    for (const thread of this.#threads) {
      if (thread.retiring) continue;
      open++;
      places += Math.floor(thread.room / room);
    }
    return places + Math.max(0, this.#options.maxThreads - open) * Math.floor(threadRoom / room);
  }

  start(request: RunRequest): void {
    this.#threadFor(request.room).start(request);
  }

  /** What was started leaves now. */
  send(): void {
    for (const thread of this.#threads) thread.sendStarted();
  }

  /** @returns whether the run is on this lane */
  abort(run: number, reason: AbortReason): boolean {
    for (const thread of this.#threads) {
      if (!thread.has(run)) continue;
      thread.abort(run, reason);
      return true;
    }
    return false;
  }

  /** Measures the threads, lets idle ones go and replaces lost ones: here, so that threads that cannot start do not start without end. */
  tend(): void {
    this.warm();
    const now = this.#options.now();
    let open = this.#openThreads();
    for (const thread of this.#threads) {
      if (thread.retiring) continue;
      const unused = thread.jobs === 0 && now - thread.idleSince > this.#options.idleMs;
      if (unused && open > this.#options.minThreads) {
        thread.retire();
        open--;
        continue;
      }
      if (unused) thread.rest();
      thread.ping();
    }
  }

  /** @param room of the runs that are usual on this lane */
  report(room: number): LaneReport {
    const threads = [...this.#threads].map((thread) => ({
      id: thread.id,
      lane: this.name,
      jobs: thread.jobs,
      busy: thread.jobs > 0,
      utilization: thread.utilization,
      heapBytes: thread.heapBytes,
      externalBytes: thread.externalBytes,
      draining: thread.retiring,
      startedAt: new Date(thread.startedAt).toISOString(),
    }));
    const jobs = threads.reduce((sum, thread) => sum + thread.jobs, 0);
    const { minThreads, maxThreads, recycleBytes: memoryLimitBytes } = this.#options;
    return {
      ...{ name: this.name, threads, minThreads, maxThreads, jobs, places: maxThreads * Math.floor(threadRoom / room) },
      ...{ memoryLimitBytes, recycled: this.#recycled, lastRecycled: this.#lastRecycled },
    };
  }

  /** Ends every thread now, and waits for them. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const emptied = new Promise<void>((resolve) => {
      this.#emptied = resolve;
    });
    for (const thread of this.#threads) {
      if (thread.jobs > 0) thread.kill();
      else thread.retire();
    }
    if (this.#threads.size > 0) await emptied;
    await this.#pool.destroy();
  }

  /** The fullest thread that still has the room, so that idle ones stay idle and can be let go. */
  #threadFor(room: number): ThreadHost {
    let best: ThreadHost | null = null;
    for (const thread of this.#threads) {
      if (thread.retiring || thread.room < room) continue;
      if (!best || thread.room < best.room) best = thread;
    }
    return best ?? this.#grow();
  }

  #grow(): ThreadHost {
    const { home, listener, cancelGraceMs, recycleBytes, now, nextThreadId } = this.#options;
    const thread = new ThreadHost({
      id: nextThreadId(),
      lane: this.name,
      pool: this.#pool,
      ...{ home, listener, cancelGraceMs, recycleBytes, now },
      overweight: (host) => this.#recycle(host),
      gone: (host) => this.#lost(host),
    });
    this.#threads.add(thread);
    return thread;
  }

  /** A thread that drains holds its place in the pool, perhaps for long: without one for its successor it goes on until there is. */
  #recycle(thread: ThreadHost): void {
    if (this.#threads.size >= this.#poolThreads) return;
    const { id, heapBytes, externalBytes } = thread;
    const at = new Date(this.#options.now()).toISOString();
    this.#recycled++;
    this.#lastRecycled = { at, lane: this.name, thread: id, reason: 'memory', heapBytes, externalBytes };
    thread.recycle();
    this.#options.listener.recycled(this.#lastRecycled);
  }

  get #poolThreads(): number {
    return this.#options.maxThreads * 2;
  }

  #lost(thread: ThreadHost): void {
    this.#threads.delete(thread);
    if (this.#stopping && this.#threads.size === 0) this.#emptied?.();
  }

  #openThreads(): number {
    return [...this.#threads].filter((thread) => !thread.retiring).length;
  }
}
