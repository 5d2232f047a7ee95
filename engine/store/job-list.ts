/** Lists of jobs by key, for a read-only connection off the main thread. */

import type { Database } from 'better-sqlite3';
import type { DeadListQuery, JobListQuery } from '../../contract/filter.ts';
import type { Job } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import { conditionsOf, type JobSelection, type SqlValue } from './job-conditions.ts';
import { type JobRow, jobColumns, jobOf } from './job-row.ts';
import { type JobScan, openScan, type Range, submissionRange } from './job-scan.ts';

/**
 * Milliseconds from the question on. Past them a page ends early, perhaps empty (its cursor goes on), and a total is a lower bound: no
 * filter holds the reader for long, however many jobs there are. Others wait behind it, so the goals (50 ms, and 200 for text) are further off.
 */
export type ListBudgets = Record<'text' | 'other', { pageMs: number; totalMs: number }>;

const listBudgets: ListBudgets = { text: { pageMs: 100, totalMs: 50 }, other: { pageMs: 25, totalMs: 25 } };

export type JobListAnswer = { jobs: Job[]; next: string | null /** null: the counters know it. */; total: number | null; exact: boolean };

type Page = { jobs: Job[]; next: string | null /** What has not been looked at. */; rest: Range };

/**
 * @param countMatches false where the counters know the total
 * @param now milliseconds, from whenever
 */
export function readJobList(
  db: Database,
  query: JobListQuery | DeadListQuery,
  countMatches: boolean,
  now: () => number,
  budgets = listBudgets,
): JobListAnswer {
  const startedAt = now();
  const { pageMs, totalMs } = query.q ? budgets.text : budgets.other;
  const range = submissionRange(db, query);
  const scan = openScan(db, query, range);
  const page = readPage(db, scan, query, range, { now, until: startedAt + pageMs, isCounted: !countMatches });
  const { jobs, next } = page;
  if (!countMatches) return { jobs, next, total: null, exact: true };
  const until = startedAt + totalMs;
  if (query.cursor !== undefined) return { jobs, next, ...count(scan, range, now, until) };
  const { total, exact } = count(scan, page.rest, now, until);
  return { jobs, next, total: jobs.length + total, exact };
}

type PageTerms = { now: () => number; until: number /** Whether the counters know how many there are. */; isCounted: boolean };

function readPage(
  db: Database,
  scan: JobScan,
  query: JobListQuery | DeadListQuery,
  range: Range,
  { now, until, isCounted }: PageTerms,
): Page {
  const order = query.order === '-createdAt' ? 'DESC' : 'ASC';
  const beyond = (seq: number, of: Range): Range => (order === 'DESC' ? { ...of, to: seq - 1 } : { ...of, from: seq + 1 });
  const rest =
    query.cursor === undefined ? range : intersection(range, beyond(Number(query.cursor), { from: 0, to: Number.MAX_SAFE_INTEGER }));
  const rowsIn = scan.prepareRows<JobRow>(jobColumns, order);
  const jobs: Job[] = [];
  let bytes = 0;
  let last = 0;
  // One more than asked for tells whether there is a next page.
  for (const window of scan.windows(rest, order, query.limit + 1, now)) {
    for (const row of rowsIn(window, query.limit + 1 - jobs.length)) {
      if (jobs.length === query.limit || bytes > limits.pageBytes) return { jobs, next: String(last), rest: beyond(last, rest) };
      bytes += row.payload.length + (row.result?.length ?? 0) + (row.error?.length ?? 0);
      jobs.push(jobOf(row));
      last = row.seq;
    }
    if (window.candidates === null) break;
    if (isCounted && query.cursor === undefined && jobs.length === countedMatches(db, query)) break;
    const end = order === 'DESC' ? window.from : window.to;
    if (now() >= until) return { jobs, next: String(end), rest: beyond(end, rest) };
  }
  return { jobs, next: null, rest: { from: 1, to: 0 } };
}

/** How many there are at the moment of the page, as the counters have it: a page that has them all need look no further. */
function countedMatches(db: Database, query: JobSelection): number | undefined {
  if (query.fingerprint !== undefined) return undefined;
  const { sources, checks } = conditionsOf(query);
  const all = [...sources.map(({ check }) => check), ...checks];
  const where = all.length === 0 ? 'TRUE' : all.map(({ sql }) => sql).join(' AND ');
  const statement = db.prepare<SqlValue[], number>(`SELECT coalesce(sum(n), 0) FROM counters WHERE ${where}`).pluck();
  return statement.get(...all.flatMap(({ values }) => values));
}

function count(scan: JobScan, range: Range, now: () => number, until: number): { total: number; exact: boolean } {
  let total = 0;
  for (const window of scan.windows(range, 'DESC', 1_000, now)) {
    total += scan.countIn(window);
    if (window.candidates !== null && now() >= until) return { total, exact: false };
  }
  return { total, exact: true };
}

function intersection(a: Range, b: Range): Range {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}
