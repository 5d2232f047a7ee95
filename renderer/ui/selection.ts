/** Which rows are chosen for an action. By id, so that they stay chosen while rows come and go. */

import { useMemo, useRef, useState } from 'react';
import type { SelectHow } from './virtual-list.tsx';

type Identified = { id: string };

export type Selection = {
  ids: ReadonlySet<string>;
  anchor: string | undefined;
  /** Answers whether all that was meant was among the rows. */
  select: (rows: readonly Identified[], place: number, how: SelectHow) => boolean;
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
    const known = rows.findIndex((row) => row.id === anchor);
    // What lies between is not known then: more than what was pointed at would be a guess.
    const from = known < 0 ? place : known;
    for (const row of rows.slice(Math.min(from, place), Math.max(from, place) + 1)) next.add(row.id);
    return { ids: next, anchor: rows[from]?.id };
  }
  if (!next.delete(id)) next.add(id);
  return { ids: next, anchor: id };
}

/** Whether a range to this place has an end that is not among the rows. */
export function isCut({ anchor }: Chosen, rows: readonly Identified[], place: number): boolean {
  return anchor !== undefined && (rows[place] === undefined || !rows.some(({ id }) => id === anchor));
}

export function without(chosen: Chosen, gone: readonly string[]): Chosen {
  const { ids, anchor } = chosen;
  if (!gone.some((id) => id === anchor || ids.has(id))) return chosen;
  const left = new Set(ids);
  for (const id of gone) left.delete(id);
  return { ids: left, anchor: anchor !== undefined && gone.includes(anchor) ? undefined : anchor };
}

export function useSelection(): Selection {
  const [chosen, setChosen] = useState(noneChosen);
  // One key may choose twice before the next render, and is answered by what the first made of it.
  const latest = useRef(chosen);
  const actions = useMemo(() => {
    const become = (next: Chosen) => {
      latest.current = next;
      setChosen(next);
    };
    return {
      select: (rows: readonly Identified[], place: number, how: SelectHow) => {
        const before = latest.current;
        become(choose(before, rows, place, how));
        return how !== 'range' || !isCut(before, rows, place);
      },
      selectAll: (rows: readonly Identified[]) => become({ ...latest.current, ids: new Set(rows.map(({ id }) => id)) }),
      remove: (gone: readonly string[]) => become(without(latest.current, gone)),
      clear: () => become(noneChosen),
    };
  }, []);
  return { ...chosen, ...actions };
}
