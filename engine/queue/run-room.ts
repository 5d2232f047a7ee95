import type { LaneName } from '../../contract/job.ts';
import type { TaskStats } from '../../contract/resources.ts';
import { type CatalogEntry, laneOf } from './catalog.ts';
import { ioRoom, threadRoom } from './lanes.ts';
import { fastMs } from './pace.ts';

/**
 * How much of a thread a run of this task takes on this lane, in parts of `threadRoom`.
 * @param stats asked only where they matter: percentiles cost more than the rest of a claim
 */
export function roomOf(entry: CatalogEntry, lane: LaneName, stats: () => TaskStats): number {
  if (lane === 'cpu') return threadRoom;
  if (laneOf(entry) === 'io') return lane === 'io' ? ioRoom : ioRoom * 10;
  const { p95Ms, samples } = stats();
  // Runs that are known to be short may stand in line on a thread: together they still end in time.
  return p95Ms !== null && samples >= 20 && p95Ms < fastMs / 10 ? threadRoom / 32 : threadRoom;
}
