import { expect, test } from 'vitest';
import { readUpTo } from '../../../renderer/data/grown-list.ts';

const all = ['a', 'b', 'c', 'd', 'e'];

/** Pages of a list, with what is done before each is answered. */
function pagesOf(before: (page: number) => void) {
  const asked: (string | undefined)[] = [];
  const readPage = async ({ limit, cursor }: { limit: number; cursor?: string }) => {
    before(asked.push(cursor));
    const from = cursor === undefined ? 0 : all.indexOf(cursor);
    return { items: all.slice(from, from + limit), next: all[from + limit] ?? null };
  };
  return { asked, options: { pageSize: 2, readPage } };
}

test('pages are read up to what is wanted, and not past the end', async () => {
  const { asked, options } = pagesOf(() => {});
  const { signal } = new AbortController();
  expect(await readUpTo(() => 2, options, signal)).toEqual({ items: ['a', 'b'], isMore: true });
  expect(await readUpTo(() => 3, options, signal)).toEqual({ items: ['a', 'b', 'c', 'd'], isMore: true });
  expect(await readUpTo(() => 9, options, signal)).toEqual({ items: all, isMore: false });
  expect(asked).toEqual([undefined, undefined, 'c', undefined, 'c', 'e']);
});

test('what is wanted while a page is on its way is read as well', async () => {
  let wanted = 2;
  const { options } = pagesOf((page) => {
    if (page === 1) wanted = 4;
  });
  expect(await readUpTo(() => wanted, options, new AbortController().signal)).toEqual({ items: ['a', 'b', 'c', 'd'], isMore: true });
});
