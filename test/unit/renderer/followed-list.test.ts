import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../contract/events.ts';
import { FollowedList } from '../../../renderer/data/followed-list.ts';

type Names = { names: readonly string[]; next: string | null };

/** A list of names. An event's type is a name that is put in, or after a minus taken out. */
function listOfNames() {
  const reads: { cursor: string | null; signal: AbortSignal; answer: (page: Names) => void; fail: (error: Error) => void }[] = [];
  const list = new FollowedList<Names>({
    empty: { names: [], next: null },
    readPage: (cursor, signal) => new Promise((answer, fail) => reads.push({ cursor, signal, answer, fail })),
    withPage: (before, page) => ({ names: [...new Set([...before.names, ...page.names])], next: page.next }),
    withEvents: (before, events) => events.reduce(withEvent, before),
  });
  const read = (at: number) => reads[at] ?? expect.fail(`there is no read ${at}`);
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { list, reads, read, settled };
}

function withEvent(list: Names, { type }: { type: string }): Names {
  if (type.startsWith('-')) return { ...list, names: list.names.filter((name) => name !== type.slice(1)) };
  return list.names.includes(type) ? list : { ...list, names: [...list.names, type] };
}
const events = (...types: string[]) => types.map((type) => ({ type })) as unknown as EngineEvent[];

test('what is told while a page is read is not taken back by it', async () => {
  const { list, read, settled } = listOfNames();
  list.reload();
  list.follow(events('-old', 'new'));
  read(0).answer({ names: ['old', 'kept'], next: null });
  await settled();
  expect(list.state().list?.names).toEqual(['kept', 'new']);
  list.reload();
  list.follow(events('-kept'));
  expect(list.state().list?.names).toEqual(['new']);
  read(1).answer({ names: ['kept', 'new'], next: null });
  await settled();
  expect(list.state().list?.names).toEqual(['new']);
});

test('the next page is read once, and only where there is one', async () => {
  const { list, reads, read, settled } = listOfNames();
  list.reload();
  read(0).answer({ names: ['a'], next: 'b' });
  await settled();
  list.readMore();
  list.readMore();
  expect(reads.map(({ cursor }) => cursor)).toEqual([null, 'b']);
  read(1).answer({ names: ['b'], next: null });
  await settled();
  list.readMore();
  expect(reads).toHaveLength(2);
  expect(list.state().list?.names).toEqual(['a', 'b']);
});

test('what is wanted while a page is read is read after it, but not after a failure', async () => {
  const { list, reads, read, settled } = listOfNames();
  list.reload();
  read(0).answer({ names: ['a'], next: 'b' });
  await settled();
  list.reload();
  list.readMore();
  read(1).answer({ names: ['a'], next: 'b' });
  await settled();
  expect(reads.map(({ cursor }) => cursor)).toEqual([null, null, 'b']);
  list.readMore();
  read(2).fail(new Error('gone'));
  await settled();
  expect(reads).toHaveLength(3);
  list.readMore();
  expect(reads.map(({ cursor }) => cursor)).toEqual([null, null, 'b', 'b']);
});

test('to begin anew ends what is being read, and an error leaves what is shown', async () => {
  const { list, read, settled } = listOfNames();
  list.reload();
  list.reload();
  expect(read(0).signal.aborted).toBe(true);
  read(0).answer({ names: ['stale'], next: null });
  read(1).answer({ names: ['a'], next: null });
  await settled();
  list.reload();
  read(2).fail(new Error('gone'));
  await settled();
  expect(list.state()).toMatchObject({ list: { names: ['a'] }, error: { message: 'gone' } });
});
