import { Problem } from '../../contract/errors.ts';
import type { ThreadOutput } from '../../contract/thread.ts';
import type { JobRow } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { EventStream } from './event-stream.ts';
import type { Lanes, RunReport } from './lanes.ts';
import type { Run, Runs, Unwritten } from './runs.ts';

export type UnwrittenRunParts = {
  store: Store;
  lanes: Lanes;
  runs: Runs;
  events: EventStream;
  /** How long a run may go on before its job is written, in milliseconds: at least this, at most twice this. 0: it is written at once. */
  unwrittenMs: number;
  /** What a run said or came to while it was being written. */
  hear: (output: ThreadOutput[]) => void;
  ended: (reports: RunReport[]) => void;
};

/**
 * Runs that begin before anything is written of their jobs, for callers who wait for the end: a short one costs one insert in one
 * transaction, where an insert as executing, its end and two COMMITs cost twice that. Nobody hears of such a job before a COMMIT
 * that holds it, so a crash leaves nothing that anyone was told of. One that goes on, or has something to say, is written as executing.
 */
export class UnwrittenRuns {
  readonly #parts: UnwrittenRunParts;
  /** By number (queue/brief-map.ts says why). Two generations: when the timer rings the older one is written, so no run's clock has to be read. */
  #young = new Set<number>();
  #old = new Set<number>();
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: UnwrittenRunParts) {
    this.#parts = parts;
  }

  /**
   * Before the run is started. @param announce tells of the new job, once it is durable
   * @returns the job as it was first written: executing, or ended
   * @throws Problem storage-full
   */
  hold(run: Run, announce: (row: JobRow) => void): Promise<JobRow> {
    return new Promise((resolve, reject) => {
      const written = (row: JobRow) => {
        run.unwritten = null;
        announce(run.row);
        this.#parts.events.job('job.started', run.row, run.row.started_at ?? run.row.created_at);
        resolve(row);
      };
      run.unwritten = { state: 'held', output: [], report: null, written, refused: (error) => reject(notKept(error)) };
      if (this.#parts.unwrittenMs === 0) {
        this.#write(run, run.unwritten);
      } else {
        this.#young.add(run.number);
        this.#setTimer();
      }
    });
  }

  /** A held run says something: its job is written first. */
  says(run: Run, unwritten: Unwritten, output: ThreadOutput): void {
    unwritten.output.push(output);
    if (unwritten.state === 'held') this.#write(run, unwritten);
  }

  /** A held run has ended, and its job is written with its end. */
  ended({ number }: Run): void {
    this.#young.delete(number);
    this.#old.delete(number);
  }

  #write(run: Run, unwritten: Unwritten): void {
    const { store } = this.#parts;
    this.ended(run);
    unwritten.state = 'asked';
    const written = () => {
      unwritten.written(run.row);
      if (unwritten.output.length > 0) this.#parts.hear(unwritten.output);
      if (unwritten.report) this.#parts.ended([unwritten.report]);
    };
    store.commit.write('may', () => store.jobs.insertJob(run.row), written).catch((error) => this.#refuse(run, unwritten, error));
  }

  #refuse(run: Run, unwritten: Unwritten, error: unknown): void {
    unwritten.state = 'refused';
    this.#parts.runs.letGo(run);
    unwritten.refused(error);
    if (unwritten.report) this.#parts.ended([unwritten.report]);
    else this.#parts.lanes.abort(run.number, 'cancelled');
  }

  #setTimer(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      // After this turn's messages: the end of a run may be among them.
      setImmediate(() => this.#writeOld());
    }, this.#parts.unwrittenMs);
  }

  #writeOld(): void {
    for (const number of this.#old) {
      const run = this.#parts.runs.byNumber(number);
      if (run?.unwritten) this.#write(run, run.unwritten);
    }
    this.#old = this.#young;
    this.#young = new Set();
    if (this.#old.size > 0) this.#setTimer();
  }
}

/** The task has run, or has begun to. */
function notKept(error: unknown): unknown {
  if (!(error instanceof Problem)) return error;
  const detail = `${error.message} The task had been started; it was told to stop unless it had ended, and nothing of it is kept.`;
  return new Problem(error.code, detail, error.extras);
}
