/** When attempts began and ended, as they are kept, and what that says of limits. */

import type { Database } from 'better-sqlite3';

export type AttemptTime = { queue: string; task: string; key: string | null; startedAt: number; finishedAt: number };

export function attemptTimes(db: Database): AttemptTime[] {
  return db
    .prepare<[], AttemptTime>(
      `SELECT queue, task, concurrency_key AS key, attempts.started_at AS startedAt, attempts.finished_at AS finishedAt
       FROM attempts JOIN jobs USING (seq) ORDER BY attempts.started_at`,
    )
    .all();
}

/** The most that ran at the same time; one that begins in the millisecond in which another ends comes after it. */
export function mostAtOnce(attempts: AttemptTime[]): number {
  const changes = attempts.flatMap(({ startedAt, finishedAt }) =>
    // What lasted no millisecond of the clock would else end before it began.
    startedAt === finishedAt
      ? []
      : [
          { at: startedAt, by: 1 },
          { at: finishedAt, by: -1 },
        ],
  );
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let running = 0;
  let most = 0;
  for (const { by } of changes) {
    running += by;
    most = Math.max(most, running);
  }
  return most;
}

/** The most starts in any span of `perMs` milliseconds, both of its ends included. */
export function mostInWindow(attempts: AttemptTime[], perMs: number): number {
  const starts = attempts.map(({ startedAt }) => startedAt).toSorted((a, b) => a - b);
  let most = 0;
  let first = 0;
  for (const [index, at] of starts.entries()) {
    while (at - (starts[first] ?? at) > perMs) first++;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
