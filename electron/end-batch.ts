/**
 * Gathers jobs that end close together, so that a broken service costs one notification and not a thousand. Told are those
 * that died and those that asked for it. Pure: time is given. Holds a few jobs and a count, whatever the number of ends.
 */

import type { JobSummary } from '../contract/job.ts';

export type EndNotice = {
  title: string;
  body: string;
  /** Where a click leads: a path inside the window. */
  path: string;
};

export type EndBatch = {
  /** Those that may be told one by one; the rest only counts. */
  first: JobSummary[];
  count: number;
  /** How many of them died. */
  dead: number;
  /** By task, for the summary; at most `tasksNamed` of them. */
  tasks: string[];
  /** When it is told, in milliseconds of the given clock; null while nothing has ended. */
  dueAt: number | null;
  /** Nothing is told before. */
  quietUntil: number;
};

/** Ends within it are told together. */
const gatherMs = 1_500;
/** Between two rounds of notifications. */
const quietMs = 10_000;
/** So many are told one by one. */
const single = 2;
const tasksNamed = 3;
const bodyLength = 240;

export function emptyBatch(quietUntil = 0): EndBatch {
  return { first: [], count: 0, dead: 0, tasks: [], dueAt: null, quietUntil };
}

export function withEnd(batch: EndBatch, job: JobSummary, now: number): EndBatch {
  const known = batch.tasks.includes(job.task) || batch.tasks.length > tasksNamed;
  return {
    first: batch.count < single ? [...batch.first, job] : batch.first,
    count: batch.count + 1,
    dead: batch.dead + (job.state === 'dead' ? 1 : 0),
    tasks: known ? batch.tasks : [...batch.tasks, job.task],
    dueAt: batch.dueAt ?? Math.max(now + gatherMs, batch.quietUntil),
    quietUntil: batch.quietUntil,
  };
}

/** What is to be told now, and the batch that goes on from there. */
export function takeDue(batch: EndBatch, now: number): { notices: EndNotice[]; rest: EndBatch } {
  if (batch.dueAt === null || now < batch.dueAt) return { notices: [], rest: batch };
  const notices = batch.count > single ? [summary(batch)] : batch.first.map(notice);
  return { notices, rest: emptyBatch(now + quietMs) };
}

function notice(job: JobSummary): EndNotice {
  const tags = job.tags.length === 0 ? [] : [job.tags.join(' · ')];
  return {
    title: `${job.task} ${job.state === 'dead' ? 'died' : job.state}`,
    body: [...reasonOf(job), ...tags].join('\n'),
    path: jobPath(job.id),
  };
}

function reasonOf({ state, error }: JobSummary): string[] {
  if (state === 'completed') return [];
  return error === null ? ['It left no error.'] : [firstLine(error.message)];
}

function summary({ count, dead, tasks }: EndBatch): EndNotice {
  const named = tasks.slice(0, tasksNamed).join(', ');
  const jobs = `${count.toLocaleString('en')} jobs`;
  return {
    title: dead === count ? `${jobs} died` : dead === 0 ? `${jobs} ended` : `${jobs} ended, ${dead.toLocaleString('en')} of them dead`,
    body: tasks.length > tasksNamed ? `${named} and others` : named,
    path: dead === 0 ? jobsPath : deadPath,
  };
}

function firstLine(message: string): string {
  const line = message.trim().split('\n')[0] ?? '';
  return line.length > bodyLength ? `${line.slice(0, bodyLength - 1)}…` : line;
}

export const deadPath = '/dead-letters';
const jobsPath = '/jobs';

export function jobPath(id: string): string {
  return `/jobs?job=${encodeURIComponent(id)}`;
}
