import { rmSync } from 'node:fs';
import { makeHome, startBuiltEngine } from '../engine/built-engine.ts';
import { seedBacklog, seedJobs } from '../engine/seed-jobs.ts';
import type { LoadResult } from '../load/load.ts';
import { interleaved } from '../measure/rounds.ts';
import type { Line, Row } from '../measure/row.ts';
import { median } from '../measure/samples.ts';
import { submitAsFastAsItGoes } from './submissions.ts';
import { callSync } from './sync-calls.ts';

export const backlog: Row = {
  name: 'backlog',
  title: 'The same with a backlog as without',
  within: 'whole',
  async measure({ quick, large, log }): Promise<Line[]> {
    const waiting = large ? 5_000_000 : quick ? 100_000 : 1_000_000;
    const delayed = quick ? 30_000 : 300_000;
    const home = makeHome();
    try {
      const seeding = await startBuiltEngine(home);
      log(`seeding ${waiting.toLocaleString('en')} waiting and ${delayed.toLocaleString('en')} delayed jobs …`);
      await seedBacklog(seeding, waiting);
      await seedJobs(seeding, delayed, () => ({ task: 'empty', mode: 'async', priority: 10, delayMs: 86_400_000 }));
      await seeding.stop();

      await using full = await startBuiltEngine(home);
      await using empty = await startBuiltEngine();
      type Results = { submitEmpty: LoadResult; submitFull: LoadResult; syncEmpty: LoadResult; syncFull: LoadResult };
      const results = await interleaved<Results>(quick ? 1 : 3, {
        submitEmpty: () => submitAsFastAsItGoes(empty, quick),
        submitFull: () => submitAsFastAsItGoes(full, quick),
        syncEmpty: () => callSync(empty, 2_000, quick),
        syncFull: () => callSync(full, 2_000, quick),
      });
      const rates = (from: LoadResult[]) => ({ unit: '/s', rounds: from.map(({ perSecond }) => perSecond) });
      const tails = (from: LoadResult[]) => ({ unit: 'ms', rounds: from.map(({ p99Ms }) => p99Ms) });
      const submitRatio = median(rates(results.submitFull).rounds) / median(rates(results.submitEmpty).rounds);
      const tailRatio = median(tails(results.syncFull).rounds) / median(tails(results.syncEmpty).rounds);
      return [
        {
          what: 'async submissions with the backlog',
          ours: rates(results.submitFull),
          beside: { name: 'without', samples: rates(results.submitEmpty) },
          goal: 'within 15 %',
          met: submitRatio >= 0.85,
        },
        {
          what: 'sync p99 at 2,000/s with the backlog',
          ours: tails(results.syncFull),
          beside: { name: 'without', samples: tails(results.syncEmpty) },
          goal: '≤ 1.5 × without',
          met: tailRatio <= 1.5,
        },
      ];
    } finally {
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
