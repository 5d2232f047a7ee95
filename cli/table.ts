/** Aligned columns. */

import type { Paint, Style } from './paint.ts';
import { oneLine, padEnd, padStart, truncate, widthOf } from './text.ts';

export type Column = {
  title: string;
  align?: 'right';
  /** Gives way, down to this many columns, when the terminal is too narrow. The last such column gives way first. */
  least?: number;
};

export type Cell = string | { text: string; style: Style };

const gap = 2;

/** One line per row under a heading; cut to the terminal's width, never cut in a pipe. */
export function renderTable(columns: readonly Column[], rows: readonly (readonly Cell[])[], paint: Paint): string[] {
  const texts = rows.map((row) => row.map((cell) => oneLine(typeof cell === 'string' ? cell : cell.text)));
  const natural = columns.map((column, at) => Math.max(widthOf(column.title), ...texts.map((row) => widthOf(row[at] ?? ''))));
  const widths = paint.width === null ? natural : squeeze(columns, natural, paint.width);
  const line = (cells: readonly string[], style: (at: number, text: string) => string) =>
    columns
      .map((column, at) => {
        const width = widths[at] ?? 0;
        const text = truncate(cells[at] ?? '', width);
        const last = at === columns.length - 1 && column.align !== 'right';
        return style(at, column.align === 'right' ? padStart(text, width) : last ? text : padEnd(text, width));
      })
      .join(' '.repeat(gap))
      .trimEnd();
  const heading = line(
    columns.map((column) => column.title),
    (_, text) => paint.style('dim', text),
  );
  const body = texts.map((row, index) =>
    line(row, (at, text) => {
      const cell = rows[index]?.[at];
      return cell === undefined || typeof cell === 'string' ? text : paint.style(cell.style, text);
    }),
  );
  return [heading, ...body];
}

function squeeze(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, each) => sum + each + gap, -gap) - width;
  for (let at = columns.length - 1; at >= 0 && excess > 0; at--) {
    const least = columns[at]?.least;
    const now = widths[at] ?? 0;
    if (least === undefined || now <= least) continue;
    widths[at] = Math.max(least, now - excess);
    excess -= now - (widths[at] ?? 0);
  }
  return widths;
}

/** Names on the left, values on the right; what has no value is left out. */
export function renderFacts(facts: readonly (readonly [string, string | null])[], paint: Paint): string[] {
  const shown = facts.filter((fact): fact is readonly [string, string] => fact[1] !== null);
  const width = Math.max(0, ...shown.map(([name]) => widthOf(name)));
  return shown.map(([name, value]) => `${paint.style('dim', padEnd(name, width))}  ${value}`);
}
