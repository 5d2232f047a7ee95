import type { LogLine, LogStream } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import type { LogPage } from '../../contract/routes.ts';
import { type LogRow, logLineOf } from '../store/logs.ts';
import type { Store } from '../store/store.ts';
import type { EventSubscription } from './backend.ts';

type Follower = { lines(lines: LogLine[]): void; end(): void };

/** Writes jobs' logs with the turn's transaction and hands each committed line to those who follow. */
export class LogBook {
  readonly #store: Store;
  readonly #followers = new Map<number, Set<Follower>>();
  /** Of jobs that run: the last line's number, and the bytes that are kept (never fewer than there are). */
  readonly #kept = new Map<number, { last: number; bytes: number }>();

  constructor(store: Store) {
    this.#store = store;
  }

  append(seq: number, attempt: number, lines: { at: number; stream: LogStream; text: string }[]): void {
    const { logs } = this.#store;
    const kept = this.#kept.get(seq) ?? { last: logs.lastLine(seq), bytes: logs.bytesOf(seq) };
    this.#kept.set(seq, kept);
    const rows: LogRow[] = lines.map(({ at, stream, text }) => ({ line: ++kept.last, at, attempt, stream, text }));
    const { last } = kept;
    for (const { text } of rows) kept.bytes += Buffer.byteLength(text);
    const write = () => {
      for (const row of rows) logs.appendLine(seq, row);
      // The newest lines tell most: over all attempts of a job, the oldest go first.
      if (last > limits.logLinesPerJob) logs.dropLinesUpTo(seq, last - limits.logLinesPerJob);
      if (kept.bytes > limits.logBytesPerJob) kept.bytes = this.#cutToBytes(seq);
    };
    const deliver = () => {
      for (const follower of this.#followers.get(seq) ?? []) follower.lines(rows.map(logLineOf));
    };
    // On a full disk a job's log has a gap; the job itself goes on.
    this.#store.commit.write('may', write, deliver).catch(() => {});
  }

  /** The attempt ended: numbers are read again from the store should there be another. */
  attemptEnded(seq: number): void {
    this.#kept.delete(seq);
  }

  /** The job is final or was deleted. */
  jobEnded(seq: number): void {
    for (const follower of this.#followers.get(seq) ?? []) follower.end();
    this.#followers.delete(seq);
  }

  /** A page from its start or after a cursor, or the last lines. */
  read(seq: number, after: number, limit: number, tail: number | undefined): LogPage {
    const { logs } = this.#store;
    const rows = tail === undefined ? logs.linesAfter(seq, after, limit) : logs.lastLines(seq, tail);
    const last = rows.at(-1);
    const lines = after === 0 && tail === undefined ? [...this.#cutMark(seq, rows), ...rows.map(logLineOf)] : rows.map(logLineOf);
    return { lines, next: last && last.line < logs.lastLine(seq) ? String(last.line) : null };
  }

  /** All lines so far, then each new one. Nothing is written between the two: both happen in this turn. */
  follow(seq: number, ended: boolean, follower: Follower): EventSubscription {
    const pageLines = 1_000;
    let line = 0;
    for (;;) {
      const rows = this.#store.logs.linesAfter(seq, line, pageLines);
      const mark = line === 0 ? this.#cutMark(seq, rows) : [];
      if (rows.length > 0) follower.lines([...mark, ...rows.map(logLineOf)]);
      line = rows.at(-1)?.line ?? line;
      if (rows.length < pageLines) break;
    }
    if (ended) {
      follower.end();
      return { close: () => {} };
    }
    const followers = this.#followers.get(seq) ?? new Set();
    this.#followers.set(seq, followers);
    followers.add(follower);
    return {
      close: () => {
        followers.delete(follower);
        if (followers.size === 0 && this.#followers.get(seq) === followers) this.#followers.delete(seq);
      },
    };
  }

  /**
   * Drops the oldest lines of a job that keeps too much. An eighth more than needed, so that a log that goes on growing is not
   * measured again at each line. @returns what is left, in bytes
   */
  #cutToBytes(seq: number): number {
    const { logs } = this.#store;
    let left = logs.bytesOf(seq);
    if (left <= limits.logBytesPerJob) return left;
    let upTo = 0;
    for (const { line, bytes } of logs.lineSizes(seq)) {
      if (left <= limits.logBytesPerJob * 0.875) break;
      left -= bytes;
      upTo = line;
    }
    logs.dropLinesUpTo(seq, upTo);
    return left;
  }

  /** One line in place of those that are no longer kept. */
  #cutMark(seq: number, rows: LogRow[]): LogLine[] {
    const dropped = this.#store.logs.droppedLines(seq);
    const [first] = rows;
    if (dropped === 0 || !first) return [];
    const text = `${dropped} earlier lines are not kept: a job keeps its last ${limits.logLinesPerJob} or ${limits.logBytesPerJob / 1_048_576} MiB.`;
    return [logLineOf({ ...first, stream: 'system', text })];
  }
}
