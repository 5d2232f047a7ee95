/** The thread for what takes long: reads, and moving the log into the database. Told to, it closes its connections and ends. */

import { parentPort, workerData } from 'node:worker_threads';
import type { DeadListQuery, JobListQuery } from '../../contract/filter.ts';
import type { JobSelection } from './job-conditions.ts';
import { type ListBudgets, readJobList } from './job-list.ts';
import { selectJobs } from './job-selection.ts';
import { openCheckpointer, openReader } from './open.ts';
import { storageErrorOf } from './storage-error.ts';
import { readWorkflow } from './workflow-view.ts';

export type ReadRequest = { request: number } & (
  | { kind: 'list'; query: JobListQuery | DeadListQuery; countMatches: boolean }
  | { kind: 'select'; selection: JobSelection }
  | { kind: 'checkpoint' }
  | { kind: 'workflow'; id: string }
  /** Nothing is asked any more, and nothing of what was is still to be answered. */
  | { kind: 'close' }
);
export type ReadAnswer = { request: number } & (
  | { list: ReturnType<typeof readJobList> }
  | { selected: Float64Array<ArrayBuffer> | null }
  | { checkpointed: true }
  | { workflow: ReturnType<typeof readWorkflow> }
  | { error: string; isDamaged: boolean }
);

const { file, budgets } = workerData as { file: string; budgets?: ListBudgets };
const now = () => performance.now();
const db = openReader(file);
/** A connection of its own: a selection is one read transaction over many turns, and lists shall see what is new meanwhile. */
const selectionDb = openReader(file);
const checkpointer = openCheckpointer(file);
const port = parentPort;
if (!port) throw new Error('reader-thread runs only as a worker thread');

let selections: Promise<void> = Promise.resolve();

port.on('message', (asked: ReadRequest) => {
  const { request } = asked;
  if (asked.kind === 'list') {
    port.postMessage(answerTo(request, () => ({ list: readJobList(db, asked.query, asked.countMatches, now, budgets) })));
    return;
  }
  if (asked.kind === 'workflow') {
    port.postMessage(answerTo(request, () => ({ workflow: readWorkflow(db, asked.id) })));
    return;
  }
  if (asked.kind === 'checkpoint') {
    port.postMessage(answerTo(request, checkpoint));
    return;
  }
  if (asked.kind === 'close') {
    for (const connection of [db, selectionDb, checkpointer]) connection.close();
    port.close();
    return;
  }
  selections = selections.then(async () => {
    try {
      const selected = await selectJobs(selectionDb, asked.selection);
      port.postMessage({ request, selected } satisfies ReadAnswer, selected ? [selected.buffer] : []);
    } catch (error) {
      port.postMessage(failure(request, error));
    }
  });
});

/** As far as readers allow, and without holding up the writer. */
function checkpoint(): { checkpointed: true } {
  checkpointer.pragma('wal_checkpoint(PASSIVE)');
  return { checkpointed: true };
}

/** What is read is of one moment. */
function answerTo<Answer extends object>(request: number, read: () => Answer): ({ request: number } & Answer) | ReadAnswer {
  try {
    return { request, ...db.transaction(read)() };
  } catch (error) {
    return failure(request, error);
  }
}

function failure(request: number, error: unknown): ReadAnswer {
  return { request, error: String(error), isDamaged: storageErrorOf(error)?.kind === 'corrupt' };
}
