import type { Database } from 'better-sqlite3';

/** A circuit that is not closed; times in milliseconds since 1970. */
export type OpenCircuitRow = {
  name: string;
  opened_at: number;
  tried_at: number;
  probe_at: number;
  openings: number;
  used_at: number;
  fault_at: number;
  error_name: string;
  error_message: string;
};

/** Parked jobs of a circuit are counted so far: a page must not cost more the more of them wait. */
const countLimit = 1_000;

const columns = 'name, opened_at, tried_at, probe_at, openings, used_at, fault_at, error_name, error_message';

/** The circuits that a restart must find open. Closed ones are known in memory only. */
export function prepareCircuits(db: Database) {
  const all = db.prepare<[], OpenCircuitRow>(`SELECT ${columns} FROM circuits ORDER BY used_at`);
  const put = db.prepare(
    `INSERT OR REPLACE INTO circuits (${columns})
     VALUES (@name, @opened_at, @tried_at, @probe_at, @openings, @used_at, @fault_at, @error_name, @error_message)`,
  );
  const drop = db.prepare('DELETE FROM circuits WHERE name = ?');
  const waiting = db
    .prepare<[string, number], number>("SELECT count(*) FROM (SELECT 1 FROM parked WHERE task = '' AND key = ? LIMIT ?)")
    .pluck();
  return {
    /** The one that was used longest ago first. */
    listOpen: () => all.all(),
    putOpen: (circuit: OpenCircuitRow) => put.run(circuit),
    dropOpen: (name: string) => drop.run(name),
    countWaiting: (name: string) => waiting.get(name, countLimit) ?? 0,
  };
}
