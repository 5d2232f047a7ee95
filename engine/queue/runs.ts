import type { LaneName } from '../../contract/job.ts';
import type { ThreadOutput } from '../../contract/thread.ts';
import type { JobRow } from '../store/job-row.ts';
import { BriefMap } from './brief-map.ts';
import type { EventStream } from './event-stream.ts';
import type { RunReport } from './lanes.ts';
import type { LogBook } from './log-book.ts';

/**
 * Of a run whose job is not written. `held`: it is written with its end, if that comes soon. `asked`: its insert is in the next
 * transaction, and what the run says meanwhile waits for the COMMIT. `refused`: it was not written and never will be.
 */
export type Unwritten = {
  state: 'held' | 'asked' | 'refused';
  output: ThreadOutput[];
  report: RunReport | null;
  /** Its job is durable, as it is given: tells of it and answers the caller. */
  written(row: JobRow): void;
  refused(error: unknown): void;
};

export type Run = {
  readonly number: number;
  row: JobRow;
  readonly room: number;
  thread: number | null;
  cancelRequested: boolean;
  /** null: its job is written. */
  unwritten: Unwritten | null;
};

type HearingParts = {
  logBook: LogBook;
  events: EventStream;
  /** Keeps what such a run says until its job is written. */
  unwritten: { says(run: Run, unwritten: Unwritten, output: ThreadOutput): void };
  now: () => number;
};

/** What runs now. A run may outlive its hold on the job: what it says from then on is nobody's. */
export class Runs {
  readonly #byNumber = new BriefMap<Run>();
  /** By the job's number, the run that holds it. */
  readonly #holders = new Map<number, number>();
  readonly #onLane: Record<LaneName, number> = { interactive: 0, io: 0, cpu: 0 };
  #last = 0;

  get size(): number {
    return this.#byNumber.size;
  }

  on(lane: LaneName): number {
    return this.#onLane[lane];
  }

  begin(row: JobRow, room: number): Run {
    const run: Run = { number: ++this.#last, row, room, thread: null, cancelRequested: false, unwritten: null };
    this.#byNumber.set(run.number, run);
    this.#holders.set(row.seq, run.number);
    this.#onLane[row.lane]++;
    return run;
  }

  placed(number: number, thread: number): void {
    const run = this.#byNumber.get(number);
    if (run) run.thread = thread;
  }

  byNumber(number: number): Run | undefined {
    return this.#byNumber.get(number);
  }

  /** It has ended, and holds its job until that is recorded. */
  end({ number, row }: Run): void {
    this.#byNumber.delete(number);
    this.#onLane[row.lane]--;
  }

  /** The job is no longer this run's, whether or not it has ended. */
  letGo({ number, row }: Run): void {
    if (this.#holders.get(row.seq) === number) this.#holders.delete(row.seq);
  }

  /** The run that holds a job and goes on. */
  ofJob(seq: number): Run | undefined {
    const number = this.#holders.get(seq);
    return number === undefined ? undefined : this.#byNumber.get(number);
  }

  all(): IterableIterator<Run> {
    return this.#byNumber.values();
  }

  /** Keeps the progress and the lines of runs that hold their job. */
  heard(output: readonly ThreadOutput[], { logBook, events, unwritten, now }: HearingParts): void {
    const logs = new Map<Run, Parameters<LogBook['append']>[2]>();
    for (const item of output) {
      const run = this.#byNumber.get(item.run);
      if (!run || this.#holders.get(run.row.seq) !== item.run) continue;
      if (run.unwritten) {
        unwritten.says(run, run.unwritten, item);
        continue;
      }
      if (item.kind === 'progress') {
        run.row = { ...run.row, progress: JSON.stringify({ percent: item.percent, message: item.message }) };
        events.job('job.progress', run.row, now());
        continue;
      }
      const lines = logs.get(run) ?? [];
      logs.set(run, lines);
      lines.push({ at: item.at, stream: item.stream, text: item.text });
    }
    for (const [{ row }, lines] of logs) logBook.append(row.seq, row.attempt, lines);
  }
}
