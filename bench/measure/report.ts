import type { Line } from './row.ts';
import { median, type Samples } from './samples.ts';

const head = ['', 'median', 'min – max', 'beside it', 'ratio', 'goal', 'met'];

/** One readable table; a ratio where two were measured side by side. */
export function tableOf(lines: readonly Line[]): string {
  const rows = lines.map((line) => [line.what, ...measuredCells(line), line.goal, line.met === null ? '' : line.met ? 'yes' : 'NO']);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function measuredCells(line: Line): [median: string, range: string, beside: string, ratio: string] {
  if ('absent' in line) return ['', '', `absent: ${line.absent}`, ''];
  const { ours, beside } = line;
  const mine = [figure(median(ours.rounds), ours.unit), rangeOf(ours)] as const;
  if (!beside) return [...mine, '', ''];
  const range = rangeOf(beside.samples);
  const theirs = `${beside.name}: ${figure(median(beside.samples.rounds), beside.samples.unit)}${range && ` (${range})`}`;
  return [...mine, theirs, `${(median(ours.rounds) / median(beside.samples.rounds)).toFixed(2)} ×`];
}

/** What one of several rounds came to, from the least to the most. */
function rangeOf({ rounds }: Samples): string {
  return rounds.length > 1 ? `${number(Math.min(...rounds))} – ${number(Math.max(...rounds))}` : '';
}

function figure(value: number, unit: string): string {
  return `${number(value)} ${unit}`;
}

function number(value: number): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}
