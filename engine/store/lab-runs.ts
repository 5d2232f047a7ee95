/** Runs of the lab, and what they measured. */

import type { Database } from 'better-sqlite3';
import type { LabRunState } from '../../contract/lab-run.ts';

/** A row of `lab_runs`: times in milliseconds since 1970, `request` and `results` JSON. */
export type LabRunRow = {
  number: number;
  id: string;
  name: string;
  state: LabRunState;
  reason: string | null;
  request: string;
  results: string;
  home: string;
  created_at: number;
  finished_at: number | null;
};

export function prepareLabRuns(db: Database) {
  const insert = db.prepare<[Pick<LabRunRow, 'id' | 'name' | 'request' | 'results' | 'home' | 'created_at'>]>(
    `INSERT INTO lab_runs (id, name, state, reason, request, results, home, created_at, finished_at)
     VALUES (@id, @name, 'running', NULL, @request, @results, @home, @created_at, NULL)`,
  );
  const find = db.prepare<[string], LabRunRow>('SELECT * FROM lab_runs WHERE id = ?');
  const before = db.prepare<[number, number], LabRunRow>('SELECT * FROM lab_runs WHERE number < ? ORDER BY number DESC LIMIT ?');
  const running = db.prepare<[], LabRunRow>("SELECT * FROM lab_runs WHERE state = 'running'");
  const measured = db.prepare("UPDATE lab_runs SET results = ? WHERE id = ? AND state = 'running'");
  const end = db.prepare("UPDATE lab_runs SET state = ?, reason = ?, results = ?, finished_at = ? WHERE id = ? AND state = 'running'");
  const rename = db.prepare('UPDATE lab_runs SET name = ? WHERE id = ?');
  const remove = db.prepare("DELETE FROM lab_runs WHERE id = ? AND state <> 'running'");
  // The OFFSET is bounded by the number of runs that are kept.
  const forget = db.prepare(
    `DELETE FROM lab_runs WHERE state <> 'running'
       AND number <= (SELECT number FROM lab_runs ORDER BY number DESC LIMIT 1 OFFSET ?)`,
  );

  return {
    /** As running. */
    insertRun: (row: Pick<LabRunRow, 'id' | 'name' | 'request' | 'results' | 'home' | 'created_at'>) => insert.run(row),
    findRun: (id: string) => find.get(id) ?? null,
    /** The newest first. */
    runsBefore: (number: number, limit: number) => before.all(number, limit),
    runningRun: () => running.get() ?? null,
    setResults: (id: string, results: string) => measured.run(results, id),
    /** Fenced: what has ended stays as it ended. @returns false when it has */
    endRun: (id: string, state: Exclude<LabRunState, 'running'>, reason: string | null, results: string, at: number) =>
      end.run(state, reason, results, at, id).changes === 1,
    renameRun: (id: string, name: string) => rename.run(name, id).changes === 1,
    /** @returns false when it goes on, or is not there */
    deleteRun: (id: string) => remove.run(id).changes === 1,
    /** Keeps the newest `kept`, and the one that goes on. */
    forgetOld: (kept: number) => forget.run(kept),
  };
}
