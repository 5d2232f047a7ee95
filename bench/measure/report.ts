import type { Line } from './row.ts';
import { median, spread } from './samples.ts';

/** One readable table; a ratio where two were measured side by side. */
export function tableOf(lines: readonly Line[]): string {
  const rows = lines.map(({ what, ours, beside, goal, met }) => [
    what,
    figure(median(ours.rounds), ours.unit),
    ours.rounds.length > 1 ? `±${Math.round(spread(ours.rounds) * 50)} %` : '',
    beside ? `${(median(ours.rounds) / median(beside.samples.rounds)).toFixed(2)} × ${beside.name}` : '',
    goal,
    met === null ? '' : met ? 'yes' : 'NO',
  ]);
  const head = ['', 'median', 'spread', 'ratio', 'goal', 'met'];
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

function figure(value: number, unit: string): string {
  const digits = Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return `${value.toLocaleString('en', { maximumFractionDigits: digits })} ${unit}`;
}
