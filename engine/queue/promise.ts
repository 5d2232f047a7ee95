/** What a hybrid job's caller is answered before the work is done, and what is to be run should it fail. Known when the job is accepted. */

import { predictMs } from '../../contract/compensation.ts';
import { invalid, invalidFields, Problem } from '../../contract/errors.ts';
import type { Submission } from '../../contract/submission.ts';
import type { Undo } from '../store/job-row.ts';
import type { CatalogEntry } from './catalog.ts';
import { type Lanes, type Prediction, threadRoom } from './lanes.ts';

/** A prediction is short: as many share a thread as runs that are known to be. */
export const predictionRoom = threadRoom / 32;

/** `optimistic` is JSON; null: nothing was promised, and `reason` says why. */
export type Promised = { optimistic: string | null; reason: string | null };

/** What the caller gave as the answer; null: nothing. */
export function givenPromise({ optimistic }: Submission): Promised | null {
  return optimistic === undefined || optimistic === null ? null : { optimistic: JSON.stringify(optimistic), reason: null };
}

/** In a batch, whose answer is a list of ids, nobody would read a prediction. */
export const unpredicted: Promised = { optimistic: null, reason: 'It came in a batch, so nothing was predicted and nothing promised.' };

/**
 * What the caller gave, else what the task predicts. Never throws and never holds the caller up: whatever keeps a prediction
 * from being made leaves the job without a promise, and accepted all the same.
 * @param hasPlace asked only when there is something to predict
 */
export async function promiseFor(
  submission: Submission,
  { module, description, error }: CatalogEntry,
  lanes: Lanes,
  hasPlace: () => boolean,
): Promise<Promised> {
  const given = givenPromise(submission);
  if (given) return given;
  if (error !== null) return nothing('Its task does not load, so nothing was predicted');
  if (!description.hasPredict) return nothing('Its task has no predict and its caller gave no optimistic answer');
  if (!hasPlace()) return nothing('Every place of the interactive lane is taken, so nothing was predicted');
  return promised(await lanes.predict({ module, payload: JSON.stringify(submission.payload), room: predictionRoom }));
}

function promised(prediction: Prediction): Promised {
  switch (prediction.kind) {
    case 'predicted':
      return prediction.value === 'null' ? nothing('Its predict returned nothing') : { optimistic: prediction.value, reason: null };
    case 'failed':
      return nothing(`Its predict failed (${prediction.message.slice(0, 300)})`);
    case 'late':
      return nothing(`Its predict took longer than ${predictMs} ms`);
    case 'not-loaded':
      return nothing('Its code took too long to load');
  }
}

function nothing(why: string): Promised {
  return { optimistic: null, reason: `${why}: nothing was promised.` };
}

/** What to do if the job ends dead or cancelled; null: nothing was asked for. */
export function undoOf({ mode, onFailure }: Submission, entry: CatalogEntry): Undo | null {
  if (onFailure) return onFailure;
  // Of a task that does not load nobody knows yet; what its rollback job finds then is told.
  return mode === 'hybrid' ? { rollback: entry.error !== null || entry.description.hasRollback } : null;
}

/**
 * @param path where the submission stands in its body
 * @param compensator the task that `onFailure` names; null: there is none
 * @throws Problem invalid-request, unknown-task
 */
export function checkPromise(submission: Submission, path: string, compensator: CatalogEntry | null): void {
  const { mode, onFailure } = submission;
  if (mode !== 'hybrid' && givenPromise(submission))
    throw invalid(`${path}/optimistic`, 'is the answer of a hybrid job: leave it out, or set the mode to "hybrid"');
  if (!onFailure) return;
  if (mode === 'sync') throw invalid(`${path}/onFailure`, 'is not offered with mode "sync": its caller waits and is told of the failure');
  if (!compensator) throw new Problem('unknown-task', `There is no task "${onFailure.task}", which onFailure names.`);
  const misfits = compensator.check(onFailure.payload).map((error) => ({ ...error, path: `${path}/onFailure${error.path}` }));
  if (misfits.length > 0) throw invalidFields(misfits);
}
