/** What `top` shows, kept from the event stream. Pure: the same events make the same board. */

import type { EngineEvent } from '../../contract/events.ts';
import type { JobSummary } from '../../contract/job.ts';
import type { Lane, SeriesPoint, StateCounts } from '../../contract/resources.ts';

export type Failure = { at: string; job: JobSummary };

export type Board = {
  counts: StateCounts;
  lanes: readonly Lane[];
  /** The last seconds, oldest first. */
  points: readonly SeriesPoint[];
  running: readonly JobSummary[];
  /** The last failed attempts and deaths, newest first. */
  failures: readonly Failure[];
};

export const pointsKept = 300;
const failuresKept = 50;

export function updateBoard(board: Board, event: EngineEvent): Board {
  switch (event.type) {
    case 'stats':
      return { ...board, counts: event.counts, points: [...board.points, event.point].slice(-pointsKept) };
    case 'workers':
      return { ...board, lanes: event.lanes };
    case 'job.dead':
    case 'job.retrying':
      return { ...board, failures: [{ at: event.at, job: event.job }, ...board.failures].slice(0, failuresKept) };
    default:
      return board;
  }
}
