import { setTimeout as pause } from 'node:timers/promises';
import { startBuiltEngine, usageOf } from '../engine/built-engine.ts';
import { seedJobs } from '../engine/seed-jobs.ts';
import type { Line, Row } from '../measure/row.ts';

const jobs = 10_000;
const waitMs = 10_000;

export const inFlight: Row = {
  name: 'in-flight',
  title: '10,000 io jobs at once, each waiting 10 s',
  within: 'whole',
  async measure(): Promise<Line[]> {
    await using engine = await startBuiltEngine();
    const before = usageOf(engine.pid);
    const startedAt = performance.now();
    await seedJobs(engine, jobs, () => ({ task: 'wait', mode: 'async', payload: { ms: waitMs } }));
    let most = 0;
    let atOnce = 0;
    for (;;) {
      const stats = (await engine.ask('GET', '/v1/stats')).body as { counts: Record<string, number> };
      atOnce = Math.max(atOnce, stats.counts.executing ?? 0);
      most = Math.max(most, usageOf(engine.pid)?.residentBytes ?? 0);
      if ((stats.counts.completed ?? 0) >= jobs) break;
      await pause(500);
    }
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = usageOf(engine.pid);
    if (!before || !after) return [];
    const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
    return [
      { what: 'in flight at once', ours: { unit: 'jobs', rounds: [atOnce] }, goal: '10,000', met: atOnce === jobs },
      { what: 'from first submission to last end', ours: { unit: 's', rounds: [seconds] }, goal: '', met: null },
      { what: 'of a core', ours: { unit: '%', rounds: [cpu] }, goal: '< 25 %', met: cpu < 25 },
      { what: 'resident at most', ours: { unit: 'MB', rounds: [most / 1e6] }, goal: '< 350 MB', met: most < 350e6 },
    ];
  },
};
