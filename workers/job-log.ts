/** One run's log on its way to the engine: split into lines, held to the limits (here counted for each run anew). */

import type { LogStream } from '../contract/job.ts';
import { limits } from '../contract/limits.ts';
import type { Outbox } from './outbox.ts';
import { readableBytes, startOfText } from './text-limits.ts';

export class JobLog {
  readonly #run: number;
  readonly #outbox: Outbox;
  #lines = 0;
  #bytes = 0;
  #full = false;
  /** What was written to stdout and stderr without a newline yet. */
  #rest = { stdout: '', stderr: '' };

  constructor(run: number, outbox: Outbox) {
    this.#run = run;
    this.#outbox = outbox;
  }

  /** Whole lines: each newline starts another one. A final newline adds no empty line. */
  add(text: string, stream: LogStream): void {
    this.#addLines(text.endsWith('\n') ? text.slice(0, -1) : text, stream);
  }

  /** Text as a stream gives it, in pieces: what follows the last newline waits for the rest of its line. */
  write(text: string, stream: 'stdout' | 'stderr'): void {
    if (this.#full) return;
    const pending = this.#rest[stream] + text;
    const end = pending.lastIndexOf('\n');
    if (end !== -1) this.#addLines(pending.slice(0, end), stream);
    const rest = pending.slice(end + 1);
    // A line that never ends is given out cut, so that it can't fill the memory.
    this.#rest[stream] = rest.length > limits.logLineBytes ? '' : rest;
    if (rest.length > limits.logLineBytes) this.#addLine(rest, stream);
  }

  /** Hands over unfinished lines. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#rest[stream] !== '') this.#addLine(this.#rest[stream], stream);
      this.#rest[stream] = '';
    }
  }

  /** Looks for one line after the other rather than splitting all at once: past the limit the rest is not even looked at. */
  #addLines(text: string, stream: LogStream): void {
    let start = 0;
    while (!this.#full) {
      const newline = text.indexOf('\n', start);
      this.#addLine(newline === -1 ? text.slice(start) : text.slice(start, newline), stream);
      if (newline === -1) return;
      start = newline + 1;
    }
  }

  #addLine(raw: string, stream: LogStream): void {
    if (this.#full) return;
    const text = cutLine(raw.endsWith('\r') ? raw.slice(0, -1) : raw);
    const bytes = Buffer.byteLength(text);
    if (this.#lines >= limits.logLinesPerJob || this.#bytes + bytes > limits.logBytesPerJob) {
      this.#full = true;
      const most = `${limits.logLinesPerJob.toLocaleString('en')} lines or ${readableBytes(limits.logBytesPerJob)}`;
      this.#send(`The log is full: at most ${most} are kept of a run. What follows is left out.`, 'system', 128);
      return;
    }
    this.#lines += 1;
    this.#bytes += bytes;
    this.#send(text, stream, bytes);
  }

  #send(text: string, stream: LogStream, bytes: number): void {
    this.#outbox.addOutput({ run: this.#run, kind: 'log', at: Date.now(), stream, text }, bytes);
  }
}

function cutLine(line: string): string {
  if (line.length * 3 <= limits.logLineBytes) return line;
  const bytes = Buffer.byteLength(line);
  if (bytes <= limits.logLineBytes) return line;
  const mark = ` … (cut: the line has ${readableBytes(bytes)})`;
  return startOfText(line, limits.logLineBytes - Buffer.byteLength(mark)) + mark;
}
