/** Jobs as people read them. */

import { compensationWords, taskLabel } from '../contract/compensation.ts';
import type { Attempt, Job, JobNotification, JobSummary } from '../contract/job.ts';
import { isSameJson } from '../contract/json.ts';
import { finalStates } from '../contract/states.ts';
import { formatBytes } from './bytes.ts';
import { between, formatDuration, formatRelative } from './durations.ts';
import { renderError, renderJson } from './error-view.ts';
import type { Paint } from './paint.ts';
import { stateLabel, stateMarks } from './paint.ts';
import type { Cell, Column } from './table.ts';
import { renderFacts, renderTable } from './table.ts';
import { indent, oneLine } from './text.ts';

const jobColumns: readonly Column[] = [
  { title: 'ID' },
  { title: 'STATE' },
  { title: 'TASK', least: 8 },
  { title: 'QUEUE', least: 5 },
  { title: 'TRY', align: 'right' },
  { title: 'AGE', align: 'right' },
  { title: 'DETAIL', least: 0 },
];

export function renderJobs(jobs: readonly JobSummary[], now: number, paint: Paint): string[] {
  return renderTable(
    jobColumns,
    jobs.map((job) => [
      job.id,
      { text: stateLabel(job.state, paint), style: stateMarks[job.state].style },
      taskLabel(job),
      job.queue,
      `${job.attempt}/${job.maxAttempts}`,
      formatRelative(job.createdAt, now).replace(' ago', ''),
      detailOf(job, now),
    ]),
    paint,
  );
}

const deadColumns: readonly Column[] = [
  { title: 'ID' },
  { title: 'REASON', least: 20 },
  { title: 'TASK', least: 8 },
  { title: 'TRIES', align: 'right' },
  { title: 'DIED', align: 'right' },
];

/** The reason stands next to the id: it is what a person looks for. */
export function renderDead(jobs: readonly JobSummary[], now: number, paint: Paint): string[] {
  return renderTable(
    deadColumns,
    jobs.map((job): Cell[] => [
      job.id,
      { text: job.error?.message ?? 'no reason was kept', style: 'red' },
      taskLabel(job),
      String(job.attempt),
      formatRelative(job.finishedAt ?? job.createdAt, now).replace(' ago', ''),
    ]),
    paint,
  );
}

/** The one thing worth knowing beside the state: why, how far, until when, how long. */
export function detailOf(job: JobSummary, now: number): string {
  switch (job.state) {
    case 'executing':
      return `${elapsed(job, now)}${job.progress ? ` · ${progressText(job.progress)}` : ''}`;
    case 'retryable':
      return `again ${formatRelative(job.runAt, now)} · ${job.error?.message ?? ''}`;
    case 'scheduled':
      return formatRelative(job.runAt, now);
    case 'completed':
      return elapsed(job, now);
    case 'dead':
    case 'cancelled':
      return [compensationText(job), job.error?.message].filter(Boolean).join(' · ');
    default:
      return '';
  }
}

function elapsed(job: JobSummary, now: number): string {
  return job.startedAt === null ? '' : formatDuration(between(job.startedAt, job.finishedAt, now));
}

export function progressText(progress: NonNullable<JobSummary['progress']>): string {
  return progress.message === null ? `${progress.percent} %` : `${progress.percent} % ${progress.message}`;
}

function compensationText({ compensation }: JobSummary): string {
  return compensation === null ? '' : compensationWords[compensation.state];
}

/** Who is told of which ends; null: nobody. */
export function tellsOf(notify: readonly JobNotification[]): string | null {
  if (notify.length === 0) return null;
  return notify
    .map((told) => {
      const who = told.type === 'webhook' ? told.url : told.type === 'email' ? told.to.join(', ') : 'the desktop';
      return oneLine(told.on.length === finalStates.length ? who : `${who} (${told.on.join(', ')})`);
    })
    .join('; ');
}

/** Everything of one job. */
export function renderJob(job: Job, now: number, paint: Paint): string {
  const time = (at: string | null, more = '') => (at === null ? null : `${at} (${formatRelative(at, now)})${more}`);
  const ran =
    job.startedAt !== null && job.finishedAt !== null ? `, took ${formatDuration(between(job.startedAt, job.finishedAt, now))}` : '';
  const facts = renderFacts(
    [
      ['task', taskLabel(job)],
      ['makes up for', job.compensates],
      ['compensation', job.compensation && [compensationText(job), job.compensation.jobId].filter(Boolean).join(': job ')],
      ['on failure', job.onFailure && `${job.onFailure.task} ${oneLine(JSON.stringify(job.onFailure.payload))}`],
      ['queue', job.queue],
      ['mode', job.decision === null ? job.mode : `${job.mode} → ${job.decision.mode}: ${oneLine(job.decision.reason)}`],
      ['lane', job.lane],
      ['attempt', `${job.attempt} of ${job.maxAttempts}`],
      ['priority', job.priority === 0 ? null : String(job.priority)],
      ['tags', job.tags.length === 0 ? null : job.tags.map(oneLine).join(', ')],
      ['unique', job.uniqueKey === null ? null : oneLine(job.uniqueKey)],
      ['one at a time', job.concurrencyKey === null ? null : oneLine(job.concurrencyKey)],
      [
        'schedule',
        job.scheduleId === null ? null : job.slotAt === null ? `${job.scheduleId}, by hand` : `${job.scheduleId} for ${job.slotAt}`,
      ],
      ['tells', tellsOf(job.notify)],
      ['timeout', formatDuration(job.timeoutMs)],
      ['deadline', time(job.deadlineAt)],
      ['created', time(job.createdAt)],
      ['due', job.state === 'scheduled' || job.state === 'retryable' ? time(job.runAt) : null],
      ['started', time(job.startedAt)],
      ['finished', time(job.finishedAt, ran)],
      ['progress', job.progress === null ? null : oneLine(progressText(job.progress))],
    ],
    paint,
  );
  const { style } = stateMarks[job.state];
  const lines = [`${paint.style(style, stateLabel(job.state, paint))}  ${job.id}`, ...facts];
  if (job.error)
    lines.push('', paint.style('red', job.state === 'dead' ? 'Why it is dead' : 'Last error'), indent(renderError(job.error), '  '));
  lines.push('', paint.style('dim', 'payload'), indent(renderJson(job.payload), '  '));
  if (job.resultFile)
    lines.push(
      '',
      `${paint.style('dim', 'result')}  ${formatBytes(job.resultFile.bytes)} in ${job.resultFile.path} of the home: switchyard get ${job.id} --result`,
    );
  if (job.optimistic !== null) {
    const kept = job.state !== 'completed' ? '' : isSameJson(job.optimistic, job.result) ? ', and kept' : ', and it came otherwise';
    lines.push('', paint.style('dim', `promised${kept}`), indent(renderJson(job.optimistic), '  '));
  }
  if (job.result !== null) lines.push('', paint.style('dim', 'result'), indent(renderJson(job.result), '  '));
  return lines.join('\n');
}

const attemptColumns: readonly Column[] = [
  { title: 'ATTEMPT', align: 'right' },
  { title: 'OUTCOME' },
  { title: 'LANE' },
  { title: 'STARTED' },
  { title: 'TOOK', align: 'right' },
  { title: 'ERROR', least: 10 },
];

export function renderAttempts(attempts: readonly Attempt[], now: number, paint: Paint): string[] {
  return renderTable(
    attemptColumns,
    attempts.map((attempt): Cell[] => [
      String(attempt.attempt),
      {
        text: attempt.outcome ?? 'running',
        style: attempt.outcome === 'succeeded' ? 'green' : attempt.outcome === null ? 'cyan' : 'yellow',
      },
      attempt.thread === null ? attempt.lane : `${attempt.lane} ${attempt.thread}`,
      attempt.startedAt,
      formatDuration(between(attempt.startedAt, attempt.finishedAt, now)),
      attempt.error?.message ?? '',
    ]),
    paint,
  );
}

/** One line on how a job ended or stands: `✓ completed  0190…  shell.run  1.2s`. */
export function renderJobLine(job: JobSummary, now: number, paint: Paint): string {
  const { style } = stateMarks[job.state];
  return [paint.style(style, stateLabel(job.state, paint)), job.id, taskLabel(job), oneLine(detailOf(job, now))]
    .filter((part) => part !== '')
    .join('  ');
}
