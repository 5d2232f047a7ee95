import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { LaneName } from '../../contract/job.ts';
import { defaults } from '../../contract/limits.ts';
import type { Workers } from '../../contract/resources.ts';
import type { AbortReason } from '../../contract/thread.ts';
import {
  ioRoom,
  type LaneListener,
  type Lanes,
  type Prediction,
  type PredictRequest,
  type RunRequest,
  threadRoom,
} from '../queue/lanes.ts';
import { Lane } from './lane.ts';
import { Predictions } from './predictions.ts';
import type { ThreadListener } from './thread-host.ts';

/** Beside the bundled engine, or in the sources. */
export const threadEntry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../workers/thread.ts' : './thread.js', import.meta.url),
);

export type LaneSizes = Record<LaneName, { minThreads: number; maxThreads: number }>;

/**
 * `cpu` has a thread a core; `io` few threads with thousands of jobs each; `interactive` is kept free for callers who wait, and
 * a thread of it warm: the first job of the other two waits 0.1 s for its thread.
 */
export function defaultLaneSizes(cores = availableParallelism()): LaneSizes {
  return {
    interactive: { minThreads: 1, maxThreads: Math.max(8, cores * 2) },
    // Four, whatever the cores: they wait more than they work, and carry 10,000 jobs only together (`ioRoom`).
    io: { minThreads: 0, maxThreads: 4 },
    cpu: { minThreads: 0, maxThreads: Math.max(2, cores) },
  };
}

/** How often threads are measured and idle ones let go, in milliseconds. */
const tendMs = 2_000;
/** A thread takes 11 MB. */
const idleMs = 10_000;

export type ThreadLanesOptions = {
  home: string;
  sizes?: LaneSizes;
  cancelGraceMs?: number;
  /** JavaScript memory of a thread; a task that needs more takes its thread down with it. Buffers do not count. */
  threadHeapMiB?: number;
  /** A thread that holds more, buffers included, is replaced between jobs. */
  threadRecycleMiB?: number;
  now?: () => number;
};

/** The lanes on real threads. */
export class ThreadLanes implements Lanes {
  readonly #lanes: Record<LaneName, Lane>;
  readonly #predictions = new Predictions();
  #listener: LaneListener | null = null;
  readonly #tending: NodeJS.Timeout;

  constructor({
    home,
    sizes = defaultLaneSizes(),
    cancelGraceMs = defaults.cancelGraceMs,
    threadHeapMiB = defaults.threadHeapMiB,
    threadRecycleMiB = defaults.threadRecycleMiB,
    now = Date.now,
  }: ThreadLanesOptions) {
    let threads = 0;
    const listener: ThreadListener = {
      ended: (reports) => {
        const runs = this.#predictions.takeFrom(reports);
        if (runs.length > 0) this.#listener?.ended(runs);
      },
      predicting: (run) => this.#predictions.begun(run),
      output: (output) => this.#listener?.output(output),
      placed: (run, thread) => this.#listener?.placed(run, thread),
      recycled: (thread) => this.#listener?.recycled(thread),
    };
    const make = (name: LaneName) =>
      new Lane({
        ...{ name, ...sizes[name], home, threadEntry, listener, cancelGraceMs, threadHeapMiB, now, idleMs },
        ...{ recycleBytes: threadRecycleMiB * 1_048_576, nextThreadId: () => ++threads },
      });
    this.#lanes = { interactive: make('interactive'), io: make('io'), cpu: make('cpu') };
    this.#tending = setInterval(() => this.tend(), tendMs);
    this.#tending.unref();
  }

  /** Starts the threads that are always kept; left for after the start, which would otherwise share the cores with them. */
  warm(): void {
    for (const lane of Object.values(this.#lanes)) lane.warm();
  }

  /** Measures the threads, lets idle ones go and replaces lost ones. */
  tend(): void {
    for (const lane of Object.values(this.#lanes)) lane.tend();
  }

  listen(listener: LaneListener): void {
    this.#listener = listener;
  }

  places(lane: LaneName, room: number): number {
    return this.#lanes[lane].places(room);
  }

  start(lane: LaneName, request: RunRequest): void {
    this.#lanes[lane].start(request);
  }

  send(): void {
    for (const lane of Object.values(this.#lanes)) lane.send();
  }

  predict(request: PredictRequest): Promise<Prediction> {
    return this.#predictions.ask(this.#lanes.interactive, request);
  }

  abort(run: number, reason: AbortReason): void {
    for (const lane of Object.values(this.#lanes)) if (lane.abort(run, reason)) return;
  }

  workers(): Workers {
    const { interactive, io, cpu } = this.#lanes;
    return { lanes: [interactive.report(threadRoom), io.report(ioRoom), cpu.report(threadRoom)] };
  }

  async stop(): Promise<void> {
    clearInterval(this.#tending);
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.stop()));
  }
}
