/** The thread that looks through the whole database once and ends. */

import { parentPort, workerData } from 'node:worker_threads';
import type { Database } from 'better-sqlite3';
import { openReader } from './open.ts';
import { storageErrorOf } from './storage-error.ts';

export type InspectOrder = { file: string; deep: boolean };
export type TableSize = { name: string; bytes: number };
export type Inspection = {
  /** `ok`, what is wrong, or null when the database was too large to be looked at. */
  integrity: string | null;
  /** Tables with their indexes, the largest first; none of a damaged database, null as above. */
  tables: TableSize[] | null;
  bytes: number;
};

/** Of this size a check and a tally take a second or two. */
const quickBytes = 512 * 1024 ** 2;

const { file, deep } = workerData as InspectOrder;
parentPort?.postMessage(inspect());

function inspect(): Inspection {
  let db: Database | undefined;
  try {
    db = openReader(file);
    const bytes = pragmaNumber(db, 'page_count') * pragmaNumber(db, 'page_size');
    if (!deep && bytes > quickBytes) return { integrity: null, tables: null, bytes };
    const integrity = checkIntegrity(db);
    // Its pages can be added up only where they can be found.
    return { integrity, tables: integrity === 'ok' ? measureTables(db) : [], bytes };
  } catch (error) {
    if (storageErrorOf(error)?.kind !== 'corrupt' || !(error instanceof Error)) throw error;
    return { integrity: error.message, tables: [], bytes: 0 };
  } finally {
    db?.close();
  }
}

function pragmaNumber(db: Database, name: string): number {
  return db.pragma(name, { simple: true }) as number;
}

/** The quick check leaves out only whether each index agrees with its table, and `job_tags`, which is as good as one, with its jobs. */
function checkIntegrity(db: Database): string {
  const found = (db.pragma(deep ? 'integrity_check(5)' : 'quick_check(5)') as Record<string, string>[])
    .flatMap((row) => Object.values(row))
    .join('; ');
  return deep && found === 'ok' ? checkTags(db) : found;
}

function checkTags(db: Database): string {
  // A database that no engine could open may be of another version.
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'job_tags'").get() === undefined) return 'ok';
  const given = 'SELECT value, seq FROM jobs CROSS JOIN json_each(jobs.tags)';
  const kept = 'SELECT tag, seq FROM job_tags';
  const differing = db.prepare<[], { seq: number }>(
    `SELECT seq FROM (${given} EXCEPT ${kept}) UNION SELECT seq FROM (${kept} EXCEPT ${given}) LIMIT 5`,
  );
  return (
    differing
      .all()
      .map(({ seq }) => `row ${seq} of jobs and its entries in job_tags differ`)
      .join('; ') || 'ok'
  );
}

function measureTables(db: Database): TableSize[] {
  const owners = new Map(
    db
      .prepare<[], { name: string; tbl_name: string }>('SELECT name, tbl_name FROM sqlite_schema')
      .all()
      .map(({ name, tbl_name }) => [name, tbl_name]),
  );
  const sizes = new Map<string, number>();
  for (const { name, size } of db
    .prepare<[], { name: string; size: number }>('SELECT name, pgsize AS size FROM dbstat WHERE aggregate = 1')
    .all()) {
    const table = owners.get(name) ?? name;
    sizes.set(table, (sizes.get(table) ?? 0) + size);
  }
  return [...sizes].map(([name, size]) => ({ name, bytes: size })).sort((a, b) => b.bytes - a.bytes);
}
