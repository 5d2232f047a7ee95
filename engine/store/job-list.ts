/** Lists of jobs by key, for a read-only connection off the main thread. */

import type { Database } from 'better-sqlite3';
import type { DeadListQuery, JobFilter, JobListQuery } from '../../contract/filter.ts';
import type { Job } from '../../contract/job.ts';
import { limits } from '../../contract/limits.ts';
import type { JobState } from '../../contract/states.ts';
import { parseJobId } from './job-id.ts';
import { type JobRow, jobColumns, jobOf } from './job-row.ts';

/**
 * Rows looked at for one page or one count when no index gives the matches in order. Past it the page ends early, perhaps
 * empty (its cursor goes on), and the count is a lower bound: no filter holds the reader for long.
 */
const scanLimit = 500_000;
/** Rows looked at by one statement. */
const windowRows = 50_000;

export type JobListAnswer = { jobs: Job[]; next: string | null /** null: the counters know it. */; total: number | null; exact: boolean };

/** What can be asked of jobs: a filter, or the cause of their death. */
export type JobSelection = JobFilter & { fingerprint?: string | undefined };

type Condition = {
  sql: string;
  values: (string | number)[];
  indexed: boolean;
  /** What matches is bounded, and found by an index whatever else is asked. */
  few?: true;
};
type Range = { from: number; to: number };

export function readJobList(db: Database, query: JobListQuery | DeadListQuery, countMatches: boolean): JobListAnswer {
  const range = submissionRange(db, query);
  const conditions = conditionsOf(query);
  const page = readPage(db, query, range, conditions);
  if (!countMatches) return { ...page, total: null, exact: true };
  return { ...page, ...count(db, range, conditions) };
}

function readPage(
  db: Database,
  query: JobListQuery | DeadListQuery,
  range: Range,
  conditions: Condition[],
): { jobs: Job[]; next: string | null } {
  const descending = query.order === '-createdAt';
  const after = query.cursor === undefined ? null : Number(query.cursor);
  const rest: Range = {
    from: !descending && after !== null ? Math.max(range.from, after + 1) : range.from,
    to: descending && after !== null ? Math.min(range.to, after - 1) : range.to,
  };
  const statement = db.prepare<(string | number)[], JobRow>(
    `SELECT ${jobColumns.join(', ')} FROM jobs WHERE ${whereOf(conditions)} ORDER BY seq ${descending ? 'DESC' : 'ASC'} LIMIT ?`,
  );
  const values = conditions.flatMap((condition) => condition.values);
  const jobs: Job[] = [];
  let bytes = 0;
  let last = 0;
  for (const { from, to } of windowsOf(rest, conditions, descending)) {
    // One more than asked for tells whether there is a next page.
    for (const row of statement.iterate(from, to, ...values, query.limit + 1 - jobs.length)) {
      if (jobs.length === query.limit || bytes > limits.pageBytes) return { jobs, next: String(last) };
      bytes += row.payload.length + (row.result?.length ?? 0) + (row.error?.length ?? 0);
      jobs.push(jobOf(row));
      last = row.seq;
    }
    const end = descending ? from : to;
    const exhausted = descending ? from <= rest.from : to >= rest.to;
    if (!exhausted && Math.abs(end - (descending ? rest.to : rest.from)) >= scanLimit) return { jobs, next: String(end) };
  }
  return { jobs, next: null };
}

function count(db: Database, range: Range, conditions: Condition[]): { total: number; exact: boolean } {
  const statement = db.prepare<(string | number)[], number>(`SELECT count(*) FROM jobs WHERE ${whereOf(conditions)}`).pluck();
  const values = conditions.flatMap((condition) => condition.values);
  let total = 0;
  for (const { from, to } of windowsOf(range, conditions, true)) {
    total += statement.get(from, to, ...values) ?? 0;
    if (from > range.from && range.to - from >= scanLimit) return { total, exact: false };
  }
  return { total, exact: true };
}

export function whereOf(conditions: Condition[]): string {
  return ['seq BETWEEN ? AND ?', ...conditions.map(({ sql }) => sql)].join(' AND ');
}

/** One window over everything where the rows that match are found by an index, in order; else steps of a bounded size. */
export function* windowsOf(range: Range, conditions: Condition[], descending: boolean): Generator<Range> {
  if (conditions.length === 0 || (conditions.length === 1 && conditions[0]?.indexed) || conditions.some(({ few }) => few)) {
    yield range;
    return;
  }
  if (descending) {
    for (let to = range.to; to >= range.from; to -= windowRows) yield { from: Math.max(range.from, to - windowRows + 1), to };
  } else {
    for (let from = range.from; from <= range.to; from += windowRows) yield { from, to: Math.min(range.to, from + windowRows - 1) };
  }
}

export function conditionsOf(query: JobSelection): Condition[] {
  const conditions: Condition[] = [];
  // Only dead jobs have one, so it says the state as well.
  if (query.fingerprint !== undefined) conditions.push({ sql: 'fingerprint = ?', values: [query.fingerprint], indexed: true });
  else if (query.state) conditions.push(stateCondition(query.state));
  for (const column of ['queue', 'task', 'mode'] as const) {
    const values = query[column];
    if (values) conditions.push({ sql: `${column} IN (${marks(values)})`, values, indexed: column !== 'mode' && values.length === 1 });
  }
  const { workflow } = query;
  if (workflow) {
    const sql = `seq IN (SELECT seq FROM jobs INDEXED BY jobs_by_workflow WHERE workflow_id IN (${marks(workflow)}))`;
    conditions.push({ sql, values: workflow, indexed: true, few: true });
  }
  if (query.tag) {
    conditions.push({
      sql: `EXISTS (SELECT 1 FROM json_each(tags) WHERE json_each.value IN (${marks(query.tag)}))`,
      values: query.tag,
      indexed: false,
    });
  }
  if (query.q) conditions.push(textCondition(query.q));
  return conditions;
}

/** States stand in the SQL itself: only then can the planner see that the partial index `jobs_by_state` applies. */
function stateCondition(states: JobState[]): Condition {
  if (states.length === 1 && states[0] === 'executing') return { sql: 'seq IN (SELECT seq FROM running)', values: [], indexed: true };
  const list = states.map((state) => `'${state}'`).join(', ');
  const sql = states.includes('executing') ? `state IN (${list})` : `state IN (${list}) AND state <> 'executing'`;
  return { sql, values: [], indexed: states.length === 1 };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function textCondition(text: string): Condition {
  const key = parseJobId(text.trim());
  if (key) return { sql: 'seq = ? AND created_at = ? AND nonce = ?', values: [key.seq, key.createdAt, key.nonce], indexed: true };
  const columns = ['payload', 'error', 'tags', 'task'];
  // Only a text that can stand in an id is worth a call of our own function for each row.
  if (/^[0-9a-f-]{4,36}$/i.test(text)) columns.push('job_id(seq, created_at, nonce)');
  // As it was written, and as JSON keeps it: a quote or a backslash inside a text is kept escaped.
  const patterns = [...new Set([text, JSON.stringify(text).slice(1, -1)])].map(containing);
  return {
    sql: `(${columns.flatMap((column) => patterns.map(() => `${column} LIKE ? ESCAPE '\\'`)).join(' OR ')})`,
    values: columns.flatMap(() => patterns),
    indexed: false,
  };
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}

/**
 * Rows in order of submission are, but for clocks that were set back, in order of `created_at`: a binary search over row
 * numbers finds the ends of a time range without an index on times.
 */
export function submissionRange(db: Database, query: JobSelection): Range {
  const bounds = db
    .prepare<[], { low: number | null; high: number | null }>(
      'SELECT (SELECT min(seq) FROM jobs) AS low, (SELECT max(seq) FROM jobs) AS high',
    )
    .get();
  if (!bounds || bounds.low === null || bounds.high === null) return { from: 1, to: 0 };
  const from = query.createdAfter === undefined ? bounds.low : firstNotBefore(db, Date.parse(query.createdAfter), bounds.low, bounds.high);
  const to =
    query.createdBefore === undefined ? bounds.high : firstNotBefore(db, Date.parse(query.createdBefore), bounds.low, bounds.high) - 1;
  return { from, to };
}

/** The first row number at or after which jobs were created at `time` or later; `high + 1` when there is none. */
function firstNotBefore(db: Database, time: number, low: number, high: number): number {
  const nextFrom = db.prepare<[number], { seq: number; created_at: number }>(
    'SELECT seq, created_at FROM jobs WHERE seq >= ? ORDER BY seq LIMIT 1',
  );
  let from = low;
  let to = high + 1;
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    const row = nextFrom.get(middle);
    if (!row || row.created_at >= time) to = middle;
    else from = row.seq + 1;
  }
  return from;
}
