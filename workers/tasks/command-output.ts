/** One output stream of a command: its lines to the job's log as they come, and its last bytes for the result. */

import type { Readable } from 'node:stream';
import type { BuiltInContext } from '../task-context.ts';

const tailBytes = 16_384;
/** A line without an end is given out at this length (and cut by the log), so that it can't fill the memory. */
const longestLine = 65_536;
/** Progress bars rewrite their line many times a second; the log shows one of them now and then. */
const betweenRewritesMs = 1_000;

export class CommandOutput {
  readonly #task: BuiltInContext;
  readonly #stream: 'stdout' | 'stderr';
  readonly #decoder = new TextDecoder();
  #rest = '';
  #skipToLineEnd = false;
  #rewriteAt = Number.NEGATIVE_INFINITY;
  #tail: Buffer[] = [];
  #tailLength = 0;

  constructor(source: Readable, stream: 'stdout' | 'stderr', task: BuiltInContext) {
    this.#task = task;
    this.#stream = stream;
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    // A pipe that breaks has ended; what the command makes of it shows in its exit code.
    source.on('error', () => {});
  }

  /** Hands over the unfinished last line. */
  end(): void {
    this.#lines(this.#decoder.decode());
    const last = this.#rest.endsWith('\r') ? this.#rest.slice(0, -1) : this.#rest;
    if (last !== '' && !this.#skipToLineEnd) this.#task.log(last, this.#stream);
    this.#rest = '';
  }

  /** The last 16 KiB as text, starting with a whole character. */
  tail(): string {
    const bytes = Buffer.concat(this.#tail);
    let start = Math.max(0, bytes.length - tailBytes);
    // 10xxxxxx continues a character that was cut off.
    if (start > 0) while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }

  /** The last line that says something; '' when none does. */
  lastLine(): string {
    return (
      this.tail()
        .split(/[\r\n]/)
        .findLast((line) => line.trim() !== '')
        ?.trim() ?? ''
    );
  }

  #take(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailLength += chunk.length;
    while (this.#tailLength - (this.#tail[0]?.length ?? 0) >= tailBytes) this.#tailLength -= this.#tail.shift()?.length ?? 0;
    this.#lines(this.#decoder.decode(chunk, { stream: true }));
  }

  #lines(text: string): void {
    const pending = this.#rest + text;
    let start = 0;
    // A return at the very end may be half of CR LF (or of CR CR LF, which terminals make), so it waits for what follows.
    for (const { index, 0: end } of pending.matchAll(/\r{0,2}\n|\r(?!\r?\n|\r?$)/g)) {
      this.#line(pending.slice(start, index), !end.endsWith('\n'));
      start = index + end.length;
    }
    this.#rest = pending.slice(start);
    if (this.#rest.length < longestLine) return;
    if (!this.#skipToLineEnd) this.#task.log(this.#rest, this.#stream);
    this.#skipToLineEnd = true;
    this.#rest = '';
  }

  #line(line: string, rewritten: boolean): void {
    const skip = this.#skipToLineEnd;
    this.#skipToLineEnd = false;
    if (skip) return;
    if (!rewritten) {
      this.#task.log(line, this.#stream);
      return;
    }
    const percent = /(\d{1,3}(?:\.\d+)?)\s?%/.exec(line)?.[1];
    if (percent !== undefined) this.#task.progress(Number(percent), line.trim());
    if (line.trim() === '' || performance.now() - this.#rewriteAt < betweenRewritesMs) return;
    this.#rewriteAt = performance.now();
    this.#task.log(line, this.#stream);
  }
}
