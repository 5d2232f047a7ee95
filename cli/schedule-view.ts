/** Schedules as people read them. */

import type { Schedule } from '../contract/schedule.ts';
import { formatDuration, formatRelative } from './durations.ts';
import { renderJson } from './error-view.ts';
import { tellsOf } from './job-view.ts';
import type { Paint } from './paint.ts';
import { stateLabel, stateMarks } from './paint.ts';
import type { Cell, Column } from './table.ts';
import { renderFacts, renderTable } from './table.ts';
import { indent, oneLine } from './text.ts';

const columns: readonly Column[] = [
  { title: 'ID' },
  { title: 'NAME', least: 8 },
  { title: 'WHEN', least: 10 },
  { title: 'TASK', least: 8 },
  { title: 'NEXT' },
  { title: 'LAST', least: 8 },
];

export function renderSchedules(schedules: readonly Schedule[], now: number, paint: Paint): string {
  const rows = schedules.map((schedule): Cell[] => [
    schedule.id,
    schedule.name ?? '–',
    whenOf(schedule),
    schedule.task,
    nextOf(schedule, now),
    lastOf(schedule, now, paint),
  ]);
  return renderTable(columns, rows, paint).join('\n');
}

/** `every 5m`, or the pattern and its zone. */
export function whenOf({ cron, everyMs, timeZone }: Schedule): string {
  return cron === null ? `every ${formatDuration(everyMs ?? 0)}` : `${cron} ${timeZone}`;
}

function nextOf({ paused, nextRuns: [next] }: Schedule, now: number): Cell {
  if (paused) return { text: 'paused', style: 'yellow' };
  return next === undefined ? { text: 'over', style: 'gray' } : formatRelative(next, now);
}

/** What happened last: a run, or a slot that was left out. */
function lastOf({ lastRun, lastSkipped }: Schedule, now: number, paint: Paint): Cell {
  if (lastSkipped && (!lastRun || lastSkipped.at > lastRun.at))
    return { text: `skipped ${formatRelative(lastSkipped.at, now)}: ${lastSkipped.reason}`, style: 'yellow' };
  if (!lastRun) return '–';
  const when = formatRelative(lastRun.at, now);
  return lastRun.state === null ? when : { text: `${stateLabel(lastRun.state, paint)} ${when}`, style: stateMarks[lastRun.state].style };
}

/** Everything of one schedule. */
export function renderSchedule(schedule: Schedule, now: number, paint: Paint): string {
  const { lastRun, lastSkipped } = schedule;
  const facts = renderFacts(
    [
      ['name', schedule.name === null ? null : oneLine(schedule.name)],
      ['when', whenOf(schedule)],
      ['task', schedule.task],
      ['queue', schedule.queue],
      ['priority', schedule.priority === 0 ? null : String(schedule.priority)],
      ['tags', schedule.tags.length === 0 ? null : schedule.tags.map(oneLine).join(', ')],
      ['tells', tellsOf(schedule.notify)],
      ['timeout', schedule.timeoutMs === null ? null : formatDuration(schedule.timeoutMs)],
      ['retry', schedule.retry === null ? null : JSON.stringify(schedule.retry)],
      ['overlap', schedule.overlap],
      ['missed', schedule.missed],
      ['paused', schedule.paused ? 'yes' : null],
      [
        'last run',
        lastRun === null ? null : `${lastRun.at} (${formatRelative(lastRun.at, now)})  ${lastRun.jobId}  ${lastRun.state ?? 'deleted'}`,
      ],
      [
        'last skipped',
        lastSkipped === null
          ? null
          : `${lastSkipped.slotAt} (${formatRelative(lastSkipped.slotAt, now)})  ${lastSkipped.reason}: ${oneLine(lastSkipped.detail)}`,
      ],
    ],
    paint,
  );
  const heading = schedule.nextRuns.length === 0 ? 'no more runs' : schedule.paused ? 'next, once resumed' : 'next';
  return [
    schedule.id,
    ...facts,
    '',
    paint.style('dim', heading),
    ...schedule.nextRuns.map((at) => `  ${at}  ${formatRelative(at, now)}`),
    '',
    paint.style('dim', 'payload'),
    indent(renderJson(schedule.payload), '  '),
  ].join('\n');
}
