import type { Database } from 'better-sqlite3';
import type { JobRow } from './job-row.ts';
import { ManyRows } from './many-rows.ts';

const columns = ['seq', 'attempt', 'lane', 'started_at'] as const;

/**
 * Which attempt holds each job that runs: the fence that an attempt's end has to pass. It stands in `running`, and here as well, so
 * that the answer needs no read and rows can be written many at once.
 */
export class RunningJobs {
  readonly #attempts: Map<number, number>;
  /** What held the jobs that were touched, as it was before the transaction that is open, the last touched last. */
  #before: { seq: number; attempt: number | undefined }[] = [];
  readonly #inserts;
  readonly #deletes;

  constructor(db: Database) {
    this.#attempts = new Map(db.prepare<[], [number, number]>('SELECT seq, attempt FROM running').raw().all());
    this.#inserts = new ManyRows(db, columns, (rows) => `INSERT INTO running (${columns.join(', ')}) ${rows}`);
    this.#deletes = new ManyRows(db, ['seq'], (rows) => `DELETE FROM running WHERE seq IN (${rows})`);
  }

  begin({ seq, attempt, lane, started_at }: JobRow): void {
    this.#note(seq);
    this.#attempts.set(seq, attempt);
    this.#inserts.add([seq, attempt, lane, started_at]);
  }

  /** @returns whether this attempt held the job until now; if not, nothing is changed */
  end({ seq, attempt }: JobRow): boolean {
    if (this.#attempts.get(seq) !== attempt) return false;
    this.#note(seq);
    this.#attempts.delete(seq);
    this.#deletes.add([seq]);
    return true;
  }

  /** Within a window of gathered rows a job may begin and end, but not end and begin: to begin again takes other statements in between. */
  write(): void {
    this.#inserts.write();
    this.#deletes.write();
  }

  committed(): void {
    this.#before = [];
  }

  undone(): void {
    this.#inserts.forget();
    this.#deletes.forget();
    for (const { seq, attempt } of this.#before.reverse()) {
      if (attempt === undefined) this.#attempts.delete(seq);
      else this.#attempts.set(seq, attempt);
    }
    this.#before = [];
  }

  #note(seq: number): void {
    this.#before.push({ seq, attempt: this.#attempts.get(seq) });
  }
}
