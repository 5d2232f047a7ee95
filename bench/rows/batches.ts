import { startBuiltEngine } from '../engine/built-engine.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

const size = 1_000;

export const batches: Row = {
  name: 'batches',
  title: 'POST /v1/jobs/batch of 1,000 jobs into a paused queue, 4 connections',
  async measure({ quick }): Promise<Line[]> {
    const rounds: number[] = [];
    for (let round = 0; round < (quick ? 2 : 5); round++) {
      await using engine = await startBuiltEngine();
      await engine.ask('PUT', '/v1/queues/backlog', { paused: true });
      const jobs = Array.from({ length: size }, () => ({ task: 'empty', mode: 'async', queue: 'backlog' }));
      const { perSecond } = await spawnLoad({
        ...{ socket: engine.socket, connections: 4, seconds: quick ? 2 : 4, warmUpSeconds: 0.5, rate: null },
        request: { method: 'POST', path: '/v1/jobs/batch', body: JSON.stringify({ jobs }) },
      });
      rounds.push(perSecond * size);
    }
    return [{ what: 'jobs in batches', ours: { unit: '/s', rounds }, goal: '≥ 100,000/s', met: median(rounds) >= 100_000 }];
  },
};
