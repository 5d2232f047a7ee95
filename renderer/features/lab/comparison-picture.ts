/** The comparison as a picture that can be put into a report: drawn on a canvas, in the colours of the window. */

import type { LatencySummary } from '../../../contract/lab-run.ts';
import { formatDuration, formatRate, formatShare } from '../../ui/format.ts';
import { modeColours, modeTitles } from './lab-words.ts';
import { type Column, placeOn } from './side-by-side.ts';

export type Picture = { title: string; subtitle: string; columns: readonly Column[] };

const width = 960;
const margin = 32;
const labelWidth = 96;
const figuresWidth = 300;
const rowHeight = 30;
const chartTop = 96;

const charts = [
  ['felt', 'What the caller felt: half, 95 % and 99 % within'],
  ['completion', 'Until the work was done: half, 95 % and 99 % within'],
] as const;

/** Its size in CSS pixels; the canvas has twice as many. */
export function pictureSize({ columns }: Picture): { width: number; height: number } {
  return { width, height: chartTop + charts.length * (columns.length * rowHeight + 84) };
}

/** @param colour value of a token, e.g. `--text` */
export function drawPicture(canvas: HTMLCanvasElement, picture: Picture, colour: (token: string) => string, font: string): void {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gives no canvas to draw on');
  const { height } = pictureSize(picture);
  canvas.width = width * 2;
  canvas.height = height * 2;
  context.scale(2, 2);
  context.fillStyle = colour('--surface');
  context.fillRect(0, 0, width, height);
  const write = (
    text: string,
    x: number,
    y: number,
    { token = '--text', size = 13, bold = false, align = 'left' as CanvasTextAlign, most = 0 } = {},
  ) => {
    context.font = `${bold ? 600 : 400} ${size}px ${font}`;
    context.fillStyle = colour(token);
    context.textAlign = align;
    if (most > 0) context.fillText(text, x, y, most);
    else context.fillText(text, x, y);
  };
  write(picture.title, margin, 40, { size: 20, bold: true, most: width - 2 * margin });
  write(picture.subtitle, margin, 62, { token: '--text-soft', most: width - 2 * margin });
  const [from, to] = [margin + labelWidth, width - margin - figuresWidth];
  for (const [at, [field, heading]] of charts.entries()) {
    const top = chartTop + at * (picture.columns.length * rowHeight + 84);
    const summaries = picture.columns.flatMap(({ result }) => result[field] ?? []);
    const axis = { fromMs: 1, toMs: Math.max(1_000, ...summaries.map(({ p99Ms }) => p99Ms)) };
    const x = (ms: number) => from + placeOn(axis, ms) * (to - from);
    write(heading, margin, top, { bold: true });
    const bottom = top + 14 + picture.columns.length * rowHeight;
    for (let ms = 1; ms <= axis.toMs; ms *= 10) {
      context.fillStyle = colour('--line');
      context.fillRect(Math.round(x(ms)), top + 14, 1, bottom - top - 14);
      write(formatDuration(ms).replace('.0 s', ' s'), x(ms), bottom + 16, { token: '--text-faint', size: 11, align: 'center' });
    }
    for (const [row, { result, run }] of picture.columns.entries()) {
      const y = top + 14 + row * rowHeight + rowHeight / 2;
      write(`${modeTitles[result.mode]}${run === null ? '' : ` ${run}`}`, margin, y + 4, { bold: true });
      const summary = result[field];
      write(summary === null ? 'nothing measured' : figures(summary), to + 16, y + 4, {
        token: '--text-soft',
        size: 12,
        most: figuresWidth - 16,
      });
      if (summary === null) continue;
      context.fillStyle = colour(modeColours[result.mode]);
      context.fillRect(x(0), y - 5, Math.max(2, x(summary.p50Ms) - x(0)), 10);
      context.fillRect(x(summary.p50Ms), y - 1, x(summary.p99Ms) - x(summary.p50Ms), 2);
      context.fillRect(x(summary.p95Ms) - 1.5, y - 7, 3, 14);
      context.fillRect(x(summary.p99Ms) - 0.5, y - 4, 1, 8);
    }
  }
  const last = picture.columns.map(({ result: { mode, answers, sent, completedPerSecond }, run }) => {
    const refused = sent === 0 ? 0 : answers.refused / sent;
    return `${modeTitles[mode]}${run === null ? '' : ` ${run}`} ${formatRate(completedPerSecond)}${refused > 0 ? `, ${formatShare(refused)} refused` : ''}`;
  });
  write(`Completed: ${last.join('; ')}`, margin, height - 20, { token: '--text-soft', size: 12, most: width - 2 * margin });
}

function figures({ p50Ms, p95Ms, p99Ms }: LatencySummary): string {
  return [p50Ms, p95Ms, p99Ms].map(formatDuration).join('  ·  ');
}
