import { type BuiltEngine, startBuiltEngine } from '../engine/built-engine.ts';
import { seedJobs } from '../engine/seed-jobs.ts';
import type { LoadResult } from '../load/load.ts';
import { spawnLoad } from '../load/spawn-load.ts';
import { interleaved } from '../measure/rounds.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

/** How long each background job keeps a core busy, in milliseconds: together they want more than all cores give. */
const busyMs = 5;
/** Few enough for what is left of the cores: what is asked is how long a call waits, not how many there can be. */
const callsPerSecond = 100;

/**
 * Two engines take turns: one has nothing else to do, on the other 100,000 jobs (with `--quick` 20,000) that spin drain meanwhile and want every core
 * there is. Its queue is paused while the other one is asked.
 */
export const syncUnderWork: Row = {
  name: 'sync-under-work',
  title: 'Sync calls while background work wants every core',
  async measure({ quick, log }): Promise<Line[]> {
    await using busy = await startBuiltEngine();
    await using idle = await startBuiltEngine();
    await pause(busy, true);
    const waiting = quick ? 20_000 : 100_000;
    log(`seeding ${waiting.toLocaleString('en')} waiting jobs …`);
    await seedJobs(busy, waiting, () => ({ task: 'spin', payload: { ms: busyMs }, mode: 'async' }));
    const drained: number[] = [];
    const results = await interleaved<{ without: LoadResult; beside: LoadResult }>(quick ? 2 : 5, {
      without: () => callSync(idle, quick),
      beside: async () => {
        await pause(busy, false);
        const before = await spun(busy);
        const startedAt = performance.now();
        const result = await callSync(busy, quick);
        drained.push(((await spun(busy)) - before) / ((performance.now() - startedAt) / 1_000));
        await pause(busy, true);
        return result;
      },
    });
    const tails = (from: LoadResult[]) => ({ unit: 'ms', rounds: from.map(({ p99Ms }) => p99Ms) });
    const middles = (from: LoadResult[]) => ({ unit: 'ms', rounds: from.map(({ p50Ms }) => p50Ms) });
    const ratio = median(tails(results.beside).rounds) / median(tails(results.without).rounds);
    return [
      {
        what: `sync p50 at ${callsPerSecond}/s beside the work`,
        ours: middles(results.beside),
        beside: { name: 'without', samples: middles(results.without) },
        goal: '',
        met: null,
      },
      {
        what: `sync p99 at ${callsPerSecond}/s beside the work`,
        ours: tails(results.beside),
        beside: { name: 'without', samples: tails(results.without) },
        goal: '≤ 1.5 × without',
        met: ratio <= 1.5,
      },
      { what: `background jobs of ${busyMs} ms that ended meanwhile`, ours: { unit: '/s', rounds: drained }, goal: '', met: null },
    ];
  },
};

function callSync(engine: BuiltEngine, quick: boolean): Promise<LoadResult> {
  return spawnLoad({
    ...{ socket: engine.socket, connections: 32, seconds: quick ? 3 : 6, warmUpSeconds: 1, rate: callsPerSecond },
    request: { method: 'POST', path: '/v1/jobs', body: JSON.stringify({ task: 'empty', mode: 'sync' }) },
  });
}

async function pause(engine: BuiltEngine, paused: boolean): Promise<void> {
  await engine.ask('PATCH', '/v1/queues/default', { paused });
}

async function spun(engine: BuiltEngine): Promise<number> {
  const { body } = await engine.ask('GET', '/v1/stats');
  return (body as { tasks: { spin?: { completed: number } } }).tasks.spin?.completed ?? 0;
}
