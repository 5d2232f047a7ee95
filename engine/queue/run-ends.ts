import type { LaneName } from '../../contract/job.ts';
import { isFinal } from '../../contract/states.ts';
import type { EndedAttempt } from '../store/attempt-end.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { ResultFiles } from '../store/result-files.ts';
import type { Store } from '../store/store.ts';
import type { Catalog } from './catalog.ts';
import type { Circuits } from './circuits.ts';
import type { Concurrency } from './concurrency.ts';
import type { EventStream } from './event-stream.ts';
import type { RunReport } from './lanes.ts';
import type { LogBook } from './log-book.ts';
import type { Measurements } from './measure.ts';
import { outcomeOf } from './outcome.ts';
import type { Run, Runs } from './runs.ts';
import type { UnwrittenRuns } from './unwritten-runs.ts';

export type RunEndParts = {
  store: Store;
  catalog: Catalog;
  events: EventStream;
  logBook: LogBook;
  resultFiles: ResultFiles;
  measurements: Measurements;
  now: () => number;
  random: () => number;
  runs: Runs;
  unwritten: UnwrittenRuns;
  concurrency: Concurrency;
  circuits: Circuits;
  /** A job is in line again, or will be when this transaction is committed. */
  becameReady: (row: JobRow) => void;
  becameScheduled: (row: JobRow) => void;
  /** A job that will not run again, now: tells all who wait for it or for its place. */
  announceEnd: (row: JobRow) => void;
  /** How long the end of a job of this lane may wait for others to be written with, in milliseconds. */
  writeWithinMs: (lane: LaneName) => number;
  /** Nothing runs any more. */
  idle: () => void;
};

/** What is written of a run that ended, and who is told once that is durable. */
type RunEnd = { run: Run; record: () => JobRow | null; announce: (after: JobRow | null) => void };

/** Records how attempts ended: those that came in one message in one step of one transaction. */
export class RunEnds {
  readonly #parts: RunEndParts;

  constructor(parts: RunEndParts) {
    this.#parts = parts;
  }

  ended(reports: readonly RunReport[]): void {
    const ends: RunEnd[] = [];
    const unwritten: RunEnd[] = [];
    for (const report of reports) {
      const run = this.#parts.runs.byNumber(report.run);
      if (!run) continue;
      if (run.unwritten?.state === 'asked') run.unwritten.report = report;
      else if (run.unwritten?.state === 'refused') this.#forget(run, report);
      else (run.unwritten ? unwritten : ends).push(this.#endOf(run, report));
    }
    this.#write(ends);
    this.#writeFirst(unwritten);
  }

  #write(ends: readonly RunEnd[]): void {
    if (ends.length === 0) return;
    const record = () => ends.map((end) => end.record());
    const announce = (rows: (JobRow | null)[]) => {
      for (const [index, end] of ends.entries()) end.announce(rows[index] ?? null);
      this.#lookIdle();
    };
    const withinMs = Math.min(...ends.map(({ run }) => this.#parts.writeWithinMs(run.row.lane)));
    // If the store has failed the engine is on its way down, and the next start recovers the jobs.
    this.#parts.store.commit.write('must', record, announce, withinMs).catch(() => {});
  }

  /** Of runs of which nothing was written: nobody was promised anything, so a full disk refuses them. */
  #writeFirst(ends: readonly RunEnd[]): void {
    if (ends.length === 0) return;
    const record = () => ends.map((end) => end.record());
    const announce = (rows: (JobRow | null)[]) => {
      for (const [index, { run, announce: tell }] of ends.entries()) {
        const row = rows[index];
        if (row) run.unwritten?.written(row);
        tell(row ?? null);
      }
      this.#lookIdle();
    };
    this.#parts.store.commit.write('may', record, announce).catch((error) => {
      for (const { run, announce: tell } of ends) {
        run.unwritten?.refused(error);
        tell(null);
      }
      this.#lookIdle();
    });
  }

  #endOf(run: Run, { thread, result, runMs }: RunReport): RunEnd {
    const { store, runs, unwritten, concurrency, circuits, catalog, measurements, now, random, becameReady } = this.#parts;
    runs.end(run);
    unwritten.ended(run);
    const { cancelRequested } = run;
    const isUnwritten = run.unwritten !== null;
    const row = result.kind === 'succeeded' ? atTheEnd(run.row) : run.row;
    const spared = circuits.ended(row, result, catalog.known(row.task)?.description.circuit ?? null);
    concurrency.giveBack(row);
    const at = now();
    const { outcome, error, end } = outcomeOf(row, result, { now: at, random: random(), cancelRequested, spared });
    const attempt: EndedAttempt = { outcome, thread, error: error === null ? null : JSON.stringify(error) };
    const record = () => {
      if ('final' in end) {
        if (isUnwritten) return store.jobs.insertEnded(row, attempt, end.final, at);
        return store.jobs.finishAttempt(row, attempt, end.final, at);
      }
      if (isUnwritten) store.jobs.insertJob(row);
      const waiting = store.jobs.giveBackAttempt(row, attempt, end.waiting, at);
      if (waiting?.state === 'available') becameReady(waiting);
      return waiting;
    };
    const announce = (after: JobRow | null) => {
      runs.letGo(run);
      if (result.kind === 'succeeded' && result.fileBytes !== undefined) this.#keepResultFile(row, after);
      // null: the fence refused it, the job was ended before its run.
      if (!after) return;
      const counted = outcome === 'succeeded' || outcome === 'failed' || outcome === 'timed-out' || outcome === 'crashed';
      const failed = outcome !== 'succeeded';
      const waitMs = Math.max(0, (row.started_at ?? at) - row.run_at);
      // How long a rollback takes says nothing of how long its task does.
      if (counted && row.purpose === 'run') measurements.attempted(row.task, { waitMs, runMs, failed, timedOut: outcome === 'timed-out' });
      this.#announce(after);
    };
    return { run, record, announce };
  }

  /** Its job was refused, and its caller told so. */
  #forget(run: Run, { result }: RunReport): void {
    const { store, runs, concurrency } = this.#parts;
    runs.end(run);
    concurrency.giveBack(run.row);
    // Nothing is written, so nothing else would let those go on that wait for its place.
    store.commit.request();
    if (result.kind === 'succeeded' && result.fileBytes !== undefined) this.#keepResultFile(run.row, null);
    this.#lookIdle();
  }

  #lookIdle(): void {
    if (this.#parts.runs.size === 0) this.#parts.idle();
  }

  /** @param ended null: this attempt no longer held the job */
  #keepResultFile(row: JobRow, ended: JobRow | null): void {
    if (ended) this.#parts.resultFiles.added(ended);
    else this.#parts.resultFiles.discard(jobIdOf(row), row.attempt);
  }

  #announce(row: JobRow): void {
    const { events, now, logBook, announceEnd, becameScheduled } = this.#parts;
    if (isFinal(row.state)) {
      announceEnd(row);
      return;
    }
    logBook.attemptEnded(row.seq);
    if (row.state === 'available') {
      events.job('job.available', row, now());
    } else {
      becameScheduled(row);
      events.job('job.retrying', row, now());
    }
  }
}

/** A task that told of its progress seldom tells that it is through. */
function atTheEnd(row: JobRow): JobRow {
  return row.progress === null ? row : { ...row, progress: JSON.stringify({ percent: 100, message: null }) };
}
