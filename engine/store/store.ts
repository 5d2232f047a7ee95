import type { Database } from 'better-sqlite3';
import { prepareAttempts } from './attempts.ts';
import { prepareCircuits } from './circuits.ts';
import { prepareCompensations } from './compensations.ts';
import { Counters } from './counters.ts';
import { prepareDeadGroups } from './dead-groups.ts';
import { prepareDeliveries } from './deliveries.ts';
import { prepareEndpoints } from './endpoints.ts';
import { GroupCommit } from './group-commit.ts';
import { prepareIdempotency } from './idempotency.ts';
import { JobWrites } from './job-writes.ts';
import { prepareJobs } from './jobs.ts';
import { prepareLabRuns } from './lab-runs.ts';
import { prepareLogs } from './logs.ts';
import { prepareMeasurements } from './measurements.ts';
import { openWriter } from './open.ts';
import { prepareOperations } from './operations.ts';
import { prepareQueues } from './queues.ts';
import { prepareRateStarts } from './rate-starts.ts';
import { prepareRetention } from './retention.ts';
import { prepareScheduleLine } from './schedule-line.ts';
import { prepareSchedules } from './schedules.ts';
import { countersWith, WorkflowChanges } from './workflow-changes.ts';
import { prepareWorkflowJobs } from './workflow-jobs.ts';
import { prepareWorkflows } from './workflows.ts';

export type Store = ReturnType<typeof prepareStore>;

/** The one writing connection with everything prepared on it. @throws StorageError */
export function openStore(file: string): Store {
  return prepareStore(openWriter(file));
}

export function prepareStore(connection: Database) {
  const writes = new JobWrites(connection);
  const db = writes.database;
  const counters = new Counters(db);
  const commit = new GroupCommit(connection, writes);
  const scheduleLine = prepareScheduleLine(db);
  const deadGroups = prepareDeadGroups(db);
  const compensations = prepareCompensations(db);
  const deliveries = prepareDeliveries(db);
  const workflowChanges = new WorkflowChanges();
  const workflowJobs = prepareWorkflowJobs(db);
  const countChanges = db.prepare<[], number>('SELECT total_changes()').pluck();
  return {
    file: db.name,
    /** Rows written since it was opened: while it stands still, no commit had anything in it. */
    rowsWritten: () => countChanges.get() ?? 0,
    commit,
    counters,
    jobs: prepareJobs(db, {
      ...{ writes, counters: countersWith(counters, workflowChanges), scheduleLine, deadGroups, compensations, deliveries, workflowJobs },
    }),
    compensations,
    deliveries,
    endpoints: prepareEndpoints(db),
    deadGroups,
    operations: prepareOperations(db),
    labRuns: prepareLabRuns(db),
    logs: prepareLogs(db),
    attempts: prepareAttempts(db),
    queues: prepareQueues(db),
    circuits: prepareCircuits(db),
    rateStarts: prepareRateStarts(db),
    schedules: prepareSchedules(db),
    scheduleLine,
    workflows: prepareWorkflows(db),
    workflowJobs,
    workflowChanges,
    idempotency: prepareIdempotency(db),
    measurements: prepareMeasurements(db),
    retention: prepareRetention(db),
    sqliteVersion: db.prepare<[], string>('SELECT sqlite_version()').pluck().get() ?? '',
    close(): void {
      commit.close();
      connection.close();
    },
  };
}
