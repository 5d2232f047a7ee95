import { type BuiltEngine, startBuiltEngine } from '../engine/built-engine.ts';
import type { LoadResult } from '../load/load.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import { interleaved } from '../measure/rounds.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

/** Enough for whoever asks while a commit is under way; a request that finds none free waits, and that counts. */
const connections = 256;

export const syncCalls: Row = {
  name: 'sync',
  title: 'Sync calls of an empty task, each journaled and synced before it is answered',
  async measure({ quick }): Promise<Line[]> {
    await using engine = await startBuiltEngine();
    const rounds = quick ? 1 : 3;
    const results = await interleaved<{ most: LoadResult; tenThousand: LoadResult; fifteenThousand: LoadResult }>(rounds, {
      most: () => callSync(engine, null, quick),
      tenThousand: () => callSync(engine, 10_000, quick),
      fifteenThousand: () => callSync(engine, 15_000, quick),
    });
    return [
      {
        what: 'closed loop, 32 connections',
        ours: { unit: '/s', rounds: results.most.map(({ perSecond }) => perSecond) },
        goal: '',
        met: null,
      },
      atRate('open loop at 10,000/s, p99', results.tenThousand, 50),
      atRate('open loop at 15,000/s, p99', results.fifteenThousand, 100),
    ];
  },
};

export function callSync(engine: BuiltEngine, rate: number | null, quick: boolean): Promise<LoadResult> {
  return spawnLoad({
    ...{ socket: engine.socket, connections: rate === null ? 32 : connections, seconds: quick ? 2 : 5, warmUpSeconds: 1, rate },
    request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ task: 'empty', mode: 'sync' }) },
  });
}

function atRate(what: string, results: LoadResult[], goalMs: number): Line {
  const ours = { unit: 'ms', rounds: results.map(({ p99Ms }) => p99Ms) };
  const errors = results.reduce((sum, { statuses, answers }) => sum + answers - (statuses['200'] ?? 0), 0);
  return {
    what: `${what} (${errors.toLocaleString('en')} refused)`,
    ours,
    goal: `< ${goalMs} ms, none refused`,
    met: median(ours.rounds) < goalMs && errors === 0,
  };
}
