import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { EngineEvent } from '../../contract/events.ts';
import { onReload, useEventBatches } from './live.ts';

type Pages = {
  /** Where the next page begins; null when all are here. */
  readonly next: string | null;
};

export type FollowedListOptions<List extends Pages> = {
  empty: List;
  /** @param cursor null: from the start */
  readPage: (cursor: string | null, signal: AbortSignal) => Promise<List>;
  withPage: (list: List, page: List) => List;
  /** The same list where no event is about it. An event may come again with a page that knows of it. */
  withEvents: (list: List, events: readonly EngineEvent[]) => List;
};

/** `list` is undefined while it is read for the first time. */
export type FollowedListState<List> = { readonly list: List | undefined; readonly error: Error | undefined };

/** A list that may be long: read page by page, and followed by events rather than read again. */
export class FollowedList<List extends Pages> {
  readonly #options: FollowedListOptions<List>;
  readonly #listeners = new Set<() => void>();
  #state: FollowedListState<List> = { list: undefined, error: undefined };
  #reading: AbortController | null = null;
  /** What was told while a page was read, which may show things as they were before. */
  #heard: EngineEvent[] = [];
  /** The end was looked at while a page was read, which need not make the list longer: nobody may look again. */
  #moreWanted = false;

  constructor(options: FollowedListOptions<List>) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): FollowedListState<List> => this.#state;

  readonly reload = (): void => {
    this.close();
    void this.#read(null);
  };

  /** Reads the next page if there is one: after the page that is being read, if one is. */
  readonly readMore = (): void => {
    const next = this.#state.list?.next ?? null;
    if (this.#reading) this.#moreWanted = true;
    else if (next !== null) void this.#read(next);
  };

  follow(events: readonly EngineEvent[]): void {
    if (this.#reading) this.#heard.push(...events);
    this.change((list) => this.#options.withEvents(list, events));
  }

  /** Changes what is shown, if anything is. */
  change(how: (list: List) => List): void {
    const { list, error } = this.#state;
    const next = list && how(list);
    if (next !== list) this.#show(next, error);
  }

  close(): void {
    this.#reading?.abort();
    this.#reading = null;
  }

  async #read(cursor: string | null): Promise<void> {
    const { empty, readPage, withPage, withEvents } = this.#options;
    const reading = new AbortController();
    this.#reading = reading;
    this.#heard = [];
    this.#moreWanted = false;
    try {
      const page = await readPage(cursor, reading.signal);
      if (reading.signal.aborted) return;
      const before = cursor === null ? empty : (this.#state.list ?? empty);
      this.#show(withEvents(withPage(before, page), this.#heard), undefined);
    } catch (error) {
      if (reading.signal.aborted) return;
      this.#moreWanted = false;
      this.#show(this.#state.list, error as Error);
    } finally {
      if (this.#reading === reading) this.#reading = null;
    }
    if (this.#moreWanted && !this.#reading) this.readMore();
  }

  #show(list: List | undefined, error: Error | undefined): void {
    this.#state = { list, error };
    for (const listener of this.#listeners) listener();
  }
}

export type ShownList<List extends Pages> = FollowedListState<List> & Pick<FollowedList<List>, 'reload' | 'readMore'>;

/** @param make called once: give the place where it is used a `key` of what it depends on */
export function useFollowedList<List extends Pages>(make: () => FollowedList<List>): ShownList<List> & { followed: FollowedList<List> } {
  const once = useRef(make);
  const followed = useMemo(() => once.current(), []);
  useEffect(() => {
    followed.reload();
    const stop = onReload(followed.reload);
    return () => {
      stop();
      followed.close();
    };
  }, [followed]);
  useEventBatches((events) => followed.follow(events));
  return { ...useSyncExternalStore(followed.subscribe, followed.state), reload: followed.reload, readMore: followed.readMore, followed };
}
