/**
 * A layered drawing after Sugiyama, left to right: a node stands one column after the last of those it waits for, long edges are led
 * through the columns between, each column is ordered by the middle of its neighbours, and moved as close to them as its order allows.
 * Pure.
 */

import type { Graph } from './graph-groups.ts';

export const nodeWidth = 188;
export const nodeHeight = 46;
const columnGap = 68;
const rowGap = 14;
/** What an edge that passes a column takes in it. */
const passHeight = 10;
const sweeps = 6;
/** Past this many bends long edges are drawn straight: ordering them would take seconds and show nothing. */
const bendsMost = 4_000;

export type Point = { x: number; y: number };
export type Layout = {
  width: number;
  height: number;
  /** The upper left corner of each node. */
  places: ReadonlyMap<string, Point>;
  /** Columns from left to right, each from top to bottom. */
  columns: readonly (readonly string[])[];
  /** In the order of the graph's edges: from the right side of one node to the left side of the other, in pairs of points. */
  paths: readonly (readonly Point[])[];
};

type Cell = { id: string | null; height: number; before: Cell[]; after: Cell[]; column: number; place: number; y: number };

export function layoutOf({ nodes, edges }: Graph): Layout {
  const columnOf = columnsOf({ nodes, edges });
  const cells = new Map<string, Cell>(nodes.map(({ id }) => [id, cell(id, nodeHeight, columnOf.get(id) ?? 0)]));
  const columns: Cell[][] = [];
  const put = (added: Cell) => {
    const column = columns[added.column] ?? [];
    columns[added.column] = column;
    added.place = column.push(added) - 1;
  };
  for (const each of cells.values()) put(each);

  const spans = edges.map(({ from, to }) => (columnOf.get(to) ?? 0) - (columnOf.get(from) ?? 0) - 1);
  const straight = spans.reduce((sum, span) => sum + span, 0) > bendsMost;
  const ways = edges.map(({ from, to }, at) => {
    const start = cells.get(from);
    const end = cells.get(to);
    if (!start || !end) return [];
    const way = [start];
    for (let bend = 1; !straight && bend <= (spans[at] ?? 0); bend++) {
      const passed = cell(null, passHeight, start.column + bend);
      put(passed);
      way.push(passed);
    }
    way.push(end);
    for (const [step, each] of way.entries()) {
      const next = way[step + 1];
      if (!next) break;
      each.after.push(next);
      next.before.push(each);
    }
    return way;
  });

  order(columns);
  align(columns);
  const all = columns.flat();
  const top = all.reduce((least, each) => Math.min(least, each.y - each.height / 2), Number.POSITIVE_INFINITY);
  // Whole pixels: lines are sharp then.
  for (const each of all) each.y = Math.round(each.y - top);
  const height = all.reduce((most, each) => Math.max(most, each.y + each.height / 2), 0);
  const left = (column: number) => column * (nodeWidth + columnGap);
  return {
    width: columns.length === 0 ? 0 : left(columns.length) - columnGap,
    height,
    places: new Map([...cells].map(([id, { column, y }]) => [id, { x: left(column), y: y - nodeHeight / 2 }])),
    columns: columns.map((column) => column.flatMap(({ id }) => (id === null ? [] : [id]))),
    paths: ways.map((way) =>
      way.flatMap(({ column, y }, at) => {
        const enter = { x: left(column), y };
        const leave = { x: left(column) + nodeWidth, y };
        return at === 0 ? [leave] : at === way.length - 1 ? [enter] : [enter, leave];
      }),
    ),
  };
}

function cell(id: string | null, height: number, column: number): Cell {
  return { id, height, before: [], after: [], column, place: 0, y: 0 };
}

function columnsOf({ nodes, edges }: Graph): Map<string, number> {
  const columns = new Map(nodes.map(({ id }) => [id, 0]));
  const left = new Map(nodes.map(({ id }) => [id, 0]));
  const after = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { from, to } of edges) {
    after.get(from)?.push(to);
    left.set(to, (left.get(to) ?? 0) + 1);
  }
  const ready = nodes.flatMap(({ id }) => (left.get(id) === 0 ? [id] : []));
  for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
    for (const to of after.get(next) ?? []) {
      columns.set(to, Math.max(columns.get(to) ?? 0, (columns.get(next) ?? 0) + 1));
      left.set(to, (left.get(to) ?? 0) - 1);
      if (left.get(to) === 0) ready.push(to);
    }
  }
  return columns;
}

/** Sorts each column by the mean place of the neighbours on one side, sweeping right and left in turn. */
function order(columns: readonly Cell[][]): void {
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const rightwards = sweep % 2 === 0;
    for (const column of rightwards ? columns : columns.toReversed()) {
      const wanted = new Map(
        column.map((each) => {
          const beside = rightwards ? each.before : each.after;
          return [each, beside.length === 0 ? each.place : beside.reduce((sum, { place }) => sum + place, 0) / beside.length];
        }),
      );
      column.sort((one, other) => (wanted.get(one) ?? 0) - (wanted.get(other) ?? 0) || one.place - other.place);
      for (const [place, each] of column.entries()) each.place = place;
    }
  }
}

function align(columns: readonly Cell[][]): void {
  for (const column of columns) {
    settle(
      column,
      column.map(() => 0),
    );
  }
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (const column of sweep % 2 === 0 ? columns : columns.toReversed()) {
      const wanted = column.map((each) => {
        const beside = [...each.before, ...each.after];
        return beside.length === 0 ? each.y : beside.reduce((sum, { y }) => sum + y, 0) / beside.length;
      });
      settle(column, wanted);
    }
  }
}

/** The places nearest to the wanted ones (least squares) that keep order and distance: pool adjacent violators. */
function settle(column: readonly Cell[], wanted: readonly number[]): void {
  const offsets: number[] = [];
  for (const [at, each] of column.entries()) {
    const above = column[at - 1];
    offsets.push(above ? (offsets[at - 1] ?? 0) + (above.height + each.height) / 2 + rowGap : 0);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [at, want] of wanted.entries()) {
    let pool = { sum: want - (offsets[at] ?? 0), count: 1 };
    for (let above = pools.at(-1); above && above.sum / above.count >= pool.sum / pool.count; above = pools.at(-1)) {
      pools.pop();
      pool = { sum: above.sum + pool.sum, count: above.count + pool.count };
    }
    pools.push(pool);
  }
  let at = 0;
  for (const { sum, count } of pools) {
    for (let member = 0; member < count; member++, at++) {
      const each = column[at];
      if (each) each.y = sum / count + (offsets[at] ?? 0);
    }
  }
}

/** As an SVG path: a curve from column to column, a line across each that is passed. */
export function pathText(points: readonly Point[]): string {
  return points
    .map(({ x, y }, at) => {
      const before = points[at - 1];
      if (!before) return `M${x} ${y}`;
      if (at % 2 === 0) return `L${x} ${y}`;
      const bend = (x - before.x) / 2;
      return `C${before.x + bend} ${before.y} ${x - bend} ${y} ${x} ${y}`;
    })
    .join('');
}
