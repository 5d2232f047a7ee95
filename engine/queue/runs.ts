import type { LaneName } from '../../contract/job.ts';
import type { ThreadOutput } from '../../contract/thread.ts';
import type { JobRow } from '../store/job-row.ts';
import type { EventStream } from './event-stream.ts';
import type { LogBook } from './log-book.ts';

export type Run = {
  readonly number: number;
  row: JobRow;
  readonly room: number;
  thread: number | null;
  cancelRequested: boolean;
};

/** What runs now. A run may outlive its hold on the job: what it says from then on is nobody's. */
export class Runs {
  readonly #byNumber = new Map<number, Run>();
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
    const run: Run = { number: ++this.#last, row, room, thread: null, cancelRequested: false };
    this.#byNumber.set(run.number, run);
    this.#holders.set(row.seq, run.number);
    this.#onLane[row.lane]++;
    return run;
  }

  placed(number: number, thread: number): void {
    const run = this.#byNumber.get(number);
    if (run) run.thread = thread;
  }

  /** It has ended, and holds its job until that is recorded. undefined: it was not known. */
  end(number: number): Run | undefined {
    const run = this.#byNumber.get(number);
    if (!run) return undefined;
    this.#byNumber.delete(number);
    this.#onLane[run.row.lane]--;
    return run;
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
  heard(output: readonly ThreadOutput[], { logBook, events, now }: { logBook: LogBook; events: EventStream; now: () => number }): void {
    const logs = new Map<Run, Parameters<LogBook['append']>[2]>();
    for (const item of output) {
      const run = this.#byNumber.get(item.run);
      if (!run || this.#holders.get(run.row.seq) !== item.run) continue;
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
