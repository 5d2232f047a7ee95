import { Readable } from 'node:stream';
import { Problem } from '../../contract/errors.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { ResultFiles } from '../store/result-files.ts';
import type { StoredResult } from './backend.ts';

/** What a completed job gave, wherever it is kept. @throws Problem wrong-state; not-found when its file was taken away */
export function readResult(row: JobRow, files: ResultFiles): StoredResult {
  const jobId = jobIdOf(row);
  if (row.state !== 'completed')
    throw new Problem('wrong-state', `Job ${jobId} is ${row.state}; only a completed job has a result.`, { jobId });
  if (row.result_bytes === null) {
    const text = Buffer.from(row.result ?? 'null');
    return { bytes: text.length, open: () => Readable.from([text]) };
  }
  const open = files.open(row);
  if (!open)
    throw new Problem('not-found', `The file with the result of job ${jobId} is not in the home any more, or not whole.`, { jobId });
  return { bytes: row.result_bytes, open };
}
