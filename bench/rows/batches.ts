import { startBuiltEngine } from '../engine/built-engine.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import type { Line, Row } from '../measure/row.ts';
import { median, type Samples } from '../measure/samples.ts';
import { batchJobs } from '../peers/drive.ts';
import { openRoster, type Peer } from '../peers/roster.ts';
import { spawnContender } from '../peers/spawn-contender.ts';
import { lineBeside } from './in-process.ts';

export const batches: Row = {
  name: 'batches',
  title: 'POST /v1/jobs/batch of 1,000 jobs into a paused queue, 4 connections; BullMQ: addBulk of 1,000, 4 at once',
  async measure({ quick, log }): Promise<Line[]> {
    await using roster = await openRoster(!quick, log, 'bullmq');
    const rounds: number[] = [];
    const theirs = new Map<Peer, number[]>(roster.peers.filter(({ absent }) => absent === null).map((peer) => [peer, []]));
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      rounds.push(await submitBatches(quick));
      for (const [{ contender, settings }, theirRounds] of theirs)
        theirRounds.push(
          (await spawnContender({ contender, settings, work: 'batches', seconds: quick ? 1 : 2, warmUpSeconds: 0.5 })).perSecond,
        );
    }
    const ours: Samples = { unit: '/s', rounds };
    return [
      { what: 'jobs in batches', ours, goal: '≥ 100,000/s', met: median(rounds) >= 100_000 },
      ...roster.peers.map((peer) => lineBeside(peer, ours, theirs.get(peer) ?? [], peer.name.includes('everysec') ? 4 : undefined)),
    ];
  },
};

async function submitBatches(quick: boolean): Promise<number> {
  await using engine = await startBuiltEngine();
  await engine.ask('PUT', '/v1/queues/backlog', { paused: true });
  const jobs = Array.from({ length: batchJobs }, () => ({ task: 'empty', mode: 'async', queue: 'backlog' }));
  const { perSecond } = await spawnLoad({
    ...{ socket: engine.socket, connections: 4, seconds: quick ? 2 : 4, warmUpSeconds: 0.5, rate: null },
    request: { method: 'POST', path: '/v1/jobs/batch', body: JSON.stringify({ jobs }) },
  });
  return perSecond * batchJobs;
}
