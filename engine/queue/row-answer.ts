import type { Job } from '../../contract/job.ts';
import { type JobRow, jobIdOf, jobOf } from '../store/job-row.ts';
import { jobTextOf } from '../store/job-text.ts';
import type { SubmitAnswer, WrittenJob } from './backend.ts';

/** An answer that makes the job of its row, as an object or as text, when it is asked for the one or the other. */
export class RowAnswer implements SubmitAnswer {
  readonly status: 200 | 202;
  readonly replayed: boolean;
  readonly preferenceApplied: string | undefined;
  readonly #row: JobRow;
  readonly #isDuplicate: boolean;

  /** @param isDuplicate the job held the unique key of the one that was submitted */
  constructor(
    status: 200 | 202,
    row: JobRow,
    { replayed, preferenceApplied, isDuplicate }: { replayed: boolean; preferenceApplied: string | undefined; isDuplicate: boolean },
  ) {
    this.status = status;
    this.replayed = replayed;
    this.preferenceApplied = preferenceApplied;
    this.#row = row;
    this.#isDuplicate = isDuplicate;
  }

  get job(): Job {
    const job = jobOf(this.#row);
    return this.#isDuplicate ? { ...job, duplicate: true } : job;
  }

  get written(): WrittenJob {
    const row = this.#row;
    const id = jobIdOf(row);
    const text = this.#isDuplicate ? JSON.stringify(this.job) : jobTextOf(row, id);
    return { id, text, state: row.state, createdAtMs: row.created_at, runAtMs: row.run_at };
  }
}
