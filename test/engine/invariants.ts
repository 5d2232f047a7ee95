/** What must hold of the tables after every commit, asked of SQLite itself. */

import type { Database } from 'better-sqlite3';

/** Each query names what it finds; nothing may be found. */
const violations: Record<string, string> = {
  'a counter that differs from the jobs': `
    SELECT * FROM (
      SELECT queue, task, mode, state, sum(n) AS n, sum(counted) AS counted FROM (
        SELECT queue, task, mode, state, n, 0 AS counted FROM counters
        UNION ALL SELECT queue, task, mode, state, 0, 1 FROM jobs
      ) GROUP BY queue, task, mode, state
    ) WHERE n <> counted`,
  'an available job that is not in line exactly once': `
    SELECT seq, state FROM jobs WHERE state = 'available' AND 1 <>
      (SELECT count(*) FROM ready WHERE ready.seq = jobs.seq) + (SELECT count(*) FROM held WHERE held.seq = jobs.seq)`,
  'a place in line that does not fit its job': `
    SELECT ready.* FROM ready LEFT JOIN jobs USING (seq) WHERE jobs.state IS NOT 'available'
      OR jobs.queue <> ready.queue OR jobs.lane <> ready.lane OR jobs.priority <> -ready.rank OR jobs.run_at <> ready.run_at`,
  'a job put aside that does not fit': `
    SELECT held.* FROM held LEFT JOIN jobs USING (seq) WHERE jobs.state IS NOT 'available' OR jobs.task <> held.task`,
  'a job for later that is not scheduled exactly once': `
    SELECT seq, state FROM jobs WHERE state IN ('scheduled', 'retryable') AND 1 <>
      (SELECT count(*) FROM scheduled WHERE scheduled.seq = jobs.seq AND scheduled.run_at = jobs.run_at)`,
  'something scheduled that does not fit its job': `
    SELECT scheduled.* FROM scheduled LEFT JOIN jobs USING (seq) WHERE coalesce(jobs.state NOT IN ('scheduled', 'retryable'), 1)`,
  'a running job that is not held exactly once': `
    SELECT seq, state FROM jobs WHERE state = 'executing' AND 1 <> (SELECT count(*) FROM running
      WHERE running.seq = jobs.seq AND running.attempt = jobs.attempt AND running.lane = jobs.lane AND running.started_at = jobs.started_at)`,
  'something running that does not fit its job': `
    SELECT running.* FROM running LEFT JOIN jobs USING (seq) WHERE jobs.state IS NOT 'executing'`,
  'attempts that are missing or too many': `
    SELECT seq, state, attempt FROM jobs WHERE attempt - (state = 'executing') <> (SELECT count(*) FROM attempts WHERE attempts.seq = jobs.seq)
      OR attempt - (state = 'executing') <> (SELECT coalesce(max(attempt), 0) FROM attempts WHERE attempts.seq = jobs.seq)`,
  'a completed job without exactly one success, as its last attempt': `
    SELECT seq FROM jobs WHERE state = 'completed' AND 1 <> (SELECT count(*) FROM attempts
      WHERE attempts.seq = jobs.seq AND outcome = 'succeeded' AND attempts.attempt = jobs.attempt)`,
  'a success of a job that is not completed': `
    SELECT seq FROM attempts LEFT JOIN jobs USING (seq) WHERE outcome = 'succeeded' AND jobs.state IS NOT 'completed'`,
  'an unfinished job whose unique key is not its own': `
    SELECT seq FROM jobs WHERE unique_key IS NOT NULL AND state NOT IN ('completed', 'dead', 'cancelled') AND NOT EXISTS
      (SELECT 1 FROM unique_keys WHERE unique_keys.seq = jobs.seq AND key = unique_key AND unique_keys.task = jobs.task)`,
  'a unique key of no unfinished job': `
    SELECT unique_keys.* FROM unique_keys LEFT JOIN jobs USING (seq)
      WHERE coalesce(jobs.state IN ('completed', 'dead', 'cancelled'), 1) OR jobs.unique_key <> unique_keys.key`,
  'an unfinished job of a schedule that is not in its line': `
    SELECT seq FROM jobs WHERE schedule_slot IS NOT NULL AND state NOT IN ('completed', 'dead', 'cancelled') AND NOT EXISTS
      (SELECT 1 FROM schedule_line WHERE schedule_line.seq = jobs.seq AND jobs.schedule_slot LIKE schedule_id || '@%')`,
  'a place in a schedule’s line of no unfinished job': `
    SELECT schedule_line.* FROM schedule_line LEFT JOIN jobs USING (seq) WHERE coalesce(jobs.state IN ('completed', 'dead', 'cancelled'), 1)`,
  'a schedule’s line that stands still': `
    SELECT schedule_id, min(seq) AS seq FROM schedule_line JOIN jobs USING (seq) GROUP BY schedule_id HAVING min(state = 'blocked') = 1`,
  'a fingerprint that does not fit its job': `SELECT seq, state FROM jobs WHERE (state = 'dead') <> (fingerprint IS NOT NULL)`,
  'a group of dead jobs that differs from the jobs': `
    SELECT * FROM (
      SELECT fingerprint, sum(n) AS n, sum(counted) AS counted FROM (
        SELECT fingerprint, n, 0 AS counted FROM dead_groups
        UNION ALL SELECT fingerprint, 0, 1 FROM jobs WHERE fingerprint IS NOT NULL
      ) GROUP BY fingerprint
    ) WHERE n <> counted`,
  'a group of dead jobs of another task, or of other times': `
    SELECT dead_groups.*, jobs.finished_at FROM jobs JOIN dead_groups USING (fingerprint)
      WHERE jobs.task <> dead_groups.task OR jobs.finished_at NOT BETWEEN first_at AND last_at`,
  'an operation whose counts do not add up': `
    SELECT operations.* FROM operations WHERE done + failed
        + (SELECT count(*) FROM operation_awaited WHERE operation = number AND action = 'cancel') <> position AND state = 'running'
      OR state = 'completed' AND done + failed <> matched`,
  'something left of an operation that has ended': `
    SELECT operation FROM (SELECT operation FROM operation_members UNION SELECT operation FROM operation_awaited)
      WHERE operation NOT IN (SELECT number FROM operations WHERE state = 'running')`,
  'something left of a deleted job': `
    SELECT seq FROM (SELECT seq FROM attempts UNION SELECT seq FROM logs UNION SELECT seq FROM idempotency_keys)
      WHERE seq NOT IN (SELECT seq FROM jobs)`,
};

/** Empty when all is well. */
export function brokenInvariants(db: Database): string[] {
  return Object.entries(violations).flatMap(([name, sql]) => {
    const found = db.prepare(sql).all();
    return found.length === 0 ? [] : [`${name}: ${JSON.stringify(found.slice(0, 3))}`];
  });
}
