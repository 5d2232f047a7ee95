import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { LogLine } from '../../../contract/job.ts';
import { limits } from '../../../contract/limits.ts';
import { LogBook } from '../../../engine/queue/log-book.ts';
import { openStore } from '../../../engine/store/store.ts';
import { start, temporaryFolder } from './plain-job.ts';

function openBook() {
  const store = openStore(join(temporaryFolder(), 'switchyard.db'));
  onTestFinished(() => store.close());
  const book = new LogBook(store);
  const write = async (...texts: string[]) => {
    book.append(
      1,
      1,
      texts.map((text) => ({ at: start, stream: 'stdout' as const, text })),
    );
    store.commit.flush();
    // Followers hear of it once the commit has been answered.
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { store, book, write };
}

function follow(book: LogBook, ended = false) {
  const seen: string[] = [];
  const subscription = book.follow(1, ended, {
    lines: (lines: LogLine[]) => seen.push(...lines.map(({ text }) => text)),
    end: () => seen.push('END'),
  });
  return { seen, close: () => subscription.close() };
}

const texts = ({ lines }: { lines: LogLine[] }) => lines.map(({ text }) => text);

describe('a log', () => {
  test('is read page by page, to its end', async () => {
    const { book, write } = openBook();
    await write('a', 'b', 'c');
    await write('d', 'e');
    const first = book.read(1, 0, 2, undefined);
    expect([texts(first), first.next]).toEqual([['a', 'b'], '2']);
    const second = book.read(1, Number(first.next), 3, undefined);
    expect([texts(second), second.next]).toEqual([['c', 'd', 'e'], null]);
  });

  test('past its end has nothing, and no next page either', async () => {
    const { book, write } = openBook();
    await write('a');
    expect(book.read(1, 1, 10, undefined)).toEqual({ lines: [], next: null });
    expect(book.read(1, 999, 10, undefined)).toEqual({ lines: [], next: null });
    expect(book.read(2, 0, 10, undefined)).toEqual({ lines: [], next: null });
  });

  test('is read from its end', async () => {
    const { book, write } = openBook();
    await write('a', 'b', 'c');
    expect(book.read(1, 0, 1000, 2)).toMatchObject({ lines: [{ text: 'b' }, { text: 'c' }], next: null });
    expect(texts(book.read(1, 0, 1000, 99))).toEqual(['a', 'b', 'c']);
  });

  test('goes on with its numbers in the next attempt', async () => {
    const { book, write } = openBook();
    await write('a', 'b');
    book.attemptEnded(1);
    await write('c');
    expect(texts(book.read(1, 2, 10, undefined))).toEqual(['c']);
  });

  test('keeps the newest lines, says how many are gone, and keeps no more than that', async () => {
    const { book, store, write } = openBook();
    const page = 5_000;
    for (let line = 0; line < limits.logLinesPerJob; line += page)
      await write(...Array.from({ length: page }, (_, i) => `${line + i + 1}`));
    await write('one more', 'and another');
    const { lines } = book.read(1, 0, 2, undefined);
    expect(lines[0]).toMatchObject({ stream: 'system', text: expect.stringMatching(/^2 earlier lines are not kept/) });
    expect(lines.slice(1).map(({ text }) => text)).toEqual(['3', '4']);
    expect(store.logs.linesAfter(1, 0, 100_000)).toHaveLength(limits.logLinesPerJob);
    expect(follow(book).seen.slice(0, 2)).toEqual([lines[0]?.text, '3']);
  });
});

describe('whoever follows a log', () => {
  test('is given what there is, then each line as it is written, then the end', async () => {
    const { book, write } = openBook();
    await write('a', 'b');
    const one = follow(book);
    expect(one.seen).toEqual(['a', 'b']);
    await write('c');
    const two = follow(book);
    await write('d');
    book.jobEnded(1);
    await write('too late');
    expect([one.seen, two.seen]).toEqual([
      ['a', 'b', 'c', 'd', 'END'],
      ['a', 'b', 'c', 'd', 'END'],
    ]);
  });

  test('of a job that has ended is given all of it at once', async () => {
    const { book, write } = openBook();
    await write(...Array.from({ length: 2_500 }, (_, line) => String(line)));
    const { seen } = follow(book, true);
    expect(seen).toHaveLength(2_501);
    expect(seen.slice(-2)).toEqual(['2499', 'END']);
  });

  test('and leaves, hears no more, while others do', async () => {
    const { book, write } = openBook();
    const [one, two] = [follow(book), follow(book)];
    await write('a');
    one.close();
    await write('b');
    book.jobEnded(1);
    expect([one.seen, two.seen]).toEqual([['a'], ['a', 'b', 'END']]);
  });
});
