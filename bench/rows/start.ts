import { rmSync } from 'node:fs';
import { makeHome, startBuiltEngine } from '../engine/built-engine.ts';
import { leaveBacklog } from '../engine/seed-jobs.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';

/** From the start of the process to its `ready`, with a backlog that an earlier one left. */
export const start: Row = {
  name: 'start',
  title: 'Start to ready over a backlog, after a clean stop and after SIGKILL',
  async measure({ quick, log }): Promise<Line[]> {
    const backlog = quick ? 100_000 : 1_000_000;
    const home = makeHome();
    try {
      await leaveBacklog(home, backlog, log);
      const clean: number[] = [];
      const killed: number[] = [];
      for (let round = 0; round < 3; round++) {
        clean.push(await readyAfter('stop', home));
        killed.push(await readyAfter('kill', home));
      }
      const jobs = `${backlog.toLocaleString('en')} jobs`;
      return [
        { what: `ready after a clean stop, ${jobs}`, ours: { unit: 'ms', rounds: clean }, goal: '< 500 ms', met: median(clean) < 500 },
        { what: `ready after SIGKILL, ${jobs}`, ours: { unit: 'ms', rounds: killed }, goal: '< 1,500 ms', met: median(killed) < 1_500 },
      ];
    } finally {
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};

/** @param end how the engine before the measured one ended, with a few jobs of its own under way */
async function readyAfter(end: 'stop' | 'kill', home: string): Promise<number> {
  {
    await using earlier = await startBuiltEngine(home);
    const jobs = Array.from({ length: 100 }, () => ({ task: 'wait', mode: 'async', payload: { ms: 100 } }));
    await earlier.ask('POST', '/v1/jobs/batch', { jobs });
    await earlier[end]();
  }
  await using engine = await startBuiltEngine(home);
  await engine.stop();
  return engine.readyMs;
}
