import { setTimeout as pause } from 'node:timers/promises';
import { type BuiltEngine, startBuiltEngine, usageOf } from '../engine/built-engine.ts';
import type { Line, Row } from '../measure/row.ts';

const mebibyte = 2 ** 20;
/** Figures of what ran are written within 15 s, the thread that this wakes ends 30 s later, and then the heap is collected. */
const settleMs = 60_000;

/** What the queue costs who does not use it at the moment. */
export const idle: Row = {
  name: 'idle',
  title: 'An idle engine, some jobs after its start',
  within: 'whole',
  async measure({ quick }): Promise<Line[]> {
    await using engine = await startBuiltEngine();
    for (const mode of ['sync', 'async'] as const) for (let n = 0; n < 5; n++) await runOne(engine, mode);
    await engine.ask('GET', '/v1/jobs');
    await pause(settleMs);
    const seconds = quick ? 20 : 30;
    const before = usageOf(engine.pid);
    await pause(seconds * 1_000);
    const after = usageOf(engine.pid);
    const firstMs = await runOne(engine, 'async');
    if (!before || !after) return [];
    const cpu = ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100;
    const written = after.writtenBytes - before.writtenBytes;
    const resident = after.residentBytes / mebibyte;
    return [
      { what: 'idle, resident', ours: { unit: 'MiB', rounds: [resident] }, goal: '< 90 MB', met: after.residentBytes < 90e6 },
      { what: 'idle, of a core', ours: { unit: '%', rounds: [cpu] }, goal: '< 0.5 %', met: cpu < 0.5 },
      { what: 'idle, written to disk', ours: { unit: 'bytes', rounds: [written] }, goal: 'none', met: written === 0 },
      { what: 'the first io job after that, to its end', ours: { unit: 'ms', rounds: [firstMs] }, goal: '', met: null },
    ];
  },
};

/** @returns milliseconds from submission to end */
async function runOne(engine: BuiltEngine, mode: 'sync' | 'async'): Promise<number> {
  const startedAt = performance.now();
  await engine.ask('POST', '/v1/jobs', { task: 'empty', mode, ...(mode === 'async' && { waitMs: 10_000 }) });
  return performance.now() - startedAt;
}
