import type { Database } from 'better-sqlite3';
import type { Attempt, JobError, LaneName } from '../../contract/job.ts';
import type { AttemptOutcome } from '../../contract/states.ts';
import { timeOf } from './job-row.ts';

type AttemptRow = {
  attempt: number;
  lane: LaneName;
  thread: number | null;
  started_at: number;
  finished_at: number;
  outcome: AttemptOutcome;
  error: string | null;
};

export function prepareAttempts(db: Database) {
  const after = db.prepare<[number, number, number], AttemptRow>(
    'SELECT attempt, lane, thread, started_at, finished_at, outcome, error FROM attempts WHERE seq = ? AND attempt > ? ORDER BY attempt LIMIT ?',
  );
  return {
    /** Ended attempts, oldest first. */
    attemptsAfter: (seq: number, attempt: number, limit: number): Attempt[] =>
      after.all(seq, attempt, limit).map((row) => ({
        attempt: row.attempt,
        lane: row.lane,
        thread: row.thread,
        startedAt: timeOf(row.started_at),
        finishedAt: timeOf(row.finished_at),
        outcome: row.outcome,
        error: row.error === null ? null : (JSON.parse(row.error) as JobError),
      })),
  };
}
