/** What the caller of a sync job is told when it did not complete. */

import { Problem } from '../../contract/errors.ts';
import type { JobError } from '../../contract/job.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import { deadlineErrorName } from './outcome.ts';

/** @throws Problem task-failed, deadline-exceeded */
export function refuseUnlessCompleted(row: JobRow): void {
  if (row.state === 'completed') return;
  const error: JobError =
    row.error === null ? { name: 'Cancelled', message: 'The job was cancelled.' } : (JSON.parse(row.error) as JobError);
  if (error.name === deadlineErrorName) throw row.state === 'cancelled' ? deadlineExceeded(row) : pastDeadline(row, error);
  throw new Problem('task-failed', `${row.state === 'cancelled' ? 'The job was cancelled' : 'The task failed'}: ${error.message}`, {
    jobId: jobIdOf(row),
    error,
  });
}

function pastDeadline(row: JobRow, error: JobError): Problem {
  return new Problem('deadline-exceeded', error.message, { jobId: jobIdOf(row), error });
}

export function deadlineExceeded(row: JobRow): Problem {
  return new Problem(
    'deadline-exceeded',
    `The job did not end within ${row.timeout_ms} ms and was cancelled. Give it a longer timeoutMs, or submit it async.`,
    { jobId: jobIdOf(row) },
  );
}
