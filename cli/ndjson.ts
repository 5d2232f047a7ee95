/** Lines of a stream of JSON, numbered as an editor numbers them, in batches small enough to send. */

import { UsageError } from './failures.ts';

export type NumberedLine = { number: number; text: string; bytes: number };

const newline = 0x0a;

/**
 * Every line that is not blank. @param longest bytes of one line
 * @throws UsageError for a line that is too long or not UTF-8
 */
export async function* readLines(source: AsyncIterable<Uint8Array | string>, longest: number): AsyncGenerator<NumberedLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let number = 0;
  let parts: Buffer[] = [];
  let held = 0;
  const take = (part: Buffer): NumberedLine | null => {
    const bytes = Buffer.concat([...parts, part]);
    parts = [];
    held = 0;
    number++;
    if (bytes.length > longest) throw new UsageError(tooLong(number, longest));
    try {
      const text = decoder.decode(bytes).trim();
      return text === '' ? null : { number, text, bytes: bytes.length };
    } catch {
      throw new UsageError(`Line ${number} is not UTF-8.`);
    }
  };
  for await (const chunk of source) {
    const buffer = Buffer.from(chunk);
    let from = 0;
    for (let at = buffer.indexOf(newline); at !== -1; at = buffer.indexOf(newline, from)) {
      const line = take(buffer.subarray(from, at));
      if (line) yield line;
      from = at + 1;
    }
    parts.push(buffer.subarray(from));
    held += buffer.length - from;
    if (held > longest) throw new UsageError(tooLong(number + 1, longest));
  }
  const last = held > 0 ? take(Buffer.alloc(0)) : null;
  if (last) yield last;
}

function tooLong(number: number, longest: number): string {
  return `Line ${number} is longer than ${longest.toLocaleString('en-US')} bytes, the most that one job may be.`;
}

/** Full batches and the rest, in order. */
export async function* inBatches<Item extends { bytes: number }>(
  items: AsyncIterable<Item>,
  most: { items: number; bytes: number },
): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  let bytes = 0;
  for await (const item of items) {
    if (batch.length === most.items || (batch.length > 0 && bytes + item.bytes > most.bytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(item);
    bytes += item.bytes;
  }
  if (batch.length > 0) yield batch;
}
