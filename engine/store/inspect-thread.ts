/** The thread that looks through the whole database once and ends. */

import { parentPort, workerData } from 'node:worker_threads';
import { openReader } from './open.ts';

export type InspectOrder = { file: string; deep: boolean };
export type TableSize = { name: string; bytes: number };
export type Inspection = {
  /** `ok`, what is wrong, or null when the database was too large to be looked at. */
  integrity: string | null;
  /** Tables with their indexes, the largest first; null as above. */
  tables: TableSize[] | null;
  bytes: number;
};

/** Of this size a check and a tally take a second or two. */
const quickBytes = 512 * 1024 ** 2;

const { file, deep } = workerData as InspectOrder;
const db = openReader(file);
const number = (name: string) => db.pragma(name, { simple: true }) as number;
const bytes = number('page_count') * number('page_size');
const inspection: Inspection =
  deep || bytes <= quickBytes ? { integrity: checkIntegrity(), tables: measureTables(), bytes } : { integrity: null, tables: null, bytes };
db.close();
parentPort?.postMessage(inspection);

/** The quick check leaves out only whether each index agrees with its table. */
function checkIntegrity(): string {
  return (db.pragma(deep ? 'integrity_check(5)' : 'quick_check(5)') as Record<string, string>[])
    .flatMap((row) => Object.values(row))
    .join('; ');
}

function measureTables(): TableSize[] {
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
