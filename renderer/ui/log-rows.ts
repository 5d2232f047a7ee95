/** A log as rows to show: its lines, with a mark where another attempt begins, and what a search finds in it. */

import type { LogLine } from '../../contract/job.ts';
import type { AnsiStyle } from './ansi.ts';
import { parseAnsi, stripAnsi } from './ansi.ts';

export type LogRow = { kind: 'line'; line: LogLine } | { kind: 'attempt'; attempt: number };

/** A log of one attempt needs no mark. */
export function rowsOf(lines: readonly LogLine[]): LogRow[] {
  const first = lines[0]?.attempt;
  const several = first !== 1 || lines.some((line) => line.attempt !== first);
  const rows: LogRow[] = [];
  let attempt: number | null = null;
  for (const line of lines) {
    if (several && line.attempt !== attempt) rows.push({ kind: 'attempt', attempt: line.attempt });
    attempt = line.attempt;
    rows.push({ kind: 'line', line });
  }
  return rows;
}

/** Indexes of the rows whose text holds `search`; case is ignored. */
export function findRows(rows: readonly LogRow[], search: string): number[] {
  const wanted = search.toLowerCase();
  if (wanted === '') return [];
  const found: number[] = [];
  rows.forEach((row, index) => {
    if (row.kind === 'line' && stripAnsi(row.line.text).toLowerCase().includes(wanted)) found.push(index);
  });
  return found;
}

export type LogSpan = {
  /** Place of its first character in the line, colours not counted. */ start: number;
  text: string;
  style: AnsiStyle;
  found: boolean;
};

/** The line's coloured spans, cut where the search found something. A hit across two colours is found but not marked. */
export function spansOf(text: string, search: string): LogSpan[] {
  const wanted = search.toLowerCase();
  const spans: LogSpan[] = [];
  let start = 0;
  for (const { text: whole, style } of parseAnsi(text)) {
    const push = (from: number, until: number, found: boolean) => {
      if (until > from) spans.push({ start: start + from, text: whole.slice(from, until), style, found });
    };
    const lower = whole.toLowerCase();
    let from = 0;
    for (let at = wanted === '' ? -1 : lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
      push(from, at, false);
      from = at + wanted.length;
      push(at, from, true);
    }
    push(from, whole.length, false);
    start += whole.length;
  }
  return spans;
}

/** As it is copied: one line each, with time and stream, without colours. */
export function logText(lines: readonly LogLine[]): string {
  return lines.map(({ at, stream, text }) => `${at} ${stream.padEnd(6)} ${stripAnsi(text)}\n`).join('');
}
