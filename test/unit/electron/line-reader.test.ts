import { expect, test } from 'vitest';
import { createLineReader } from '../../../electron/line-reader.ts';

function linesOf(...chunks: Uint8Array[]): string[] {
  const lines: string[] = [];
  const read = createLineReader((line) => lines.push(line));
  for (const chunk of chunks) read(chunk);
  return lines;
}

test('lines are put together over chunks, also where a character is cut in two', () => {
  const bytes = Buffer.from('ready /späť\r\nnext\nrest');
  const cut = bytes.indexOf('ä') + 1;
  expect(linesOf(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(['ready /späť', 'next']);
});

test('a line that never ends is cut rather than held', () => {
  const lines = linesOf(...Array.from({ length: 3 }, () => Buffer.alloc(40_000, 'x')));
  expect(lines.map((line) => line.length)).toEqual([65_536]);
});
