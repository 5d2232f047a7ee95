import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { CatalogEntry } from './catalog.ts';
import type { RunRequest } from './lanes.ts';

/** What a lane is told of a job's attempt. @param run names it among all runs of this engine */
export function runRequestOf(row: JobRow, payload: string, { module }: CatalogEntry, run: number, room: number): RunRequest {
  const { attempt, timeout_ms: timeoutMs, purpose, compensates } = row;
  const request: RunRequest = { run, jobId: jobIdOf(row), attempt, module, payload, timeoutMs, room };
  if (purpose === 'rollback') request.purpose = purpose;
  if (compensates !== null) request.compensates = compensates;
  return request;
}
