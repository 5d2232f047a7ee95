import type { ReactNode } from 'react';
import { VirtualList, type VirtualListProps } from './virtual-list.tsx';

/** Rows before the end at which more are asked for. */
const ahead = 60;

type ItemListProps<Item> = Pick<VirtualListProps, 'label' | 'rowHeight' | 'header' | 'onSelect' | 'onSelectAll' | 'onKey'> & {
  items: readonly Item[];
  /** Names an item among the others. */
  keyOf: (item: Item) => string;
  /** As the virtual list's. */
  renderRow: (item: Item, index: number) => ReactNode;
  /** The key of the item that keys act on. */
  active: string | null;
  onActive: (key: string) => void;
  /** A click, or Enter. */
  onOpen: (item: Item) => void;
  isSelected?: (item: Item) => boolean;
  /** The end comes in sight. */
  readMore?: () => void;
};

/** A virtual list of what is all there, up to where it was read: by its items rather than by their places. */
export function ItemList<Item>({ items, keyOf, renderRow, active, onActive, onOpen, isSelected, readMore, ...rest }: ItemListProps<Item>) {
  const withItem = (act: (item: Item) => void) => (index: number) => {
    const item = items[index];
    if (item !== undefined) act(item);
  };
  return (
    <VirtualList
      {...rest}
      count={items.length}
      renderRow={(index) => {
        const item = items[index];
        return item === undefined ? null : renderRow(item, index);
      }}
      keyOf={(index) => {
        const item = items[index];
        return item === undefined ? String(index) : keyOf(item);
      }}
      active={active === null ? -1 : items.findIndex((item) => keyOf(item) === active)}
      onActive={withItem((item) => onActive(keyOf(item)))}
      onOpen={withItem(onOpen)}
      {...(isSelected && {
        isSelected: (index: number) => {
          const item = items[index];
          return item !== undefined && isSelected(item);
        },
      })}
      {...(readMore && {
        onView: ({ last }: { last: number }) => {
          if (last > items.length - ahead) readMore();
        },
      })}
    />
  );
}
