/**
 * Gathers jobs that die close together, so that a broken service costs one notification and not a thousand. Pure: time is
 * given. Holds a few jobs and a count, whatever the number of deaths.
 */

import type { JobSummary } from '../contract/job.ts';

export type DeathNotice = {
  title: string;
  body: string;
  /** Where a click leads: a path inside the window. */
  path: string;
};

export type DeathBatch = {
  /** Those that may be told one by one; the rest only counts. */
  first: JobSummary[];
  count: number;
  /** By task, for the summary; at most `tasksNamed` of them. */
  tasks: string[];
  /** When it is told, in milliseconds of the given clock; null while nothing has died. */
  dueAt: number | null;
  /** Nothing is told before. */
  quietUntil: number;
};

/** Deaths within it are told together. */
const gatherMs = 1_500;
/** Between two rounds of notifications. */
const quietMs = 10_000;
/** So many are told one by one. */
const single = 2;
const tasksNamed = 3;
const bodyLength = 240;

export function emptyBatch(quietUntil = 0): DeathBatch {
  return { first: [], count: 0, tasks: [], dueAt: null, quietUntil };
}

export function withDeath(batch: DeathBatch, job: JobSummary, now: number): DeathBatch {
  const known = batch.tasks.includes(job.task) || batch.tasks.length > tasksNamed;
  return {
    first: batch.count < single ? [...batch.first, job] : batch.first,
    count: batch.count + 1,
    tasks: known ? batch.tasks : [...batch.tasks, job.task],
    dueAt: batch.dueAt ?? Math.max(now + gatherMs, batch.quietUntil),
    quietUntil: batch.quietUntil,
  };
}

/** What is to be told now, and the batch that goes on from there. */
export function takeDue(batch: DeathBatch, now: number): { notices: DeathNotice[]; rest: DeathBatch } {
  if (batch.dueAt === null || now < batch.dueAt) return { notices: [], rest: batch };
  const notices = batch.count > single ? [summary(batch)] : batch.first.map(notice);
  return { notices, rest: emptyBatch(now + quietMs) };
}

function notice(job: JobSummary): DeathNotice {
  const reason = job.error === null ? 'It left no error.' : firstLine(job.error.message);
  const tags = job.tags.length === 0 ? [] : [job.tags.join(' · ')];
  return { title: `${job.task} died`, body: [reason, ...tags].join('\n'), path: jobPath(job.id) };
}

function summary({ count, tasks }: DeathBatch): DeathNotice {
  const named = tasks.slice(0, tasksNamed).join(', ');
  return {
    title: `${count.toLocaleString('en')} jobs died`,
    body: tasks.length > tasksNamed ? `${named} and others` : named,
    path: deadPath,
  };
}

function firstLine(message: string): string {
  const line = message.trim().split('\n')[0] ?? '';
  return line.length > bodyLength ? `${line.slice(0, bodyLength - 1)}…` : line;
}

export const deadPath = '/dead-letters';

export function jobPath(id: string): string {
  return `/jobs?job=${encodeURIComponent(id)}`;
}
