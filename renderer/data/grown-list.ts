import { useRef } from 'react';
import type { EngineEvent } from '../../contract/events.ts';
import { useReloadOn } from './reload-on.ts';
import type { Resource } from './resource.ts';
import { useResource } from './resource.ts';

type Page<Item> = { items: readonly Item[]; next: string | null };

export type GrownList<Item> = { items: readonly Item[]; isMore: boolean };

export type GrownListOptions<Item> = {
  key: string;
  pageSize: number;
  readPage: (query: { limit: number; cursor?: string }, signal: AbortSignal) => Promise<Page<Item>>;
  /** Which events may have changed what is listed, given what is shown of it. */
  reloadOn: (event: EngineEvent, items: readonly Item[]) => boolean;
  /** Read again for events at most so often, in milliseconds. */
  everyMs: number;
};

/** A list that is short as a rule: read whole from its start up to what was asked for, and again when events say so. */
export function useGrownList<Item>(options: GrownListOptions<Item>): Resource<GrownList<Item>> & { readMore(): void } {
  const { key, pageSize, reloadOn, everyMs } = options;
  const wanted = useRef(pageSize);
  const resource = useResource(key, (signal) => readUpTo(() => wanted.current, options, signal));
  useReloadOn(resource.reload, (event) => reloadOn(event, resource.data?.items ?? []), everyMs);
  return {
    ...resource,
    readMore: () => {
      if (!resource.data?.isMore) return;
      wanted.current = resource.data.items.length + pageSize;
      if (!resource.loading) resource.reload();
    },
  };
}

/** @param wanted asked again after each page: more may be wanted by then */
export async function readUpTo<Item>(
  wanted: () => number,
  { pageSize, readPage }: Pick<GrownListOptions<Item>, 'pageSize' | 'readPage'>,
  signal: AbortSignal,
): Promise<GrownList<Item>> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await readPage(cursor === null ? { limit: pageSize } : { limit: pageSize, cursor }, signal);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length < wanted());
  return { items, isMore: cursor !== null };
}
