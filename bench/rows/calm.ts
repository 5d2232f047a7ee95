import { startBuiltEngine } from '../engine/built-engine.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

/** What the queue adds to the work of who hardly uses it. */
export const calm: Row = {
  name: 'calm',
  title: '200 jobs a second from submission to end',
  async measure({ quick }): Promise<Line[]> {
    await using engine = await startBuiltEngine();
    const low = [];
    for (let round = 0; round < (quick ? 1 : 3); round++) {
      low.push(
        await spawnLoad({
          ...{ socket: engine.socket, connections: 16, seconds: quick ? 3 : 6, warmUpSeconds: 1, rate: 200 },
          request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ task: 'empty', mode: 'async', waitMs: 5_000 }) },
        }),
      );
    }
    const p50 = low.map(({ p50Ms }) => p50Ms);
    const p99 = low.map(({ p99Ms }) => p99Ms);
    return [
      { what: '200 jobs/s, submission to end, p50', ours: { unit: 'ms', rounds: p50 }, goal: '≤ 1 ms', met: median(p50) <= 1 },
      { what: '200 jobs/s, submission to end, p99', ours: { unit: 'ms', rounds: p99 }, goal: '≤ 5 ms', met: median(p99) <= 5 },
    ];
  },
};
