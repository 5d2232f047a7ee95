/** Which rows are chosen for an action. By id, so that they stay chosen while rows come and go. */

import { useMemo, useState } from 'react';
import type { SelectHow } from './virtual-list.tsx';

type Identified = { id: string };

export type Selection = {
  ids: ReadonlySet<string>;
  select: (rows: readonly Identified[], place: number, how: SelectHow) => void;
  selectAll: (rows: readonly Identified[]) => void;
  remove: (ids: readonly string[]) => void;
  clear: () => void;
};

export type Chosen = { ids: ReadonlySet<string> /** Where a range begins. */; anchor: string | undefined };

export const noneChosen: Chosen = { ids: new Set(), anchor: undefined };

export function choose({ ids, anchor }: Chosen, rows: readonly Identified[], place: number, how: SelectHow): Chosen {
  const id = rows[place]?.id;
  if (id === undefined) return { ids, anchor };
  const next = new Set(ids);
  if (how === 'range') {
    const from = Math.max(
      0,
      rows.findIndex((row) => row.id === (anchor ?? id)),
    );
    for (const row of rows.slice(Math.min(from, place), Math.max(from, place) + 1)) next.add(row.id);
    return { ids: next, anchor: anchor ?? id };
  }
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

export function useSelection(): Selection {
  const [chosen, setChosen] = useState(noneChosen);
  const actions = useMemo(
    () => ({
      select: (rows: readonly Identified[], place: number, how: SelectHow) => setChosen((before) => choose(before, rows, place, how)),
      selectAll: (rows: readonly Identified[]) => setChosen(({ anchor }) => ({ ids: new Set(rows.map(({ id }) => id)), anchor })),
      remove: (gone: readonly string[]) =>
        setChosen((before) => {
          if (!gone.some((id) => before.ids.has(id))) return before;
          const ids = new Set(before.ids);
          for (const id of gone) ids.delete(id);
          return { ids, anchor: before.anchor };
        }),
      clear: () => setChosen(noneChosen),
    }),
    [],
  );
  return { ids: chosen.ids, ...actions };
}
