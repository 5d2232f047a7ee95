/** What a job is given of those that it depends on. */

import { limits } from '../../contract/limits.ts';
import { isFinal } from '../../contract/states.ts';
import { type JobRow, jobIdOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { ParentRow } from '../store/workflow-jobs.ts';
import type { LogBook } from './log-book.ts';

type ParentParts = { store: Store; logBook: LogBook; now: () => number };

/**
 * `Parents` (contract/task.ts) as JSON text. Results are taken in the order of the jobs while all of them together are no longer than
 * `limits.parentsBytes`, and none that stands in a file; of what is left out the job is told so. Results are JSON text already and are not read.
 * @returns null without any parents; `leftOut`: how many results
 */
export function parentsText(
  parents: Iterable<ParentRow>,
  maxBytes: number = limits.parentsBytes,
): { text: string; leftOut: number } | null {
  const results: string[] = [];
  const failures: string[] = [];
  let bytes = 0;
  let leftOut = 0;
  for (const row of parents) {
    const { name, state, result, result_bytes: fileBytes, error } = row;
    // A parent that is run anew, while a person ran this one without it.
    if (!isFinal(state)) continue;
    const key = JSON.stringify(name);
    const jobId = jobIdOf(row);
    if (state === 'completed') {
      const value = result ?? 'null';
      const size = Buffer.byteLength(value);
      if (fileBytes === null && bytes + size <= maxBytes) {
        bytes += size;
        results.push(`${key}:${value}`);
        continue;
      }
      leftOut++;
    }
    const why = state === 'completed' ? JSON.stringify({ name: 'ResultLeftOut', message: leftOutMessage(maxBytes) }) : (error ?? 'null');
    failures.push(`${key}:{"state":"${state}","jobId":"${jobId}","error":${why}}`);
  }
  if (results.length + failures.length === 0) return null;
  return { text: `{"results":{${results.join(',')}},"failures":{${failures.join(',')}}}`, leftOut };
}

/** For a job of a workflow that starts. What is left out stands in its log too. */
export function parentsFor({ seq, attempt }: JobRow, { store, logBook, now }: ParentParts): { parents?: string } {
  const parents = parentsText(store.workflowJobs.parentsOf(seq));
  if (!parents) return {};
  if (parents.leftOut > 0) {
    const text = `${parents.leftOut} results of its parents are left out of task.parents: ${tooLarge(limits.parentsBytes)}. task.parentFailures names them.`;
    logBook.append(seq, attempt, [{ at: now(), stream: 'system', text }]);
  }
  return { parents: parents.text };
}

function leftOutMessage(maxBytes: number): string {
  return `This result is left out: ${tooLarge(maxBytes)}. It can be read with its job.`;
}

function tooLarge(maxBytes: number): string {
  return `one stands in a file, or all together are more than ${maxBytes} bytes`;
}
