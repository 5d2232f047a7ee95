/** The board as lines of a terminal. Pure. */

import { stripVTControlCharacters } from 'node:util';
import { jobStates } from '../../contract/states.ts';
import { formatDuration, formatRelative } from '../durations.ts';
import { detailOf } from '../job-view.ts';
import type { Paint } from '../paint.ts';
import { stateLabel, stateMarks } from '../paint.ts';
import { count, oneLine, padEnd, padStart, truncate, widthOf } from '../text.ts';
import type { Board } from './board.ts';

export type Frame = {
  width: number;
  height: number;
  now: number;
  paint: Paint;
  home: string /** Instead of live data. */;
  notice: string | null;
};

/** At most `height` lines, none wider than `width`. */
export function renderBoard(board: Board, frame: Frame): string[] {
  const { width, height, paint, now, home, notice } = frame;
  const head = [
    spread(
      paint.style('bold', 'Switchyard'),
      notice === null ? paint.style('dim', truncate(home, width - 24)) : paint.style('red', truncate(notice, width - 12)),
      width,
    ),
    '',
    ...renderCounts(board, frame),
    '',
    ...renderThroughput(board, frame),
    '',
    ...renderLanes(board, frame),
    '',
  ];
  const foot = [paint.style('dim', truncate('q quits', width))];
  const room = Math.max(0, height - head.length - foot.length);
  // Failures get what the running jobs leave, but never less than a third.
  const failureRoom = Math.min(board.failures.length + 2, Math.max(Math.floor(room / 3), room - board.running.length - 2));
  const runningRoom = room - failureRoom;
  // In a narrow terminal what is going on matters more; `ls` and `dead ls` have the ids.
  const id = (job: { id: string }) => (width < 110 ? '' : `${job.id}  `);
  const running = section(
    `Running (${board.counts.executing.toLocaleString('en-US')})`,
    runningRoom,
    'Nothing runs.',
    frame,
    board.running,
    (job) => [
      paint.style('cyan', stateMarks.executing.mark),
      ` ${padEnd(truncate(job.task, 16), 16)}  ${id(job)}${oneLine(detailOf(job, now))}`,
    ],
  );
  const failures = section('Last failures', failureRoom, 'Nothing failed.', frame, board.failures, ({ at, job }) => [
    paint.style(stateMarks[job.state].style, stateMarks[job.state].mark),
    ` ${padStart(formatRelative(at, now).replace(' ago', ''), 4)}  ${padEnd(truncate(job.task, 16), 16)}  ${id(job)}${oneLine(job.error?.message ?? '')}`,
  ]);
  const body = [...running, ...failures];
  const padding: string[] = Array.from({ length: Math.max(0, room - body.length) }, () => '');
  return [...head, ...body, ...padding, ...foot].slice(0, height);
}

function renderCounts({ counts }: Board, { width, paint }: Frame): string[] {
  const cells = jobStates
    .filter((state) => state !== 'blocked' || counts.blocked > 0)
    .map((state) => {
      const { style } = stateMarks[state];
      const label = stateLabel(state, paint);
      const number = counts[state].toLocaleString('en-US');
      const plain = truncate(`${label} ${number}`, width);
      const fits = plain === `${label} ${number}`;
      return { plain, shown: fits ? `${paint.style(counts[state] > 0 ? style : 'dim', label)} ${paint.style('bold', number)}` : plain };
    });
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const { plain, shown } of cells) {
    const wide = widthOf(plain);
    if (used > 0 && used + 3 + wide > width) {
      lines.push(line);
      line = '';
      used = 0;
    }
    line += used === 0 ? shown : `   ${shown}`;
    used += (used === 0 ? 0 : 3) + wide;
  }
  return [...lines, line];
}

const bars = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** The mean of the last 10 s, and a bar for every second that fits. */
function renderThroughput({ points }: Board, { width, paint }: Frame): string[] {
  const recent = points.slice(-10);
  const mean = (value: (point: (typeof points)[number]) => number) =>
    recent.length === 0 ? 0 : recent.reduce((sum, point) => sum + value(point), 0) / recent.length;
  const rate = (n: number) => (n >= 10 || n === 0 ? Math.round(n).toLocaleString('en-US') : n.toFixed(1));
  const last = points.findLast((point) => point.runP95Ms !== null);
  const latency = last ? ` · wait p95 ${formatDuration(last.waitP95Ms ?? 0)} · run p95 ${formatDuration(last.runP95Ms ?? 0)}` : '';
  const text = `${rate(mean((point) => point.completed))} done/s · ${rate(mean((point) => point.submitted))} in/s · ${rate(mean((point) => point.failed))} failed/s${latency}`;
  const shown = points.slice(-width);
  const most = Math.max(1, ...shown.map((point) => point.completed));
  const chart = shown
    .map((point) => bars[point.completed === 0 ? 0 : Math.max(1, Math.round((point.completed / most) * 8))] ?? ' ')
    .join('');
  return [truncate(text, width), paint.style('green', padStart(chart, width))];
}

function renderLanes({ lanes }: Board, { width, paint }: Frame): string[] {
  return lanes.map((lane) => {
    const cells = 20;
    const full = lane.jobs === 0 ? 0 : Math.ceil((lane.jobs / Math.max(lane.jobs, lane.places)) * cells);
    const text = `${count(lane.jobs, 'job')} · ${count(Math.max(0, lane.places - lane.jobs), 'place')} free · ${count(lane.threads.length, 'thread')}`;
    const bar = `${paint.style('cyan', '█'.repeat(full))}${paint.style('dim', '░'.repeat(cells - full))}`;
    return `${padEnd(lane.name, 12)}${bar}  ${truncate(text, Math.max(0, width - cells - 14))}`;
  });
}

function section<Item>(
  title: string,
  room: number,
  none: string,
  { width, paint }: Frame,
  items: readonly Item[],
  row: (item: Item) => [mark: string, text: string],
): string[] {
  if (room < 2) return [];
  const shown = items.slice(0, room - 2);
  const lines = shown.map((item) => {
    const [mark, text] = row(item);
    return mark + truncate(text, width - 1);
  });
  return [
    paint.style('bold', truncate(title, width)),
    ...(lines.length === 0 && room > 2 ? [paint.style('dim', truncate(none, width))] : lines),
    '',
  ].slice(0, room);
}

function spread(left: string, right: string, width: number): string {
  const space = width - widthOf(stripVTControlCharacters(left)) - widthOf(stripVTControlCharacters(right));
  return `${left}${' '.repeat(Math.max(1, space))}${right}`;
}
