/** What must hold of the tables after every commit, asked of SQLite itself. */

import type { Database } from 'better-sqlite3';
import { formatJobId } from '../../engine/store/job-id.ts';

/** Each query names what it finds; nothing may be found. */
const violations: Record<string, string> = {
  'a counter that differs from the jobs': `
    SELECT * FROM (
      SELECT queue, task, mode, state, sum(n) AS n, sum(counted) AS counted FROM (
        SELECT queue, task, mode, state, n, 0 AS counted FROM counters
        UNION ALL SELECT queue, task, mode, state, 0, 1 FROM jobs
      ) GROUP BY queue, task, mode, state
    ) WHERE n <> counted`,
  'a tag that does not lead to its job, or leads to another': `
    SELECT * FROM (SELECT DISTINCT value AS tag, seq FROM jobs CROSS JOIN json_each(jobs.tags) EXCEPT SELECT tag, seq FROM job_tags)
    UNION ALL SELECT * FROM (SELECT tag, seq FROM job_tags EXCEPT SELECT value, seq FROM jobs CROSS JOIN json_each(jobs.tags))`,
  'an available job that is not in line exactly once': `
    SELECT seq, state FROM jobs WHERE state = 'available' AND 1 <>
      (SELECT count(*) FROM ready WHERE ready.seq = jobs.seq) + (SELECT count(*) FROM held WHERE held.seq = jobs.seq)
      + (SELECT count(*) FROM parked WHERE parked.seq = jobs.seq)`,
  'a place in line that does not fit its job': `
    SELECT ready.* FROM ready LEFT JOIN jobs USING (seq) WHERE jobs.state IS NOT 'available'
      OR jobs.queue <> ready.queue OR jobs.lane <> ready.lane OR jobs.run_at - jobs.priority * 60000 <> ready.rank OR jobs.run_at <> ready.run_at`,
  'a parked job that does not fit': `
    SELECT parked.* FROM parked LEFT JOIN jobs USING (seq) WHERE jobs.state IS NOT 'available'
      OR jobs.queue <> parked.queue OR jobs.lane <> parked.lane OR jobs.run_at - jobs.priority * 60000 <> parked.rank OR jobs.run_at <> parked.run_at
      OR NOT (jobs.task = parked.task AND parked.key IN ('', coalesce(jobs.concurrency_key, '')) OR parked.task = '' AND parked.key = coalesce(jobs.circuit, ''))`,
  'a deadline of a waiting job that is not watched': `
    SELECT seq FROM jobs WHERE deadline_at IS NOT NULL AND state IN ('available', 'scheduled', 'retryable', 'blocked')
      AND NOT EXISTS (SELECT 1 FROM deadlines WHERE deadlines.seq = jobs.seq AND deadlines.deadline_at = jobs.deadline_at)`,
  'a watched deadline of no unfinished job': `
    SELECT deadlines.* FROM deadlines LEFT JOIN jobs USING (seq)
      WHERE coalesce(jobs.state IN ('completed', 'dead', 'cancelled'), 1) OR jobs.deadline_at IS NOT deadlines.deadline_at`,
  'more starts counted than a rate limit allows': `
    SELECT queue FROM rate_starts JOIN queues ON name = queue WHERE at > (SELECT max(at) FROM rate_starts AS newest WHERE newest.queue = rate_starts.queue) - rate_per_ms
      GROUP BY queue HAVING sum(n) > max(rate_max)`,
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
    SELECT seq FROM jobs WHERE unique_key IS NOT NULL AND state NOT IN ('completed', 'dead', 'cancelled')
      AND (unique_scope IS NOT 'started' OR attempt = 0) AND NOT EXISTS
      (SELECT 1 FROM unique_keys WHERE unique_keys.seq = jobs.seq AND key = unique_key AND unique_keys.task = jobs.task AND freed = 0)`,
  'a unique key of no unfinished job': `
    SELECT unique_keys.* FROM unique_keys LEFT JOIN jobs USING (seq)
      WHERE jobs.unique_key IS NOT unique_keys.key OR (freed = 0 AND jobs.state IN ('completed', 'dead', 'cancelled'))`,
  'an unfinished job of a schedule that is not in its line': `
    SELECT seq FROM jobs WHERE schedule_slot IS NOT NULL AND state NOT IN ('completed', 'dead', 'cancelled') AND NOT EXISTS
      (SELECT 1 FROM schedule_line WHERE schedule_line.seq = jobs.seq AND jobs.schedule_slot LIKE schedule_id || '@%')`,
  'a place in a schedule’s line of no unfinished job': `
    SELECT schedule_line.* FROM schedule_line LEFT JOIN jobs USING (seq) WHERE coalesce(jobs.state IN ('completed', 'dead', 'cancelled'), 1)`,
  'a schedule’s line that stands still': `
    SELECT schedule_id, min(seq) AS seq FROM schedule_line JOIN jobs USING (seq) GROUP BY schedule_id HAVING min(state = 'blocked') = 1`,
  'a workflow whose counts differ from its jobs': `
    SELECT workflows.id FROM workflows WHERE EXISTS (SELECT 1 FROM (
        ${['blocked', 'scheduled', 'available', 'executing', 'retryable', 'completed', 'dead', 'cancelled']
          .map((state) => `SELECT '${state}' AS counted, workflows.${state} AS n`)
          .join(' UNION ALL ')}
      ) WHERE n <> (SELECT count(*) FROM jobs WHERE workflow_id = workflows.id AND jobs.state = counted))`,
  'a workflow in a state that its jobs do not make': `
    SELECT id, state FROM workflows WHERE deleting = 0 AND state <> CASE
      WHEN scheduled + available + executing + retryable > 0 THEN 'running'
      WHEN blocked + dead + cancelled = 0 THEN 'completed'
      WHEN cancelling = 1 AND blocked = 0 THEN 'cancelled'
      WHEN blocked + dead > 0 THEN 'failed' ELSE 'cancelled' END`,
  'a job of a workflow without its one place': `
    SELECT seq, workflow_id FROM jobs WHERE workflow_id IS NOT NULL AND 1 <> (SELECT count(*) FROM workflow_jobs
      JOIN workflows ON number = workflow WHERE workflow_jobs.seq = jobs.seq AND workflows.id = jobs.workflow_id)`,
  'a place of no job of its workflow': `
    SELECT workflow_jobs.* FROM workflow_jobs LEFT JOIN jobs USING (seq) LEFT JOIN workflows ON number = workflow
      WHERE jobs.workflow_id IS NULL OR jobs.workflow_id IS NOT workflows.id`,
  'a place that counts its unmet edges wrongly': `
    SELECT * FROM workflow_jobs WHERE pending <> (SELECT count(*) FROM workflow_edges INDEXED BY workflow_edges_by_child
      WHERE workflow_edges.workflow = workflow_jobs.workflow AND child = position AND met = 0)`,
  'a job of a workflow that is blocked by nothing, or free in spite of an unmet edge': `
    SELECT seq, state, pending FROM workflow_jobs JOIN jobs USING (seq)
      WHERE (state = 'blocked') <> (pending > 0) AND state NOT IN ('completed', 'dead', 'cancelled')`,
  'an edge that is not met although its parent has completed': `
    SELECT workflow_edges.* FROM workflow_edges JOIN workflow_jobs ON workflow_jobs.workflow = workflow_edges.workflow AND position = parent
      JOIN jobs USING (seq) WHERE jobs.state = 'completed' AND met = 0`,
  'an edge that was met by no end of its parent': `
    SELECT workflow_edges.* FROM workflow_edges JOIN workflow_jobs ON workflow_jobs.workflow = workflow_edges.workflow AND position = parent
      JOIN jobs USING (seq) WHERE met = 1 AND workflow_edges.on_failure <> 'continue' AND jobs.state <> 'completed'`,
  'a job that goes on waiting for one whose end cancels it or lets it go on': `
    SELECT child.seq FROM workflow_edges
      JOIN workflow_jobs AS parent ON parent.workflow = workflow_edges.workflow AND parent.position = workflow_edges.parent
      JOIN workflow_jobs AS child ON child.workflow = workflow_edges.workflow AND child.position = workflow_edges.child
      JOIN jobs AS of_parent ON of_parent.seq = parent.seq JOIN jobs AS of_child ON of_child.seq = child.seq
      WHERE met = 0 AND workflow_edges.on_failure <> 'block' AND of_parent.state IN ('dead', 'cancelled') AND of_child.state = 'blocked'`,
  'something left of a deleted workflow': `
    SELECT workflow FROM (SELECT workflow FROM workflow_jobs UNION SELECT workflow FROM workflow_edges)
      WHERE workflow NOT IN (SELECT number FROM workflows)`,
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
  'a large result of a job that is not completed, or has another': `
    SELECT seq FROM jobs WHERE result_bytes IS NOT NULL AND (state <> 'completed' OR result IS NOT NULL)
      OR state = 'completed' AND result IS NULL AND result_bytes IS NULL`,
  'an open circuit that is not to be tried again': `SELECT name FROM circuits WHERE probe_at < tried_at OR openings < 1`,
  'a failed job with something to be done about it that was forgotten': `
    SELECT seq FROM jobs WHERE on_failure IS NOT NULL AND state IN ('dead', 'cancelled') AND compensation IS NULL`,
  'a job that is compensated although nothing was to be done about it': `
    SELECT seq FROM jobs WHERE compensation IS NOT NULL AND on_failure IS NULL`,
  'more than one job that makes up for the same one': `
    SELECT compensates ->> 'jobId' AS failed, count(*) AS n FROM jobs WHERE compensates IS NOT NULL GROUP BY failed HAVING n > 1`,
  'a rollback that is to be made up for itself': `SELECT seq FROM jobs WHERE compensates IS NOT NULL AND on_failure IS NOT NULL`,
  'a compensation that says otherwise than its job': `
    SELECT failed.seq, failed.compensation, made.state FROM jobs AS made
      JOIN jobs AS failed ON failed.compensated_by = public_id(made.seq, made.created_at, made.nonce)
      WHERE made.compensates IS NOT NULL AND failed.compensation <> CASE made.state WHEN 'completed' THEN 'compensated' WHEN 'dead' THEN 'compensation-failed'
        WHEN 'cancelled' THEN 'compensation-failed' ELSE 'pending' END`,
  'a job that nobody makes up for although it says so': `
    SELECT seq FROM jobs WHERE compensation = 'pending' AND NOT EXISTS
      (SELECT 1 FROM jobs AS made WHERE jobs.compensated_by = public_id(made.seq, made.created_at, made.nonce))`,
  'a delivery that waits for a run that is not there': `
    SELECT id FROM deliveries WHERE state = 'pending' AND NOT EXISTS (SELECT 1 FROM delivery_runs JOIN jobs USING (seq)
      WHERE delivery = number AND jobs.state NOT IN ('completed', 'dead', 'cancelled'))`,
  'a run of a delivery that is said to have ended': `
    SELECT delivery, seq FROM delivery_runs JOIN deliveries ON number = delivery JOIN jobs USING (seq)
      WHERE deliveries.state <> 'pending' AND jobs.state NOT IN ('completed', 'dead', 'cancelled')`,
  'a run of a delivery that is no job of the engine’s own': `
    SELECT delivery_runs.* FROM delivery_runs LEFT JOIN jobs USING (seq) WHERE coalesce(jobs.task NOT LIKE 'switchyard.%', 1)`,
  'something left of a deleted delivery': `SELECT * FROM delivery_runs WHERE delivery NOT IN (SELECT number FROM deliveries)`,
  'something left of a deleted job': `
    SELECT seq FROM (SELECT seq FROM attempts UNION SELECT seq FROM logs UNION SELECT seq FROM idempotency_keys UNION SELECT seq FROM unique_keys)
      WHERE seq NOT IN (SELECT seq FROM jobs)`,
};

const stranded = `
    SELECT seq, key FROM parked WHERE key <> '' AND task <> '' AND NOT EXISTS (SELECT 1 FROM jobs AS other
      WHERE other.task = parked.task AND other.concurrency_key = parked.key AND other.seq <> parked.seq
        AND (other.state = 'executing' OR other.seq IN (SELECT seq FROM ready) OR other.seq IN (SELECT ahead.seq FROM parked AS ahead WHERE ahead.key = '')))`;

/** Parked jobs of whose key no other runs or is in line. There may be some until the next claim, never after it. */
export function strandedJobs(db: Database): unknown[] {
  return db.prepare(stranded).all();
}

/** Empty when all is well. */
export function brokenInvariants(db: Database): string[] {
  db.function('public_id', { deterministic: true }, (seq, createdAt, nonce) =>
    formatJobId({ seq: Number(seq), createdAt: Number(createdAt), nonce: Number(nonce) }),
  );
  return Object.entries(violations).flatMap(([name, sql]) => {
    const found = db.prepare(sql).all();
    return found.length === 0 ? [] : [`${name}: ${JSON.stringify(found.slice(0, 3))}`];
  });
}
