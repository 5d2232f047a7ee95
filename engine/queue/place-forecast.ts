import type { JobRow } from '../store/job-row.ts';
import { type HoldingRun, placeFreeInMs } from './free-place.ts';
import { threadRoom } from './lanes.ts';
import type { Measurements } from './measure.ts';

/** A run and the place that it holds. */
export type Holder = { row: JobRow; room: number; thread: number | null };

/** How long an answer is good for: under a storm of refusals it is worked out once for all of them. */
const freshMs = 50;
/** Runs that are looked at: of so many the first to end is soon enough. */
const mostRuns = 256;

/** When there will be a place for work that was refused, from what is measured of the runs that hold them. */
export class PlaceForecast {
  readonly #measurements: Measurements;
  readonly #now: () => number;
  readonly #answers = new Map<string, number>();
  #workedOutAt = 0;

  constructor(measurements: Measurements, now: () => number) {
    this.#measurements = measurements;
    this.#now = now;
  }

  /** Until the interactive lane has a place for a run of this size, in milliseconds. */
  laneFreeInMs(running: Iterable<Holder>, room: number): number {
    return this.#fresh(`lane ${room}`, () => {
      const threads = new Map<number | null, Holder[]>();
      for (const holder of take(running, ({ row }) => row.lane === 'interactive')) {
        const onThread = threads.get(holder.thread);
        if (onThread) onThread.push(holder);
        else threads.set(holder.thread, [holder]);
      }
      // A run that needs a whole thread waits for all that is on it; a small one for any of them.
      const places = room > threadRoom / 2 ? [...threads.values()] : [...threads.values()].flat().map((holder) => [holder]);
      return places;
    });
  }

  /** Until one more job of this task, or of its key, may run, in milliseconds. */
  taskFreeInMs(running: Iterable<Holder>, { task, concurrency_key: key }: Pick<JobRow, 'task' | 'concurrency_key'>): number {
    return this.#fresh(`task ${task} ${key}`, () =>
      take(running, ({ row }) => row.task === task && (key === null || row.concurrency_key === key)).map((holder) => [holder]),
    );
  }

  #fresh(name: string, places: () => Holder[][]): number {
    const now = this.#now();
    if (Math.abs(now - this.#workedOutAt) > freshMs) {
      this.#answers.clear();
      this.#workedOutAt = now;
    }
    const known = this.#answers.get(name);
    if (known !== undefined) return known;
    const answer = placeFreeInMs(places().map((held) => held.map(({ row }) => this.#holding(row, now))));
    this.#answers.set(name, answer);
    return answer;
  }

  #holding({ task, started_at, timeout_ms }: JobRow, now: number): HoldingRun {
    const elapsedMs = Math.max(0, now - (started_at ?? now));
    return { elapsedMs, leftMs: Math.max(1, timeout_ms - elapsedMs), shareOver: (ms) => this.#measurements.shareOver(task, ms) };
  }
}

function take(running: Iterable<Holder>, isMeant: (holder: Holder) => boolean): Holder[] {
  const found: Holder[] = [];
  for (const holder of running) {
    if (isMeant(holder)) found.push(holder);
    if (found.length === mostRuns) break;
  }
  return found;
}
