/** The short way of a call that waits for its job: the run begins before anything is written of it (queue/unwritten-runs.ts). */

import type { JobRow } from '../store/job-row.ts';
import type { CatalogEntry } from './catalog.ts';
import type { Dispatch } from './dispatch.ts';
import type { EventStream } from './event-stream.ts';
import type { Measurements } from './measure.ts';
import { startAtOnce, syncRefusal } from './plan.ts';

/** A job that may not run for long is as good as never written late: its deadline is watched from its insert on. */
const shortestTimeoutMs = 1_000;
/** When the wait is over the caller is told of the job as it stands: by then it must have been written, which may take twice `unwrittenMs`. */
const shortestWaitMs = 1_000;

/**
 * Whether a planned job can begin before it is written: nothing but the job itself hangs on its insert, and its caller is told nothing
 * of it before its end, or before it has been written for long.
 */
export function mayStartUnwritten(row: JobRow, entry: CatalogEntry, wait: 'end' | number, isRateLimited: boolean): boolean {
  return (
    row.mode !== 'hybrid' &&
    (wait === 'end' || wait >= shortestWaitMs) &&
    row.state === 'available' &&
    row.timeout_ms >= shortestTimeoutMs &&
    row.unique_key === null &&
    row.deadline_at === null &&
    row.circuit === null &&
    row.on_failure === null &&
    row.notify === null &&
    entry.error === null &&
    !isRateLimited
  );
}

export type UnwrittenStartParts = {
  dispatch: Dispatch;
  measurements: Measurements;
  events: EventStream;
  now: () => number;
  nextSeq: () => number;
};

/**
 * @param plan its row becomes the job's, unless it has to wait
 * @returns the job as it was first written: executing, or ended; null: it cannot start now, and has to wait in line
 * @throws Problem lane-saturated, storage-full
 */
export function startUnwritten(
  plan: { row: JobRow; entry: CatalogEntry; room: number },
  parts: UnwrittenStartParts,
): Promise<JobRow> | null {
  const { row, entry, room } = plan;
  const { dispatch, measurements, events, now, nextSeq } = parts;
  if (row.mode === 'sync') {
    const hindrance = dispatch.syncHindrance(row, room);
    if (hindrance) throw syncRefusal(hindrance, row.task, dispatch.hindranceEndsInMs(hindrance, row, room));
  } else if (!dispatch.mayHandOff(row, room)) return null;
  row.seq = nextSeq();
  startAtOnce(row, now());
  return dispatch.startUnwritten(row, entry, room, () => {
    measurements.submitted(1);
    measurements.usage.called(row.task, row.mode);
    events.job('job.created', row, row.created_at);
  });
}
