/**
 * What is written of every job, gathered over a transaction and written many rows in a statement (store/many-rows.ts). Whoever reads or
 * writes anything else in between goes through `database`, before whose every statement the gathered rows are written: nobody can
 * tell that they came late. An error in them undoes the transaction, as it does in any statement.
 */

import type { Database, Statement } from 'better-sqlite3';
import { lineRank } from '../../contract/priority.ts';
import type { EndedAttempt } from './attempt-end.ts';
import { type JobRow, jobColumns, jobValues } from './job-row.ts';
import { tagsOf } from './job-tags.ts';
import { ManyRows } from './many-rows.ts';
import { RunningJobs } from './running-jobs.ts';

const readyColumns = ['queue', 'lane', 'rank', 'run_at', 'seq'] as const;
const attemptColumns = ['seq', 'attempt', 'lane', 'thread', 'started_at', 'finished_at', 'outcome', 'error'] as const;
const endColumns = ['state', 'finished_at', 'result', 'seq', 'attempt'] as const;

export class JobWrites {
  /** The connection, for all other statements. */
  readonly database: Database;
  readonly #running: RunningJobs;
  readonly #jobs: ManyRows;
  readonly #tags: ManyRows;
  readonly #ready: ManyRows;
  readonly #ends: ManyRows;
  readonly #attempts: ManyRows;
  #isEmpty = true;

  constructor(db: Database) {
    const inserts = (table: string, columns: readonly string[]) =>
      new ManyRows(db, columns, (rows) => `INSERT INTO ${table} (${columns.join(', ')}) ${rows}`);
    this.database = inOrder(db, () => this.write());
    this.#running = new RunningJobs(db);
    this.#jobs = inserts('jobs', jobColumns);
    this.#tags = inserts('job_tags', ['tag', 'seq']);
    this.#ready = inserts('ready', readyColumns);
    this.#attempts = inserts('attempts', attemptColumns);
    this.#ends = new ManyRows(
      db,
      endColumns,
      (rows) =>
        `WITH ended (${endColumns.join(', ')}) AS (${rows})
         UPDATE jobs SET state = ended.state, finished_at = ended.finished_at, result = ended.result FROM ended
         WHERE jobs.seq = ended.seq AND jobs.state = 'executing' AND jobs.attempt = ended.attempt`,
    );
  }

  insertJob(row: JobRow): void {
    this.#isEmpty = false;
    this.#jobs.add(jobValues(row));
    for (const tag of tagsOf(row)) this.#tags.add([tag, row.seq]);
  }

  insertReady(row: JobRow): void {
    this.#isEmpty = false;
    this.#ready.add([row.queue, row.lane, lineRank(row.run_at, row.priority), row.run_at, row.seq]);
  }

  beginRun(row: JobRow): void {
    this.#isEmpty = false;
    this.#running.begin(row);
  }

  /** @returns whether this attempt held the job until now; if not, nothing is changed */
  endRun(row: JobRow): boolean {
    this.#isEmpty = false;
    return this.#running.end(row);
  }

  /** The end of an executing job that leaves a result and no more. */
  endJob({ state, finished_at, result, seq, attempt }: JobRow): void {
    this.#isEmpty = false;
    this.#ends.add([state, finished_at, result, seq, attempt]);
  }

  insertAttempt(row: JobRow, { thread, outcome, error }: EndedAttempt, at: number): void {
    this.#isEmpty = false;
    this.#attempts.add([row.seq, row.attempt, row.lane, thread, row.started_at, at, outcome, error]);
  }

  /** In the transaction: at its end, and before any other statement. */
  write(): void {
    if (this.#isEmpty) return;
    this.#isEmpty = true;
    this.#jobs.write();
    this.#tags.write();
    this.#ready.write();
    this.#running.write();
    this.#ends.write();
    this.#attempts.write();
  }

  committed(): void {
    this.#running.committed();
  }

  undone(): void {
    this.#isEmpty = true;
    for (const rows of [this.#jobs, this.#tags, this.#ready, this.#ends, this.#attempts]) rows.forget();
    this.#running.undone();
  }
}

/** The same connection; its statements call `first` before each of their runs. */
function inOrder(db: Database, first: () => void): Database {
  const prepare = (sql: string): Statement => {
    const statement = db.prepare(sql);
    for (const name of ['run', 'get', 'all', 'iterate'] as const) {
      const method = statement[name] as (this: Statement, ...values: unknown[]) => unknown;
      Object.defineProperty(statement, name, {
        value: (...values: unknown[]) => {
          first();
          return method.apply(statement, values);
        },
      });
    }
    return statement;
  };
  return Object.create(db, { prepare: { value: prepare } }) as Database;
}
