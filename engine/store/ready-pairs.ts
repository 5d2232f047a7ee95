import type { Database } from 'better-sqlite3';
import type { LaneName } from '../../contract/job.ts';

export type ReadyPair = { queue: string; lane: LaneName };

/**
 * Every queue and lane in which something is in line: a step or two of the index for each of them. `SELECT DISTINCT` goes through the
 * whole line, which at nine million jobs took six seconds of a start; so does `(queue, lane) > (?, ?)`, which begins at the pair itself.
 */
export function prepareReadyPairs(db: Database): () => ReadyPair[] {
  const nextLane = db.prepare<[string, string], ReadyPair>(
    'SELECT queue, lane FROM ready WHERE queue = ? AND lane > ? ORDER BY lane LIMIT 1',
  );
  const nextQueue = db.prepare<[string], ReadyPair>('SELECT queue, lane FROM ready WHERE queue > ? ORDER BY queue, lane LIMIT 1');
  return () => {
    const pairs: ReadyPair[] = [];
    for (let pair = nextQueue.get(''); pair; pair = nextLane.get(pair.queue, pair.lane) ?? nextQueue.get(pair.queue)) pairs.push(pair);
    return pairs;
  };
}
