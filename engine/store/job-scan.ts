/** Looking for jobs in order of submission, a bounded number of candidates at a time. */

import type { Database, Statement } from 'better-sqlite3';
import { allJobs, type Branch, conditionsOf, type JobSelection, type Source, type SqlValue } from './job-conditions.ts';

/** Of row numbers, both ends included. */
export type Range = { from: number; to: number };

/** `candidates`: how many lie in it; null: as many as are left. */
export type Window = Range & { candidates: number | null };

export type JobScan = ReturnType<typeof openScan>;

/** Candidates of the first window that has to be looked through, and of the largest. */
const firstRows = 128;
const mostRows = 16_384;
/** What one window should take, in milliseconds: it doubles and halves until it does. */
const quickMs = 2;
const slowMs = 8;
/** How far sources are counted to find the one that narrows down most: 8,000 entries of an index take 0.7 ms. */
const probes = [1_000, 8_000];

/**
 * Candidates come from the source that has fewest, what else is asked is looked up in their rows. Windows are so many
 * candidates rather than so many row numbers: after much was deleted, a million numbers may hold one job.
 */
export function openScan(db: Database, selection: JobSelection, range: Range) {
  const conditions = conditionsOf(selection);
  const source = narrowest(db, conditions.sources, range);
  const checks = [...conditions.sources.filter((other) => other !== source).map(({ check }) => check), ...conditions.checks];
  const [branch] = source.branches;
  const direct = source.branches.length === 1 && branch?.table === 'jobs';
  // NOT INDEXED: an index of what is checked besides would be gone through from its beginning.
  const from = direct ? tableOf(branch) : 'jobs NOT INDEXED';
  const where = [direct ? `${branch.where} AND seq BETWEEN ? AND ?` : `seq IN (${candidatesOf(source)})`, ...checks.map(({ sql }) => sql)];
  const checked = checks.flatMap(({ values }) => values);
  const valuesFor = (range: Range): SqlValue[] => [...candidateValues(source, range), ...checked];

  const matching = (columns: string) => `SELECT ${columns} FROM ${from} WHERE ${where.join(' AND ')}`;
  let counting: Statement<SqlValue[], number> | undefined;

  /** The row number of the candidate that has so many before it. */
  function prepareEdge(order: 'ASC' | 'DESC') {
    return db.prepare<SqlValue[], number>(`${candidatesOf(source)} ORDER BY seq ${order} LIMIT 1 OFFSET ?`).pluck();
  }

  return {
    /** One after the other over the range. @param now milliseconds; with it windows grow and shrink to what can be looked at quickly */
    *windows(range: Range, order: 'ASC' | 'DESC', first: number, now: () => number): Generator<Window> {
      const edges = prepareEdge(order);
      let { from, to } = range;
      let rows = checks.length === 0 ? first : firstRows;
      while (from <= to) {
        const startedAt = now();
        const edge = edges.get(...candidateValues(source, { from, to }), rows - 1);
        if (edge === undefined) {
          yield { from, to, candidates: null };
          return;
        }
        yield order === 'ASC' ? { from, to: edge, candidates: rows } : { from: edge, to, candidates: rows };
        if (order === 'ASC') from = edge + 1;
        else to = edge - 1;
        const took = now() - startedAt;
        if (took < quickMs) rows = Math.min(rows * 2, mostRows);
        else if (took > slowMs) rows = Math.max(rows >> 1, firstRows);
      }
    },

    /** Those of a window that match, in order: a statement, and its values before the limit. */
    prepareRows<Row>(columns: readonly string[], order: 'ASC' | 'DESC') {
      const statement = db.prepare<SqlValue[], Row>(`${matching(columns.join(', '))} ORDER BY seq ${order} LIMIT ?`);
      return (window: Range, limit: number): IterableIterator<Row> => statement.iterate(...valuesFor(window), limit);
    },

    countIn(window: Window): number {
      if (checks.length === 0 && window.candidates !== null) return window.candidates;
      counting ??= db.prepare<SqlValue[], number>(matching('count(*)')).pluck();
      return counting.get(...valuesFor(window)) ?? 0;
    },
  };
}

function narrowest(db: Database, sources: readonly Source[], range: Range): Source {
  let left = sources;
  for (const most of probes) {
    if (left.length <= 1) break;
    const counted = left.map((source) => ({ source, n: countUpTo(db, source, range, most) }));
    const fewest = Math.min(...counted.map(({ n }) => n));
    left = counted.filter(({ n }) => n === fewest).map(({ source }) => source);
    if (fewest < most) break;
  }
  return left[0] ?? allJobs;
}

function countUpTo(db: Database, source: Source, range: Range, most: number): number {
  const statement = db.prepare<SqlValue[], number>(`SELECT count(*) FROM (${candidatesOf(source)} LIMIT ?)`).pluck();
  return statement.get(...candidateValues(source, range), most) ?? 0;
}

function tableOf({ table, index }: Branch): string {
  if (table !== 'jobs') return table;
  return index === null ? 'jobs NOT INDEXED' : `jobs INDEXED BY ${index}`;
}

function candidatesOf({ branches, overlap }: Source): string {
  return branches
    .map((branch) => `SELECT seq FROM ${tableOf(branch)} WHERE ${branch.where} AND seq BETWEEN ? AND ?`)
    .join(overlap ? ' UNION ' : ' UNION ALL ');
}

function candidateValues({ branches }: Source, { from, to }: Range): SqlValue[] {
  return branches.flatMap(({ values }) => [...values, from, to]);
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
