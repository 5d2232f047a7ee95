/**
 * What a filter means in SQL. What narrows it down by an index is a `Source` of row numbers, in order; all of it is also a
 * `Check` of a job's row.
 */

import type { JobFilter } from '../../contract/filter.ts';
import type { JobState } from '../../contract/states.ts';
import { parseJobId } from './job-id.ts';

export type SqlValue = string | number;

/** What can be asked of jobs: a filter, or the cause of their death. */
export type JobSelection = JobFilter & { fingerprint?: string | undefined };

export type Check = { sql: string; values: SqlValue[] };

/** The union of its branches, each of them in order of `seq`. */
export type Source = {
  branches: Branch[];
  /** Whether two branches can hold the same job. */
  overlap: boolean;
  /** The same, asked of a row. */
  check: Check;
};

/** `index`: of jobs, with `seq` as its next column; null: the table's own key. */
export type Branch = { table: 'jobs' | 'job_tags' | 'running'; index: string | null; where: string; values: SqlValue[] };

export type Conditions = { sources: Source[]; checks: Check[] };

/** Where no index helps. */
export const allJobs: Source = {
  branches: [{ table: 'jobs', index: null, where: 'TRUE', values: [] }],
  overlap: false,
  check: { sql: 'TRUE', values: [] },
};

export function conditionsOf(query: JobSelection): Conditions {
  const { fingerprint, state, task, queue, mode, tag, workflow, q } = query;
  const sources: Source[] = [];
  const checks: Check[] = [];
  if (tag) sources.push(tagSource(tag));
  if (workflow) sources.push(columnSource('workflow_id', workflow, 'jobs_by_workflow'));
  // Only dead jobs have one, so it says the state as well.
  if (fingerprint !== undefined) sources.push(columnSource('fingerprint', [fingerprint], 'jobs_by_fingerprint'));
  else if (state) sources.push(stateSource(state));
  if (task) sources.push(columnSource('task', task, 'jobs_by_task'));
  if (queue) sources.push(columnSource('queue', queue, 'jobs_by_queue'));
  if (mode) checks.push({ sql: `mode IN (${marks(mode)})`, values: mode });
  if (q) {
    const key = parseJobId(q.trim());
    if (key) {
      const check = { sql: 'seq = ? AND created_at = ? AND nonce = ?', values: [key.seq, key.createdAt, key.nonce] };
      sources.unshift({ branches: [{ table: 'jobs', index: null, where: check.sql, values: check.values }], overlap: false, check });
    } else checks.push(textCheck(q));
  }
  return { sources, checks };
}

function columnSource(column: 'task' | 'queue' | 'workflow_id' | 'fingerprint', given: readonly string[], index: string): Source {
  const values = [...new Set(given)];
  return {
    branches: values.map((value) => ({ table: 'jobs', index, where: `${column} = ?`, values: [value] })),
    overlap: false,
    check: { sql: `${column} IN (${marks(values)})`, values },
  };
}

function tagSource(given: readonly string[]): Source {
  const tags = [...new Set(given)];
  return {
    branches: tags.map((tag) => ({ table: 'job_tags', index: null, where: 'tag = ?', values: [tag] })),
    overlap: true,
    check: { sql: `EXISTS (SELECT 1 FROM job_tags WHERE job_tags.seq = jobs.seq AND tag IN (${marks(tags)}))`, values: tags },
  };
}

/** States stand in the SQL itself: only then does the partial index apply. */
function stateSource(given: readonly JobState[]): Source {
  const states = [...new Set(given)];
  return {
    branches: states.map((state) =>
      state === 'executing'
        ? { table: 'running', index: null, where: 'TRUE', values: [] }
        : { table: 'jobs', index: 'jobs_by_state', where: `state = '${state}' AND state <> 'executing'`, values: [] },
    ),
    overlap: false,
    check: { sql: `state IN (${states.map((state) => `'${state}'`).join(', ')})`, values: [] },
  };
}

function marks(values: readonly unknown[]): string {
  return values.map(() => '?').join(', ');
}

function textCheck(text: string): Check {
  const columns = ['payload', 'error', 'tags', 'task'];
  // Only a text that can stand in an id is worth a call of our own function for each row.
  if (/^[0-9a-f-]{4,36}$/i.test(text)) columns.push('job_id(seq, created_at, nonce)');
  // As it was written, and as JSON keeps it: a quote or a backslash inside a text is kept escaped.
  const written = [text, JSON.stringify(text).slice(1, -1)];
  // A pattern ends for SQLite at a character 0, which JSON always escapes.
  const patterns = [...new Set(written)].filter((pattern) => !pattern.includes('\0')).map(containing);
  return {
    sql: `(${columns.flatMap((column) => patterns.map(() => `${column} LIKE ? ESCAPE '\\'`)).join(' OR ')})`,
    values: columns.flatMap(() => patterns),
  };
}

function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
