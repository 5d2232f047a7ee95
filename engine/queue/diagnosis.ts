/** Looks for what keeps jobs from going on, and says what it means and what to do. Changes nothing. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Diagnosis, Finding } from '../../contract/diagnosis.ts';
import { inspectDatabase } from '../store/inspect.ts';
import { type JobRow, jobIdOf, timeOf } from '../store/job-row.ts';
import type { Store } from '../store/store.ts';
import type { Catalog } from './catalog.ts';
import { type HeldTask, heldFinding, inspectionFindings, retentionFindings, stuckExecuting, stuckWaiting } from './diagnosis-words.ts';
import type { Dispatch } from './dispatch.ts';
import type { QueueSettings } from './queue-settings.ts';
import type { Retention } from './retention.ts';

/** What is between two states for a moment looks stuck only once. */
const lookAgainMs = 1_000;
/** A job that is due this long while there is room for it has been forgotten. */
const forgottenMs = 60_000;
/** Jobs that are counted of one task that is not there. */
const countedHeld = 1_000;
const clockToleranceMs = 60_000;

export type DiagnosisParts = {
  store: Store;
  catalog: Catalog;
  settings: QueueSettings;
  dispatch: Dispatch;
  retention: Retention;
  now: () => number;
};

/** Takes a second where something looks stuck, and as long as reading the database takes: `deep` whatever its size. */
export async function diagnose(parts: DiagnosisParts, deep: boolean): Promise<Diagnosis> {
  const { store, retention, now } = parts;
  const [inspection, executing, waiting] = await Promise.all([
    inspectDatabase({ file: store.file, deep }),
    seenTwice(() => runningWithoutRun(parts)),
    seenTwice(() => forgottenInLine(parts)),
  ]);
  const findings: Finding[] = [
    ...inspectionFindings(inspection),
    stuckExecuting(executing.map(jobIdOf)),
    stuckWaiting(waiting.map(jobIdOf)),
    ...heldTasks(parts).map(heldFinding),
    ...clockFinding(parts),
    ...retentionFindings(retention.report()),
  ];
  return { at: timeOf(now()), findings };
}

async function seenTwice(look: () => JobRow[]): Promise<JobRow[]> {
  const first = look();
  if (first.length === 0) return [];
  await delay(lookAgainMs);
  const again = new Map(look().map((row) => [row.seq, row]));
  return first.filter((row) => again.get(row.seq)?.attempt === row.attempt);
}

/** The store says that they run, and nothing here knows of it. */
function runningWithoutRun({ store, dispatch }: DiagnosisParts): JobRow[] {
  return store.jobs.runningJobs().filter(({ seq }) => dispatch.runningRow(seq) === null);
}

/** First of their line, long due, and no limit or lack of room keeps them there. */
function forgottenInLine({ store, catalog, settings, dispatch, now }: DiagnosisParts): JobRow[] {
  return store.jobs.readyPairs().flatMap(({ queue, lane }) => {
    const [row] = store.jobs.peekReady(queue, lane, 1);
    if (!row || now() - row.run_at < forgottenMs || settings.isPaused(queue)) return [];
    // How far these two let a queue go changes by the millisecond; what they hold up is shown by the queue itself.
    if (settings.concurrency(queue) !== Number.POSITIVE_INFINITY || settings.rateLimit(queue)) return [];
    const entry = catalog.known(row.task);
    return entry && dispatch.places(lane, dispatch.roomOf(entry, lane)) > 0 ? [row] : [];
  });
}

function heldTasks({ store, catalog }: DiagnosisParts): HeldTask[] {
  return store.jobs.heldTasks().map((task) => {
    const rows = store.jobs.peekHeld(task, countedHeld);
    const entry = catalog.known(task);
    return {
      ...{ task, error: entry?.error?.message ?? null, isThere: entry !== undefined },
      ...{ count: rows.length, isMore: rows.length === countedHeld, jobs: rows.slice(0, 10).map(jobIdOf) },
    };
  });
}

function clockFinding({ store, now }: DiagnosisParts): Finding[] {
  const newest = store.jobs.readJob(store.jobs.lastSeq());
  const aheadMs = newest ? newest.created_at - now() : 0;
  if (!newest || aheadMs < clockToleranceMs) return [];
  return [
    {
      code: 'clock',
      severity: 'warn',
      found: `The newest job was submitted at ${timeOf(newest.created_at)}, ${Math.round(aheadMs / 60_000)} min after what the clock says now.`,
      meaning: 'The clock was set back. Jobs for later, retries and schedules wait until it is that far again.',
      advice: 'Set the clock right; `switchyard run-now` starts what must not wait.',
      jobs: [jobIdOf(newest)],
    },
  ];
}
