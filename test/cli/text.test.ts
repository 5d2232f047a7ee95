import { PassThrough } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { formatDuration, formatRelative, parseDuration } from '../../cli/durations.ts';
import { inBatches, readLines } from '../../cli/ndjson.ts';
import { paintFor, stateLabel, stateMarks } from '../../cli/paint.ts';
import { slipsBetween, suggest } from '../../cli/suggestion.ts';
import { renderTable } from '../../cli/table.ts';
import { harmless, oneLine, truncate, widthOf } from '../../cli/text.ts';
import { jobStates, stateWords } from '../../contract/states.ts';

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('durations', () => {
  it.each([
    ['30', 30_000],
    ['0.5', 500],
    ['250ms', 250],
    ['5s', 5000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['1d', 86_400_000],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '5 s', 'm5', '-1s', '5x', '1h 30m'])('"%s" is none', (text) => expect(parseDuration(text)).toBeNull());

  it.each([
    [0, '0ms'],
    [999, '999ms'],
    [1200, '1.2s'],
    [9949, '9.9s'],
    [9950, '10s'],
    [59_499, '59s'],
    [59_500, '1m'],
    [192_000, '3m 12s'],
    [7_500_000, '2h 5m'],
    [273_600_000, '3d 4h'],
  ])('%d ms reads %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('are relative to now in one unit', () => {
    const now = Date.parse('2026-01-31T09:30:00.000Z');
    expect(formatRelative('2026-01-31T09:29:59.500Z', now)).toBe('now');
    expect(formatRelative('2026-01-31T09:26:30.000Z', now)).toBe('3m ago');
    expect(formatRelative('2026-01-31T11:30:00.000Z', now)).toBe('in 2h');
  });
});

describe('text from jobs', () => {
  it('cannot move the cursor, set colours, ring the bell or turn the writing direction', () => {
    expect(harmless('a\u001B[31mb\u001B[2Jc\u0007d\re\u202Ef\tg\nh')).toBe('abcdef\tg\nh');
    expect(oneLine(' a\n\n b\tc ')).toBe('a b c');
  });

  it('is measured and cut in columns, never within a character', () => {
    expect(widthOf('日本')).toBe(4);
    expect(widthOf('e\u0301')).toBe(1);
    expect(widthOf('👩‍👩‍👧')).toBe(2);
    expect(truncate('日本語', 5)).toBe('日本…');
    expect(truncate('日本語', 4)).toBe('日…');
    expect(truncate('short', 5)).toBe('short');
  });
});

describe('a table', () => {
  const columns = [{ title: 'ID' }, { title: 'N', align: 'right' as const }, { title: 'DETAIL', least: 4 }];
  const terminal = (width: number | null) => ({ forPeople: width !== null, width, style: (_: unknown, text: string) => text });

  it('aligns columns to what they hold', () => {
    expect(
      renderTable(
        columns,
        [
          ['a', '10', 'x'],
          ['bcd', '7', 'yy'],
        ],
        terminal(null),
      ),
    ).toEqual(['ID    N  DETAIL', 'a    10  x', 'bcd   7  yy']);
  });

  it('is cut to the terminal, the last column that may give way first, and never in a pipe', () => {
    const rows = [['abc', '1', 'a very long detail']];
    expect(renderTable(columns, rows, terminal(16))).toEqual(['ID   N  DETAIL', 'abc  1  a very …']);
    expect(renderTable(columns, rows, terminal(null))[1]).toBe('abc  1  a very long detail');
  });

  it('puts a cell of several lines on one', () => {
    expect(renderTable([{ title: 'A' }], [['one\ntwo']], terminal(null))).toEqual(['A', 'one two']);
  });
});

describe('states', () => {
  it('have a shape each, different from all others', () => {
    expect(new Set(jobStates.map((state) => stateMarks[state].mark)).size).toBe(jobStates.length);
  });

  it('are shape and word in a terminal, and the interface’s name in a pipe', () => {
    const paint = (isTTY: boolean) => paintFor(Object.assign(new PassThrough(), { isTTY, columns: 80 }), {});
    expect(stateLabel('available', paint(true))).toBe(`${stateMarks.available.mark} ${stateWords.available}`);
    expect(stateLabel('available', paint(false))).toBe('available');
  });
});

describe('a suggestion', () => {
  it('is what was begun, or at most two slips away', () => {
    expect(suggest('sub', ['submit', 'get'])).toBe('submit');
    expect(suggest('cancle', ['cancel', 'retry'])).toBe('cancel');
    expect(suggest('xyz', ['submit', 'get', 'ls'])).toBeNull();
    expect(slipsBetween('cancle', 'cancel')).toBe(1);
  });
});

describe('NDJSON', () => {
  it('is numbered as an editor numbers it, over chunks that break anywhere, blank lines and a mark at the start', async () => {
    const euro = Buffer.from('{"a":"€"}');
    const lines = await collect(readLines(chunks('\uFEFF{"x":1}\r\n\r\n', euro.subarray(0, 7), euro.subarray(7), '\n\n[2]'), 100));
    expect(lines.map(({ number, text }) => [number, text])).toEqual([
      [1, '{"x":1}'],
      [3, '{"a":"€"}'],
      [5, '[2]'],
    ]);
  });

  it('that is not UTF-8 or too long is refused with the line’s number', async () => {
    await expect(collect(readLines(chunks('ok\n', Buffer.from([0x22, 0xff, 0x0a])), 100))).rejects.toThrow('Line 2 is not UTF-8.');
    await expect(collect(readLines(chunks('ok\n', 'x'.repeat(11)), 10))).rejects.toThrow('Line 2 is longer than 10 bytes');
  });

  it('without an end of line is not held in memory past the longest line', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) {
        read++;
        yield Buffer.alloc(10, 'x');
        await turn();
      }
    }
    await expect(collect(readLines(endless(), 35))).rejects.toThrow('Line 1 is longer');
    expect(read).toBe(4);
  });

  it('goes in batches bounded in lines and in bytes, with an item that is larger than a batch alone in one', async () => {
    const sizes = [1, 1, 1, 5, 9, 1];
    async function* items() {
      for (const bytes of sizes) yield { bytes };
    }
    const batches = await collect(inBatches(items(), { items: 2, bytes: 6 }));
    expect(batches.map((batch) => batch.map(({ bytes }) => bytes))).toEqual([[1, 1], [1, 5], [9], [1]]);
  });
});
