/** Lists of jobs by key, for a read-only connection off the main thread. */

import type { Database } from 'better-sqlite3';
import type { DeadListQuery, JobListQuery } from '../../contract/filter.ts';
import { limits } from '../../contract/limits.ts';
import { conditionsOf, type JobSelection, type SqlValue } from './job-conditions.ts';
import { type JobRow, jobColumns } from './job-row.ts';
import { type JobScan, openScan, type Range, submissionRange } from './job-scan.ts';
import { jobTextOf } from './job-text.ts';

/**
 * Milliseconds from the question on. Past them a page ends early, perhaps empty (its cursor goes on), and a total is a lower bound: no
 * filter holds the reader for long, however many jobs there are. Others wait behind it, so the goals (50 ms, and 200 for text) are further off.
 */
export type ListBudgets = Record<'text' | 'other', { pageMs: number; totalMs: number }>;

const listBudgets: ListBudgets = { text: { pageMs: 100, totalMs: 50 }, other: { pageMs: 25, totalMs: 25 } };

/** What was not counted is estimated from so many stretches of it, evenly apart, of so many row numbers each. */
const samples = 64;
const sampleRows = 64;

/**
 * Jobs as JSON texts: objects would be made of rows, copied to another thread and made into text there, at five times the cost.
 * `running`: the places of those that run, and their row numbers. `total` is null where the counters know it, `estimate` where
 * the total is exact.
 */
export type JobListAnswer = PageJobs & { next: string | null; total: number | null; exact: boolean; estimate: number | null };

type PageJobs = { texts: string[]; running: { place: number; seq: number }[] };

type Page = PageJobs & { next: string | null /** What has not been looked at. */; rest: Range };

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
  const { rest, ...page } = readPage(db, scan, query, range, { now, until: startedAt + pageMs, isCounted: !countMatches });
  if (!countMatches) return { ...page, total: null, exact: true, estimate: null };
  const until = startedAt + totalMs;
  if (query.cursor !== undefined) return { ...page, ...count(scan, range, now, until) };
  const { total, exact, estimate } = count(scan, rest, now, until);
  const shown = page.texts.length;
  return { ...page, total: shown + total, exact, estimate: estimate === null ? null : shown + estimate };
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
  const texts: string[] = [];
  const running: PageJobs['running'] = [];
  let bytes = 0;
  let last = 0;
  // One more than asked for tells whether there is a next page.
  for (const window of scan.windows(rest, order, query.limit + 1, now)) {
    for (const row of rowsIn(window, query.limit + 1 - texts.length)) {
      if (texts.length === query.limit || bytes > limits.pageBytes) return { texts, running, next: String(last), rest: beyond(last, rest) };
      bytes += row.payload.length + (row.result?.length ?? 0) + (row.error?.length ?? 0);
      if (row.state === 'executing') running.push({ place: texts.length, seq: row.seq });
      texts.push(jobTextOf(row));
      last = row.seq;
    }
    if (window.candidates === null) break;
    if (isCounted && query.cursor === undefined && texts.length === countedMatches(db, query)) break;
    const end = order === 'DESC' ? window.from : window.to;
    if (now() >= until) return { texts, running, next: String(end), rest: beyond(end, rest) };
  }
  return { texts, running, next: null, rest: { from: 1, to: 0 } };
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

type Count = { total: number; exact: boolean; estimate: number | null };

function count(scan: JobScan, range: Range, now: () => number, until: number): Count {
  let total = 0;
  for (const window of scan.windows(range, 'DESC', 1_000, now)) {
    total += scan.countIn(window);
    if (window.candidates !== null && now() >= until) {
      const left = { from: range.from, to: window.from - 1 };
      return { total, exact: false, estimate: total + estimateIn(scan, left) };
    }
  }
  return { total, exact: true, estimate: null };
}

/** By stratified sampling: matches lie unevenly where jobs were deleted or came in bursts. */
function estimateIn(scan: JobScan, { from, to }: Range): number {
  const stretch = Math.max(sampleRows, (to - from + 1) / samples);
  let found = 0;
  let looked = 0;
  for (let middle = from + stretch / 2; middle <= to; middle += stretch) {
    const first = Math.floor(middle - sampleRows / 2);
    const last = Math.min(first + sampleRows - 1, to);
    found += scan.countIn({ from: first, to: last, candidates: null });
    looked += last - first + 1;
  }
  return looked === 0 ? 0 : Math.round((found / looked) * (to - from + 1));
}

function intersection(a: Range, b: Range): Range {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}
